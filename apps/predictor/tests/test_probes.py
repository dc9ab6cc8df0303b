from flask.testing import FlaskClient

from predictor.drain import DrainFlag

JSON = {"Accept": "application/json"}


def test_health_names_status_message_version_and_model(client: FlaskClient) -> None:
    health = client.get("/health").get_json()
    assert health["status"] == "OK"
    assert health["message"] == "Predictor service is running"
    assert health["version"] == "1.0.0"
    assert (health["model"]["source"], health["model"]["verified"]) == ("primary", True)


def test_ready_turns_503_while_draining_and_predictions_go_on(
    client: FlaskClient, draining: DrainFlag
) -> None:
    assert client.get("/ready").status_code == 200
    draining.raise_()
    assert client.get("/ready").status_code == 503
    assert client.get("/health").status_code == 200
    body = {"items": [{"categoryId": "dairy", "daysSinceLastPurchase": 3}]}
    assert client.post("/predict", json=body).status_code == 200


def test_metrics_count_calls_by_outcome_and_items_by_category(client: FlaskClient) -> None:
    dairy = {"categoryId": "dairy", "daysSinceLastPurchase": 3}
    nobody = {"categoryId": "nobody-knows", "daysSinceLastPurchase": 3}
    client.post("/predict", json={"items": [dairy, dairy, nobody]})
    client.post("/predict", json={"items": []})
    client.post("/predict", data=b" " * 3000)
    metrics = client.get("/metrics", headers=JSON).get_json()
    assert metrics["calls"] == {"total": 3, "ok": 1, "invalid": 1, "too_large": 1, "error": 0}
    assert metrics["categories"] == {"dairy": 2, "(unknown)": 1}
    assert metrics["latencySeconds"]["count"] == 3
    assert metrics["latencySeconds"]["buckets"]["+Inf"] == 3


def test_metrics_are_prometheus_text_unless_json_is_asked_for(client: FlaskClient) -> None:
    for accept in ("", "*/*", "text/plain", "text/html", "text/plain, application/json;q=0.5"):
        answer = client.get("/metrics", headers={"Accept": accept})
        assert answer.content_type.startswith("text/plain; version=0.0.4")
        assert b'predictor_calls_total{outcome="ok"} 0.0' in answer.data
        assert b"predictor_call_duration_seconds_bucket" in answer.data
        assert b'source="primary"' in answer.data
    assert client.get("/metrics", headers=JSON).content_type == "application/json"
