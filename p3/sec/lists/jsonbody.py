"""JSON as EDGAR sends it, read with suspicion."""

import json
from typing import Any

from p3.errors import DataError

_REMEDY = "Fetch again; if it stays, report the company."


def load_object(body: bytes, what: str) -> dict[str, Any]:
    """Return the JSON object in ``body``; raises DataError naming ``what`` where it is truncated or no object."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as failure:
        raise DataError(f"{what} is not JSON: {type(failure).__name__}", _REMEDY) from failure
    return as_object(value, what)


def as_object(value: Any, what: str) -> dict[str, Any]:
    """Return ``value`` if it is a JSON object; raises DataError naming ``what`` otherwise."""
    if not isinstance(value, dict):
        raise DataError(f"{what} is not a JSON object", _REMEDY)
    return value


def as_list(value: Any, what: str) -> list[Any]:
    """Return ``value`` if it is a JSON array; raises DataError naming ``what`` otherwise."""
    if not isinstance(value, list):
        raise DataError(f"{what} is not a JSON array", _REMEDY)
    return value
