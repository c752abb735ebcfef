"""What scripts of ours send as JSON, read with care: anybody can send anything."""

from __future__ import annotations

from typing import Any

from flask import request

from app.core.errors import NotUnderstood


def json_object() -> dict[str, Any]:
    """The body of this request. Raises NotUnderstood for anything but an object."""
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        body = None
    if not isinstance(body, dict):
        raise NotUnderstood
    return body


def whole_number(value: Any) -> int:
    """`value` if it is a whole number; raises NotUnderstood for true, false and everything else."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise NotUnderstood
    return value
