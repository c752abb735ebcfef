"""What scripts/bench measures against: the least a page and an upload can cost on our server."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask, request
from sqlalchemy import text

from app.core.db import make_engine

CHUNK = 1024 * 1024

view = Flask(__name__)


@view.get("/")
def one_line() -> str:
    return "One line."


engine = make_engine(os.environ["BENCH_DATABASE"]) if "BENCH_DATABASE" in os.environ else None


@view.post("/insert")
def one_row() -> str:
    """The least a vote can cost: one row of the same size, in a transaction of its own."""
    if engine is None:
        raise RuntimeError("BENCH_DATABASE is not set.")
    with engine.connect().execution_options(tx="IMMEDIATE") as connection:
        connection.execute(
            text("INSERT INTO bare_votes (token) VALUES (:token)"), {"token": request.form["token"]}
        )
        connection.commit()
    return "Done."


def sink(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Writes the body of a PUT to the file that BENCH_SINK names, and has the disk keep it."""
    if environ["REQUEST_METHOD"] == "PUT":
        stream, left = environ["wsgi.input"], int(environ["CONTENT_LENGTH"])
        with Path(os.environ["BENCH_SINK"]).open("wb", buffering=0) as file:
            while left and (chunk := stream.read(min(CHUNK, left))):
                file.write(chunk)
                left -= len(chunk)
            os.fsync(file.fileno())
    start_response("200 OK", [("Content-Length", "0")])
    return []
