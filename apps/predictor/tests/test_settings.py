import pytest

from predictor.settings import SettingsError, read_settings

GOOD = {"MODEL_SHA256": "a" * 64}


def mistakes(**env: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_settings({**GOOD, **env})
    return caught.value.mistakes


def test_only_the_checksum_has_no_default() -> None:
    settings = read_settings(GOOD)
    assert (settings.port, settings.workers, settings.drain_seconds) == (5000, 2, 10)
    assert str(settings.model.path) == "/models/probability_matrix.json"
    assert settings.backup is None


def test_a_missing_checksum_is_refused_and_the_way_out_is_named() -> None:
    [mistake] = mistakes(MODEL_SHA256="")
    assert "MODEL_SHA256 must be the SHA-256 of /models/probability_matrix.json" in mistake
    assert "'unverified'" in mistake


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("PORT", "http", "PORT must be a number from 1 to 65535, got 'http'"),
        ("PORT", "0", "PORT must be a number from 1 to 65535, got '0'"),
        ("PORT", "80.5", "PORT must be a whole number"),
        ("WEB_CONCURRENCY", "0", "WEB_CONCURRENCY must be a number from 1 to 64"),
        ("DRAIN_SECONDS", "nan", "DRAIN_SECONDS must be a number from 0 to 600"),
        ("DRAIN_LISTEN_SECONDS", "11", "DRAIN_LISTEN_SECONDS must be a number from 0 to 10"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL must be one of"),
        ("MODEL_SHA256", "xyz", "MODEL_SHA256 must be the SHA-256"),
        ("MODEL_BACKUP_PATH", "/b.json", "MODEL_BACKUP_SHA256 must be the SHA-256 of /b.json"),
        ("MODEL_BACKUP_SHA256", "a" * 64, "MODEL_BACKUP_PATH is not"),
    ],
)
def test_a_wrong_setting_is_named_with_its_rule(key: str, value: str, rule: str) -> None:
    assert any(rule in mistake for mistake in mistakes(**{key: value}))


def test_all_mistakes_are_reported_together() -> None:
    assert len(mistakes(PORT="x", WEB_THREADS="x", LOG_LEVEL="x", MODEL_SHA256="x")) == 4
