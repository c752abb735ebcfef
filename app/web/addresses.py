"""What may stand in an address: numbers no larger than a database key."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

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


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = KeyConverter
