"""gunicorn, set up so that a stop loses no request."""

import os
import select
import shutil
import tempfile
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from predictor.drain import DrainFlag, drain_before_stopping
from predictor.model import Model
from predictor.settings import Settings

KEEP_ALIVE_SECONDS = 75
WORKER_TIMEOUT_SECONDS = 30


def serve(settings: Settings, model: Model) -> None:
    """Serves until SIGTERM, then drains."""
    shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    # prometheus_client decides between one process and many when it is imported.
    counts = tempfile.mkdtemp(prefix="predictor-", dir=shared)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = counts
    from predictor.app import create_app

    flag = DrainFlag()
    options = {
        "bind": f"{settings.host}:{settings.port}",
        "workers": settings.workers,
        "threads": settings.threads,
        "worker_class": DrainingWorker,
        "logger_class": SharedLogger,
        "preload_app": True,
        "keepalive": KEEP_ALIVE_SECONDS,
        "timeout": WORKER_TIMEOUT_SECONDS,
        "graceful_timeout": max(1, int(settings.drain_seconds - settings.drain_listen_seconds)),
        "worker_tmp_dir": shared,
        "control_socket_disable": True,
        "when_ready": lambda _: drain_before_stopping(flag, settings.drain_listen_seconds),
    }
    master = os.getpid()
    try:
        _Server(create_app(settings, model, flag), options).run()
    finally:
        # Workers leave through here as well, and must not take the others' counts with them.
        if os.getpid() == master:
            shutil.rmtree(counts, ignore_errors=True)


class DrainingWorker(ThreadWorker):
    """A worker that stops listening when it stops accepting.

    The original keeps the socket open until its last request is done, and the kernel goes on
    completing connections that nobody will ever answer.
    """

    def set_accept_enabled(self, enabled: bool | None) -> None:
        super().set_accept_enabled(enabled)
        if enabled or self.alive:
            return
        for listener in self.sockets:
            while select.select([listener], [], [], 0)[0]:
                self.accept(listener)
            listener.close()


class SharedLogger(Logger):
    """gunicorn's messages through the logging of the process; the application logs requests."""

    def setup(self, cfg: Any) -> None:
        self.error_log.propagate = True

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        pass

    def reopen_files(self) -> None:
        pass

    def close_on_exec(self) -> None:
        pass


class _Server(BaseApplication):
    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self._app = app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for key, value in self._options.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        return self._app
