"""AWS's APIs in memory, for tests: moto, what the AWS plugin's tool adds to it, and an ECS whose services have tasks.

Usage: server.py ADDITIONS, the path of the tool's emulator/moto_server.py.
Prints its port, then answers each line of its standard input with one line, and ends when that does:
  crash TEXT    tasks with TEXT in a container's image end with exit code 1 from now on
  heal TEXT     and no longer
"""

import importlib.util
import os
import sys
import threading
from collections import OrderedDict
from typing import Any, Iterable

os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

import ecs  # noqa: E402
import mended  # noqa: E402
from moto.server import DomainDispatcherApplication, create_backend_app  # noqa: E402
from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: E402

# Requests one after another: moto's models are not made for threads.
one_at_a_time = threading.Lock()


class OneAtATime:
    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with one_at_a_time:
            return list(self.app(environ, start_response))


class Once:
    """Answers a request that is sent again as it was answered: clients do that where a connection breaks off, and AWS knows
    what it has done already (by tokens, mostly), which moto does not."""

    KEPT = 500

    def __init__(self, app: Any) -> None:
        self.app = app
        self.answers: OrderedDict[str, tuple[str, list[tuple[str, str]], list[bytes]]] = OrderedDict()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        invocation = environ.get("HTTP_AMZ_SDK_INVOCATION_ID", "")
        known = self.answers.get(invocation)
        if known is not None:
            start_response(known[0], known[1])
            return known[2]
        told: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            told.append((status, headers))
            return start_response(status, headers, *rest)

        body = list(self.app(environ, start))
        if invocation and told and told[-1][0].startswith("2"):
            self.answers[invocation] = (*told[-1], body)
            while len(self.answers) > self.KEPT:
                self.answers.popitem(last=False)
        return body


class Quiet(WSGIRequestHandler):
    def log_request(self, *args: Any, **kwargs: Any) -> None:
        pass


def load_additions(file: str) -> None:
    spec = importlib.util.spec_from_file_location("additions", file)
    assert spec is not None and spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


def obey_parent() -> None:
    for line in sys.stdin:
        word, _, text = line.strip().partition(" ")
        with one_at_a_time:
            if word == "crash":
                ecs.crashing.add(text)
            elif word == "heal":
                ecs.crashing.discard(text)
        print("ok", flush=True)
    os._exit(0)


load_additions(sys.argv[1])
ecs.install()
mended.install()
application = OneAtATime(Once(DomainDispatcherApplication(create_backend_app)))
server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
threading.Thread(target=obey_parent, daemon=True).start()
print(server.server_port, flush=True)
server.serve_forever()
