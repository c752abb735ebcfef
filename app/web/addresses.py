"""What may stand in an address, and addresses as other sites need them."""

from __future__ import annotations

from typing import Any

from flask import Flask, url_for
from werkzeug.routing import IntegerConverter, Map

from app.web.db import platform

ARCHIVE = "hoike.archive"
"""Where a request that is made for an archive carries the year of its season."""
LARGEST_KEY = 2**53


class KeyConverter(IntegerConverter):
    """`<int:…>` as Flask knows it, but a number that fits no key is no page instead of an error."""

    def __init__(
        self,
        url_map: Map,
        fixed_digits: int = 0,
        min: int | None = None,
        max: int | None = LARGEST_KEY,
        signed: bool = False,
    ) -> None:
        super().__init__(url_map, fixed_digits, min, max, signed)


def absolute(endpoint: str, **values: Any) -> str:
    """The whole address of a page, as it stands in mails, feeds and other sites' pages."""
    return f"{platform().public_url}{url_for(endpoint, **values)}"


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = KeyConverter
