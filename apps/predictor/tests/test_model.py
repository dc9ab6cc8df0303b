import json
from pathlib import Path
from typing import Any

import pytest

from predictor.model import ModelError, load_model
from predictor.settings import Artefact
from tests.conftest import sha256


def write(path: Path, **changes: Any) -> Artefact:
    document = {"format": 1, "version": "1", "default": [[0, 0.5]], "categories": {"a": [[0, 1]]}}
    path.write_text(json.dumps({**document, **changes}))
    return Artefact(path, sha256(path))


def refuse(artefact: Artefact, backup: Artefact | None = None) -> str:
    with pytest.raises(ModelError) as caught:
        load_model(artefact, backup, pytest.fail)
    return str(caught.value)


def test_both_example_models_load_and_agree_on_dairy(matrix: Path, backup: Path) -> None:
    for path in (matrix, backup):
        model = load_model(Artefact(path, sha256(path)), None, pytest.fail)
        assert model.predict("dairy", 3) == (0.75, True)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    message = refuse(Artefact(tmp_path / "gone.json", "0" * 64))
    assert "gone.json cannot be read: No such file" in message
    assert "MODEL_BACKUP_PATH" in message


def test_a_changed_byte_is_refused_with_both_checksums(matrix: Path) -> None:
    expected = sha256(matrix)
    matrix.write_bytes(matrix.read_bytes().replace(b"0.75", b"0.76"))
    message = refuse(Artefact(matrix, expected))
    assert expected in message
    assert sha256(matrix) in message


def test_the_backup_serves_when_the_model_is_damaged(matrix: Path, backup: Path) -> None:
    reasons: list[str] = []
    wrong = Artefact(matrix, "0" * 64)
    model = load_model(wrong, Artefact(backup, sha256(backup)), reasons.append)
    assert (model.source, model.version) == ("backup", "2024.05.2")
    assert "has SHA-256" in reasons[0]


def test_a_damaged_backup_is_never_used(matrix: Path, backup: Path) -> None:
    message = refuse(Artefact(matrix, "0" * 64), Artefact(backup, "1" * 64))
    assert "the backup is no help" in message
    assert "1" * 64 in message


def test_a_checksum_set_to_unverified_is_remembered(matrix: Path) -> None:
    assert load_model(Artefact(matrix, None), None, pytest.fail).verified is False


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"format": 2}, "format must be 1, got 2"),
        ({"version": ""}, "version must be a text"),
        ({"categories": {}}, "categories must be an object with at least one"),
        ({"categories": []}, "categories must be an object with at least one"),
        ({"default": None}, "default must be a list"),
        ({"categories": {"a": []}}, "categories.a must be a list"),
        ({"categories": {"a": [[0]]}}, "categories.a[0] must be [days, probability]"),
        ({"categories": {"a": [[0, True]]}}, "categories.a[0] must be [days, probability]"),
        ({"categories": {"a": [[0, 1.5]]}}, "categories.a[0][1] must be from 0 to 1, got 1.5"),
        ({"categories": {"a": [[-1, 1]]}}, "categories.a[0][0] must be from 0 to 36500"),
        ({"categories": {"a": [[0, float("nan")]]}}, "categories.a[0][1] must be from 0 to 1"),
        ({"categories": {"a": [[3, 1], [3, 1]]}}, "categories.a must have rising days"),
    ],
)
def test_a_file_with_the_right_checksum_and_wrong_content_is_refused(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    message = refuse(write(tmp_path / "m.json", **changes))
    assert f"m.json is no probability matrix: {reason}" in message


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "[" * 100_000])
def test_rubbish_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "m.json"
    path.write_text(content)
    assert "m.json is no probability matrix" in refuse(Artefact(path, sha256(path)))
