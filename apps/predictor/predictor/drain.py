"""Leaving without losing a request.

The flag is one byte of memory that the gunicorn master shares with its workers: the master
receives SIGTERM, but the workers answer the readiness probe.
"""

import logging
import mmap
import os
import signal
from types import FrameType

log = logging.getLogger("predictor")


class DrainFlag:
    """Whether this service is on its way out, shared over fork."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 1)

    def raise_(self) -> None:
        self._shared[0] = 1

    def __bool__(self) -> bool:
        return self._shared[0] == 1


def drain_before_stopping(flag: DrainFlag, listen_seconds: float) -> None:
    """Puts a listening window before gunicorn's own graceful stop.

    From SIGTERM on the readiness probe answers 503, while requests are accepted and served for
    `listen_seconds` more, so that a router has the time to notice. A second SIGTERM ends the
    window at once.
    """
    stop = signal.getsignal(signal.SIGTERM)

    def end_window(_signum: int, _frame: FrameType | None) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    def begin(_signum: int, _frame: FrameType | None) -> None:
        flag.raise_()
        signal.signal(signal.SIGTERM, stop)
        if listen_seconds == 0:
            end_window(_signum, _frame)
            return
        log.info("draining", extra={"fields": {"listenSeconds": listen_seconds}})
        signal.signal(signal.SIGALRM, end_window)
        signal.setitimer(signal.ITIMER_REAL, listen_seconds)

    signal.signal(signal.SIGTERM, begin)
