"""What a prediction request must look like."""

import json
import unicodedata
from dataclasses import dataclass
from typing import Any

MAX_CATEGORY_LENGTH = 64
MAX_DAYS = 3650
MAX_REPORTED = 20


class InvalidRequestError(Exception):
    """The body is wrong; `problems` says where and why, at most the first twenty."""

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        super().__init__(problems[0]["message"])
        self.problems = problems


@dataclass(frozen=True)
class Item:
    """One thing to predict. `days` keeps the type in which it arrived."""

    category: str
    days: int | float


def parse_items(body: bytes, max_items: int) -> list[Item]:
    """Reads the items of a prediction request.

    Raises:
        InvalidRequestError: with every item and field that is wrong.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _invalid("body", f"must be JSON: {str(error)[:120]}") from error
    if not isinstance(document, dict):
        raise _invalid("body", f"must be an object, got {_show(document)}")
    if "items" not in document:
        raise _invalid("items", "is missing")
    items = document["items"]
    if not isinstance(items, list):
        raise _invalid("items", f"must be a list, got {_show(items)}")
    if not 1 <= len(items) <= max_items:
        raise _invalid("items", f"must have from 1 to {max_items} entries, got {len(items)}")
    problems = [problem for i, item in enumerate(items) for problem in _check(f"items[{i}]", item)]
    if problems:
        raise InvalidRequestError(problems[:MAX_REPORTED])
    return [Item(item["categoryId"], item["daysSinceLastPurchase"]) for item in items]


def _check(path: str, item: Any) -> list[dict[str, Any]]:
    if not isinstance(item, dict):
        return [_problem(path, f"must be an object, got {_show(item)}")]
    found = []
    category = item.get("categoryId")
    if not isinstance(category, str) or not _is_name(category):
        rule = f"must be 1 to {MAX_CATEGORY_LENGTH} characters without control characters"
        found.append(_problem(f"{path}.categoryId", f"{rule}, got {_field(item, 'categoryId')}"))
    if not _is_day_count(item.get("daysSinceLastPurchase")):
        rule = f"must be a number from 0 to {MAX_DAYS}"
        got = _field(item, "daysSinceLastPurchase")
        found.append(_problem(f"{path}.daysSinceLastPurchase", f"{rule}, got {got}"))
    return found


def _is_name(text: str) -> bool:
    if not 0 < len(text) <= MAX_CATEGORY_LENGTH or text.strip() != text:
        return False
    # Control characters and halves of characters; whatever a later Unicode adds is welcome.
    return all(unicodedata.category(character) not in ("Cc", "Cs") for character in text)


def _is_day_count(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= MAX_DAYS


def _field(item: dict[str, Any], key: str) -> str:
    return _show(item[key]) if key in item else "nothing"


def _show(value: Any) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False)
    except RecursionError:
        text = type(value).__name__
    # Half of a character can be received, but not sent back.
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= 80 else f"{text[:77]}..."


def _problem(path: str, message: str) -> dict[str, Any]:
    return {"path": path, "message": f"{path} {message}"}


def _invalid(path: str, message: str) -> InvalidRequestError:
    return InvalidRequestError([_problem(path, message)])
