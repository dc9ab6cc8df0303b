"""An S3 API in memory, for tests: prints its port, and ends when its standard input does."""

import os
import sys
import threading
from typing import Any, Iterable

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

# Requests one after another: moto looks whether an object is there and writes it in two steps, and S3 in one.
one_at_a_time = threading.Lock()


class OneAtATime:
    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with one_at_a_time:
            return list(self.app(environ, start_response))


class Quiet(WSGIRequestHandler):
    def log_request(self, *args: Any, **kwargs: Any) -> None:
        pass


def end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


application = OneAtATime(DomainDispatcherApplication(create_backend_app))
server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
threading.Thread(target=end_with_parent, daemon=True).start()
print(server.server_port, flush=True)
server.serve_forever()
