import json
from typing import Any

import pytest
from flask.testing import FlaskClient


def item(category: Any = "dairy", days: Any = 3) -> dict[str, Any]:
    return {"categoryId": category, "daysSinceLastPurchase": days}


def test_dairy_after_three_days_is_exactly_the_documented_answer(client: FlaskClient) -> None:
    answer = client.post("/predict", json={"items": [item()]})
    assert answer.status_code == 200
    assert answer.get_json() == {"predictions": [{**item(), "probability": 0.75}]}


def test_days_between_two_points_are_interpolated_and_outside_they_are_level(
    client: FlaskClient,
) -> None:
    items = [item(days=days) for days in (0, 4, 2.5, 14, 3650)]
    predictions = client.post("/predict", json={"items": items}).get_json()["predictions"]
    assert [p["probability"] for p in predictions] == [0.05, 0.815, 0.625, 0.99, 0.99]


def test_an_unknown_category_gets_the_default_curve_and_says_so(client: FlaskClient) -> None:
    answer = client.post("/predict", json={"items": [item("乳製品", 7)]})
    assert answer.get_json()["predictions"] == [
        {**item("乳製品", 7), "probability": 0.45, "fallback": "default"}
    ]


@pytest.mark.parametrize(
    ("wrong", "path", "part"),
    [
        (item(category=""), "items[1].categoryId", 'got ""'),
        (item(category=" dairy"), "items[1].categoryId", 'got " dairy"'),
        (item(category="x" * 65), "items[1].categoryId", "must be 1 to 64 characters"),
        (item(category="a\x00b"), "items[1].categoryId", "without control characters"),
        (item(category="a\ud800"), "items[1].categoryId", "without control characters"),
        (item(category=7), "items[1].categoryId", "got 7"),
        ({"daysSinceLastPurchase": 1}, "items[1].categoryId", "got nothing"),
        ({"categoryId": "dairy"}, "items[1].daysSinceLastPurchase", "got nothing"),
        (item(days=-1), "items[1].daysSinceLastPurchase", "got -1"),
        (item(days=3651), "items[1].daysSinceLastPurchase", "from 0 to 3650, got 3651"),
        (item(days="3"), "items[1].daysSinceLastPurchase", 'got "3"'),
        (item(days=True), "items[1].daysSinceLastPurchase", "got true"),
        (item(days=None), "items[1].daysSinceLastPurchase", "got null"),
        (item(days=float("nan")), "items[1].daysSinceLastPurchase", "got NaN"),
        (item(days=10**400), "items[1].daysSinceLastPurchase", "got 1000"),
        ("dairy", "items[1]", "must be an object"),
    ],
)
def test_a_wrong_item_is_refused_with_its_place_and_value(
    client: FlaskClient, wrong: Any, path: str, part: str
) -> None:
    answer = client.post("/predict", data=json.dumps({"items": [item(), wrong]}))
    assert answer.status_code == 400
    problem = answer.get_json()["problems"][0]
    assert problem["path"] == path
    assert part in problem["message"]
    assert answer.get_json()["message"] == problem["message"]


@pytest.mark.parametrize(
    ("body", "part"),
    [
        (b"", "body must be JSON"),
        (b"{", "body must be JSON"),
        (b"\xff\xfe", "body must be JSON"),
        (b"[" * 1500, "body must be JSON"),
        (b"[]", "body must be an object, got []"),
        (b"{}", "items is missing"),
        (b'{"items": {}}', "items must be a list, got {}"),
        (b'{"items": []}', "from 1 to 5 entries, got 0"),
        (b'{"items": [1,2,3,4,5,6]}', "from 1 to 5 entries, got 6"),
    ],
)
def test_a_wrong_body_is_refused_with_the_reason(
    client: FlaskClient, body: bytes, part: str
) -> None:
    answer = client.post("/predict", data=body)
    assert answer.status_code == 400
    assert part in answer.get_json()["message"]


def test_all_problems_of_a_request_are_reported_together(client: FlaskClient) -> None:
    answer = client.post("/predict", json={"items": [item("", -1), item(), 3]})
    assert [p["path"] for p in answer.get_json()["problems"]] == [
        "items[0].categoryId",
        "items[0].daysSinceLastPurchase",
        "items[2]",
    ]


def test_a_body_over_the_limit_is_413(client: FlaskClient) -> None:
    answer = client.post("/predict", data=b" " * 2001)
    assert answer.status_code == 413
    assert "2000 bytes" in answer.get_json()["message"]


def test_a_wrong_method_or_path_is_json_too(client: FlaskClient) -> None:
    wrong_method = client.get("/predict")
    assert wrong_method.status_code == 405
    assert "POST" in wrong_method.headers["Allow"]
    wrong_path = client.get("/nowhere")
    assert (wrong_path.status_code, wrong_path.get_json()["error"]) == (404, "not_found")


def test_a_request_id_is_passed_on_when_it_is_sane(client: FlaskClient) -> None:
    kept = client.get("/health", headers={"X-Request-Id": "abc-1"})
    assert kept.headers["X-Request-Id"] == "abc-1"
    replaced = client.get("/health", headers={"X-Request-Id": "a b"})
    assert len(replaced.headers["X-Request-Id"]) == 32
