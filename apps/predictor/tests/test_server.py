"""The real process: start, answers over several workers, drain, refusal to start."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import sha256

ROOT = Path(__file__).parent.parent
BODY = json.dumps({"items": [{"categoryId": "dairy", "daysSinceLastPurchase": 3}]})


class Server:
    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)

    def get(self, path: str) -> tuple[int, Any]:
        connection = self.connect()
        connection.request("GET", path, headers={"Accept": "application/json"})
        answer = connection.getresponse()
        body = json.loads(answer.read())
        connection.close()
        return answer.status, body

    def stop(self) -> tuple[int, list[dict[str, Any]]]:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        out, _ = self.process.communicate(timeout=15)
        return self.process.returncode, [json.loads(line) for line in out.splitlines()]


def predict(connection: http.client.HTTPConnection) -> int:
    connection.request("POST", "/predict", BODY)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(**env: str) -> Server:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "predictor"],
        cwd=ROOT,
        env={**os.environ, "HOST": "127.0.0.1", "PORT": str(port), **env},
        stdout=subprocess.PIPE,
        text=True,
    )
    return Server(process, port)


def wait_until_ready(server: Server) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        assert server.process.poll() is None, server.stop()
        try:
            if server.get("/ready")[0] == 200:
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail("the server did not become ready within 15 s")


@pytest.fixture
def server(matrix: Path) -> Iterator[Server]:
    server = start(
        MODEL_PATH=str(matrix),
        MODEL_SHA256=sha256(matrix),
        WEB_CONCURRENCY="3",
        DRAIN_SECONDS="5",
        DRAIN_LISTEN_SECONDS="1",
    )
    try:
        wait_until_ready(server)
        yield server
    finally:
        if server.process.poll() is None:
            server.process.kill()
            server.process.communicate(timeout=5)


def test_counts_are_right_over_several_workers(server: Server) -> None:
    def call(times: int) -> None:
        for _ in range(times):
            connection = server.connect()
            assert predict(connection) == 200
            connection.close()

    threads = [threading.Thread(target=call, args=(25,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _, metrics = server.get("/metrics")
    assert metrics["calls"]["ok"] == 100
    assert metrics["categories"] == {"dairy": 100}
    assert metrics["latencySeconds"]["count"] == 100


def test_sigterm_turns_ready_503_and_loses_no_request_and_exits_0(server: Server) -> None:
    kept_alive = server.connect()
    assert predict(kept_alive) == 200
    server.process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    assert server.get("/ready")[0] == 503
    assert predict(kept_alive) == 200
    fresh = server.connect()
    assert predict(fresh) == 200
    status, logs = server.stop()
    assert status == 0
    assert any(line["message"] == "draining" for line in logs)


def test_a_request_that_is_in_flight_at_the_end_of_the_window_is_answered(server: Server) -> None:
    slow = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    head = f"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: {len(BODY)}\r\n\r\n"
    slow.sendall(head.encode() + BODY[:10].encode())
    time.sleep(0.2)
    server.process.send_signal(signal.SIGTERM)
    time.sleep(1.5)
    with pytest.raises(ConnectionRefusedError):
        server.connect().connect()
    slow.sendall(BODY[10:].encode())
    assert slow.recv(64).startswith(b"HTTP/1.1 200")
    slow.close()
    assert server.stop()[0] == 0


def test_a_killed_worker_is_replaced_and_its_counts_stay(server: Server) -> None:
    connection = server.connect()
    assert predict(connection) == 200
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text()
    for child in children.split():
        os.kill(int(child), signal.SIGKILL)
    time.sleep(0.5)
    wait_until_ready(server)
    assert predict(server.connect()) == 200
    assert server.get("/metrics")[1]["calls"]["ok"] == 2


def test_logs_are_json_lines_and_probes_do_not_fill_them(server: Server) -> None:
    assert predict(server.connect()) == 200
    server.get("/health")
    status, logs = server.stop()
    requests = [line for line in logs if line["logger"] != "gunicorn.error" and "path" in line]
    assert (status, [line["path"] for line in requests]) == (0, ["/predict"])
    assert {line["logger"] for line in logs} == {"predictor", "gunicorn.error"}
    assert requests[0]["status"] == 200


def test_the_median_answer_at_fifty_requests_a_second_takes_under_ten_milliseconds(
    server: Server,
) -> None:
    connection = server.connect()
    times = []
    for _ in range(100):
        started = time.perf_counter()
        assert predict(connection) == 200
        times.append(time.perf_counter() - started)
        time.sleep(max(0, 0.02 - times[-1]))
    # The median, because a busy machine decides about the slowest.
    assert sorted(times)[50] < 0.01


def test_a_wrong_checksum_stops_the_start_with_exit_code_3(matrix: Path) -> None:
    status, logs = wait_for_exit(start(MODEL_PATH=str(matrix), MODEL_SHA256="0" * 64))
    assert status == 3
    assert [line["level"] for line in logs] == ["critical"]
    assert "no model can be used" in logs[0]["message"]


def test_wrong_settings_stop_the_start_with_exit_code_2() -> None:
    status, logs = wait_for_exit(start(MODEL_SHA256="", LOG_LEVEL="loud"))
    assert status == 2
    assert len(logs) == 2


def test_a_fallback_to_the_backup_is_told_by_logs_and_health(matrix: Path, backup: Path) -> None:
    server = start(
        MODEL_PATH=str(matrix),
        MODEL_SHA256="0" * 64,
        MODEL_BACKUP_PATH=str(backup),
        MODEL_BACKUP_SHA256=sha256(backup),
        DRAIN_LISTEN_SECONDS="0",
    )
    wait_until_ready(server)
    _, health = server.get("/health")
    assert health["message"] == "Predictor service is running on the backup model"
    assert health["model"]["source"] == "backup"
    status, logs = server.stop()
    assert status == 0
    assert "the kept backup serves instead" in logs[0]["message"]


def wait_for_exit(server: Server) -> tuple[int, list[dict[str, Any]]]:
    server.process.wait(timeout=15)
    return server.stop()
