"""The probability matrix: a checked artefact and the function that it describes."""

import hashlib
import json
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from predictor.settings import Artefact

MAX_FILE_BYTES = 16 * 1024 * 1024
FORMAT = 1


class ModelError(Exception):
    """A model file cannot be used; the message names the file and the reason."""


@dataclass(frozen=True)
class Curve:
    """A probability over days: linear between its points, level outside of them."""

    days: tuple[float, ...]
    probabilities: tuple[float, ...]

    def at(self, day: float) -> float:
        """The probability at a number of days, rounded to four digits."""
        right = bisect_left(self.days, day)
        if right == len(self.days):
            return self.probabilities[-1]
        if right == 0 or self.days[right] == day:
            return self.probabilities[right]
        left_day, right_day = self.days[right - 1], self.days[right]
        low, high = self.probabilities[right - 1], self.probabilities[right]
        return round(low + (high - low) * (day - left_day) / (right_day - left_day), 4)


@dataclass(frozen=True)
class Model:
    """A loaded probability matrix and where it came from."""

    version: str
    sha256: str
    source: str
    verified: bool
    categories: dict[str, Curve]
    default: Curve

    def predict(self, category: str, days: float) -> tuple[float, bool]:
        """The probability, and whether the category is one the model knows."""
        curve = self.categories.get(category)
        return (curve or self.default).at(days), curve is not None


def load_model(
    primary: Artefact, backup: Artefact | None, on_fallback: Callable[[str], None]
) -> Model:
    """Loads the model, or its kept backup when the model itself cannot be used.

    Raises:
        ModelError: neither can be used; the message has both reasons.
    """
    try:
        return _load(primary, "primary")
    except ModelError as error:
        if backup is None:
            raise ModelError(f"{error}; no backup is configured (MODEL_BACKUP_PATH)") from error
        try:
            model = _load(backup, "backup")
        except ModelError as second:
            raise ModelError(f"{error}; the backup is no help: {second}") from second
        on_fallback(str(error))
        return model


def _load(artefact: Artefact, source: str) -> Model:
    content = _read(artefact.path)
    sha256 = hashlib.sha256(content).hexdigest()
    if artefact.sha256 is not None and sha256 != artefact.sha256:
        raise ModelError(
            f"{artefact.path} has SHA-256 {sha256}, but {artefact.sha256} is expected:"
            " the file is damaged, or the checksum is of another version"
        )
    try:
        return _parse(content, sha256, source, artefact.sha256 is not None)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{artefact.path} is no probability matrix: {error}") from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror or error}") from error
    if len(content) > MAX_FILE_BYTES:
        raise ModelError(f"{path} is larger than {MAX_FILE_BYTES} bytes")
    return content


def _parse(content: bytes, sha256: str, source: str, verified: bool) -> Model:
    document = json.loads(content)
    if not isinstance(document, dict):
        raise ValueError("the top level must be an object")
    if document.get("format") != FORMAT:
        raise ValueError(f"format must be {FORMAT}, got {document.get('format')!r}")
    version = document.get("version")
    if not isinstance(version, str) or not version:
        raise ValueError(f"version must be a text, got {version!r}")
    categories = document.get("categories")
    if not isinstance(categories, dict) or not categories:
        raise ValueError("categories must be an object with at least one category")
    return Model(
        version=version,
        sha256=sha256,
        source=source,
        verified=verified,
        categories={name: _curve(f"categories.{name}", c) for name, c in categories.items()},
        default=_curve("default", document.get("default")),
    )


def _curve(path: str, points: Any) -> Curve:
    if not isinstance(points, list) or not points:
        raise ValueError(f"{path} must be a list of [days, probability] pairs")
    for index, point in enumerate(points):
        if not isinstance(point, list) or len(point) != 2 or not all(map(_is_number, point)):
            raise ValueError(f"{path}[{index}] must be [days, probability], got {point!r}")
        day, probability = point
        if not 0 <= day <= 36_500:
            raise ValueError(f"{path}[{index}][0] must be from 0 to 36500 days, got {day!r}")
        if not 0 <= probability <= 1:
            raise ValueError(f"{path}[{index}][1] must be from 0 to 1, got {probability!r}")
    days = tuple(float(day) for day, _ in points)
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise ValueError(f"{path} must have rising days")
    return Curve(days, tuple(float(probability) for _, probability in points))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
