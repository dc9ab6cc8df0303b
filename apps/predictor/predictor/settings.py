"""Settings from the environment: read once, checked together, never guessed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
UNVERIFIED = "unverified"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class SettingsError(Exception):
    """One or more settings are wrong; the message lists all of them."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True)
class Artefact:
    """A model file and the SHA-256 that it must have (None: deliberately not checked)."""

    path: Path
    sha256: str | None


@dataclass(frozen=True)
class Settings:
    """What the service can be told; README.md documents each variable."""

    host: str
    port: int
    workers: int
    threads: int
    model: Artefact
    backup: Artefact | None
    drain_seconds: float
    drain_listen_seconds: float
    max_items: int
    max_body_bytes: int
    log_level: str


class _Reader:
    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self.mistakes: list[str] = []

    def text(self, key: str, default: str) -> str:
        return self._env.get(key, "").strip() or default

    def number(self, key: str, default: float, low: float, high: float) -> float:
        raw = self.text(key, str(default))
        try:
            value = float(raw)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            self.mistakes.append(f"{key} must be a number from {low:g} to {high:g}, got {raw!r}")
            return default
        return value

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        value = self.number(key, default, low, high)
        if value != int(value):
            self.mistakes.append(f"{key} must be a whole number, got {value:g}")
        return int(value)

    def checksum(self, key: str, path: str) -> str | None:
        value = self.text(key, "").lower()
        if value == UNVERIFIED:
            return None
        if not _SHA256.fullmatch(value):
            self.mistakes.append(
                f"{key} must be the SHA-256 of {path} (64 hex digits),"
                f" or {UNVERIFIED!r} to start without a check; got {value!r}"
            )
        return value


def read_settings(env: Mapping[str, str]) -> Settings:
    """Reads the settings.

    Raises:
        SettingsError: at least one is wrong; all mistakes are in it.
    """
    read = _Reader(env)
    path = read.text("MODEL_PATH", "/models/probability_matrix.json")
    backup_path = read.text("MODEL_BACKUP_PATH", "")
    backup = None
    if backup_path:
        backup = Artefact(Path(backup_path), read.checksum("MODEL_BACKUP_SHA256", backup_path))
    elif read.text("MODEL_BACKUP_SHA256", ""):
        read.mistakes.append("MODEL_BACKUP_SHA256 is set, but MODEL_BACKUP_PATH is not")
    log_level = read.text("LOG_LEVEL", "INFO").upper()
    if log_level not in LOG_LEVELS:
        read.mistakes.append(f"LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}, got {log_level!r}")
    drain_seconds = read.number("DRAIN_SECONDS", 10, 0, 600)
    settings = Settings(
        host=read.text("HOST", "0.0.0.0"),
        port=read.whole("PORT", 5000, 1, 65535),
        workers=read.whole("WEB_CONCURRENCY", 2, 1, 64),
        threads=read.whole("WEB_THREADS", 8, 1, 256),
        model=Artefact(Path(path), read.checksum("MODEL_SHA256", path)),
        backup=backup,
        drain_seconds=drain_seconds,
        drain_listen_seconds=read.number(
            "DRAIN_LISTEN_SECONDS", min(1, drain_seconds), 0, drain_seconds
        ),
        max_items=read.whole("MAX_ITEMS", 1000, 1, 100_000),
        max_body_bytes=read.whole("MAX_BODY_BYTES", 256 * 1024, 64, 64 * 1024 * 1024),
        log_level=log_level,
    )
    if read.mistakes:
        raise SettingsError(read.mistakes)
    return settings
