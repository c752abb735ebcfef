"""The queue in a folder: many writers and readers at once, and nothing is read half written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.core.worker import make_celery


def test_message_has_its_name_only_once_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: list[bool] = []
    rename: Callable[..., Any] = Path.replace

    def watched(part: Path, target: Path) -> Path:
        seen = [file for file in (tmp_path / "queue").iterdir() if file.suffix == ".msg"]
        whole.append(not seen and bool(json.loads(part.read_text())))
        renamed: Path = rename(part, target)
        return renamed

    monkeypatch.setattr(Path, "replace", watched)
    celery = make_celery("filesystem://", tmp_path)

    celery.send_task("hoike.run", args=[7], queue="mail")

    assert whole == [True]
    with celery.connection_for_read() as connection, connection.SimpleQueue("mail") as queue:
        message = queue.get(block=False)
        assert message.payload[0] == [7]
        message.ack()
    assert list((tmp_path / "queue").iterdir()) == []
