"""The HTTP surface."""

import logging
import re
import time
import uuid
from typing import Any

from flask import Flask, Response, g, jsonify, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from predictor import __version__
from predictor.drain import DrainFlag
from predictor.metrics import UNKNOWN, Metrics
from predictor.model import Model
from predictor.requests import InvalidRequestError, parse_items
from predictor.settings import Settings

log = logging.getLogger("predictor")
PROBES = ("/health", "/ready", "/metrics")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Json(DefaultJSONProvider):
    """JSON with its members in the documented order, and text as it is."""

    sort_keys = False
    ensure_ascii = False


def create_app(settings: Settings, model: Model, draining: DrainFlag) -> Flask:
    """Builds the application around a loaded model."""
    app = Flask(__name__, static_folder=None)
    app.json = Json(app)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    metrics = Metrics(model)
    _add_probes(app, model, metrics, draining)
    _add_predict(app, model, metrics, settings.max_items)
    _add_errors(app)
    _add_request_log(app)
    return app


def _add_probes(app: Flask, model: Model, metrics: Metrics, draining: DrainFlag) -> None:
    @app.get("/health")
    def health() -> Response:
        on_backup = " on the backup model" if model.source == "backup" else ""
        return jsonify(
            status="OK",
            message=f"Predictor service is running{on_backup}",
            version=__version__,
            model={
                "version": model.version,
                "sha256": model.sha256,
                "source": model.source,
                "verified": model.verified,
            },
        )

    @app.get("/ready")
    def ready() -> tuple[Response, int]:
        if draining:
            return jsonify(status="DRAINING", message="This instance is stopping"), 503
        return jsonify(status="READY"), 200

    @app.get("/metrics")
    def show_metrics() -> Response:
        if request.accept_mimetypes.best_match(["text/plain", "application/json"]) == (
            "application/json"
        ):
            return jsonify(metrics.as_json())
        return Response(
            metrics.as_prometheus(), content_type="text/plain; version=0.0.4; charset=utf-8"
        )


def _add_predict(app: Flask, model: Model, metrics: Metrics, max_items: int) -> None:
    def predict_item(category: str, days: int | float) -> dict[str, Any]:
        probability, known = model.predict(category, days)
        metrics.items.labels(category if known else UNKNOWN).inc()
        prediction: dict[str, Any] = {
            "categoryId": category,
            "daysSinceLastPurchase": days,
            "probability": probability,
        }
        if not known:
            prediction["fallback"] = "default"
        return prediction

    @app.post("/predict")
    def predict() -> Response | tuple[Response, int]:
        started = time.perf_counter()
        outcome = "error"
        try:
            items = parse_items(request.get_data(), max_items)
            answer = jsonify(predictions=[predict_item(item.category, item.days) for item in items])
            outcome = "ok"
            return answer
        except InvalidRequestError as error:
            outcome = "invalid"
            return jsonify(
                error="invalid_request", message=str(error), problems=error.problems
            ), 400
        except RequestEntityTooLarge:
            outcome = "too_large"
            raise
        finally:
            metrics.calls.labels(outcome).inc()
            metrics.latency.observe(time.perf_counter() - started)


def _add_errors(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> tuple[Response, int]:
        message = error.description or error.name
        if isinstance(error, RequestEntityTooLarge):
            message = f"The body must not be larger than {app.config['MAX_CONTENT_LENGTH']} bytes"
        name = error.name.lower().replace(" ", "_")
        answer = jsonify(error=name, message=message)
        for header, value in error.get_headers():
            if header.lower() == "allow":
                answer.headers[header] = value
        return answer, error.code or 500

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> tuple[Response, int]:
        log.error("unexpected error", exc_info=error, extra={"fields": {"path": request.path}})
        return jsonify(error="internal_error", message="The request could not be answered"), 500


def _add_request_log(app: Flask) -> None:
    @app.before_request
    def start() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        g.started = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        # Probes come several times a second while a deployment waits: only their failures are news.
        quiet = request.path in PROBES and response.status_code < 400
        log.log(
            logging.DEBUG if quiet else logging.INFO,
            "request",
            extra={
                "fields": {
                    "requestId": g.request_id,
                    "method": request.method,
                    "path": request.path,
                    "status": response.status_code,
                    "ms": round((time.perf_counter() - g.started) * 1000, 2),
                }
            },
        )
        return response
