"""`python -m predictor`: check the settings and the model, then serve with gunicorn.

Exit codes: 0 stopped as asked, 2 a setting is wrong, 3 no model can be used, 1 anything else.
"""

import logging
import logging.config
import os
import sys

from predictor import __version__
from predictor.logs import logging_config
from predictor.model import Model, ModelError, load_model
from predictor.server import serve
from predictor.settings import Settings, SettingsError, read_settings

log = logging.getLogger("predictor")


def main() -> int:
    logging.config.dictConfig(logging_config("INFO"))
    try:
        settings = read_settings(os.environ)
    except SettingsError as error:
        for mistake in error.mistakes:
            log.critical("a setting is wrong: %s", mistake)
        return 2
    logging.config.dictConfig(logging_config(settings.log_level))
    try:
        model = load_model(settings.model, settings.backup, _warn_of_fallback)
    except ModelError as error:
        log.critical("no model can be used: %s", error)
        return 3
    _announce(settings, model)
    serve(settings, model)
    return 0


def _warn_of_fallback(reason: str) -> None:
    log.error("the model cannot be used, the kept backup serves instead: %s", reason)


def _announce(settings: Settings, model: Model) -> None:
    if not model.verified:
        log.warning("the model was not verified: its checksum is set to 'unverified'")
    path = settings.model.path
    if model.source == "backup" and settings.backup is not None:
        path = settings.backup.path
    fields = {
        "version": __version__,
        "modelPath": str(path),
        "modelVersion": model.version,
        "modelSha256": model.sha256,
        "modelSource": model.source,
        "categories": len(model.categories),
    }
    log.info("starting", extra={"fields": fields})


if __name__ == "__main__":
    sys.exit(main())
