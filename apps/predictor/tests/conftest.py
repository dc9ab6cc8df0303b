import hashlib
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from predictor.app import create_app
from predictor.drain import DrainFlag
from predictor.model import load_model
from predictor.settings import Settings, read_settings

EXAMPLE = Path(__file__).parent.parent / "model" / "probability_matrix.json"


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def matrix(tmp_path: Path) -> Path:
    """A copy of the example model that a test may damage."""
    return Path(shutil.copy(EXAMPLE, tmp_path / "matrix.json"))


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return Path(shutil.copy(f"{EXAMPLE}.backup", tmp_path / "matrix.json.backup"))


@pytest.fixture
def settings(matrix: Path) -> Settings:
    return read_settings(
        {
            "MODEL_PATH": str(matrix),
            "MODEL_SHA256": sha256(matrix),
            "MAX_ITEMS": "5",
            "MAX_BODY_BYTES": "2000",
        }
    )


@pytest.fixture
def draining() -> DrainFlag:
    return DrainFlag()


@pytest.fixture
def client(settings: Settings, draining: DrainFlag) -> FlaskClient:
    model = load_model(settings.model, settings.backup, pytest.fail)
    return create_app(settings, model, draining).test_client()
