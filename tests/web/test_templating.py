"""Filters that turn values into words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from app import texts
from app.core import clock
from app.texts import Typed, ntext, text
from app.web.templating import ago, clip_length, day, file_size, left, moment, said


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Pacific/Honolulu", "Mar 8, 2026, 1:30\u202fAM HST"),
        ("America/Los_Angeles", "Mar 8, 2026, 4:30\u202fAM PDT"),
        ("UTC", "Mar 8, 2026, 11:30\u202fAM UTC"),
    ],
)
def test_moment_is_said_in_the_seasons_zone(zone: str, words: str) -> None:
    said = moment(datetime(2026, 3, 8, 11, 30, tzinfo=UTC), zone)

    assert said == f'<time datetime="2026-03-08T11:30:00+00:00">{words}</time>'


def test_day_is_written_out() -> None:
    assert day(date(2026, 3, 8)) == "March 8, 2026"


def test_ago_counts_both_ways() -> None:
    assert ago(clock.now() - timedelta(days=2)) == "2 days ago"
    assert ago(clock.now() + timedelta(hours=3, seconds=5)) == "in 3 hours"


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "1 kB"),
        (812_000, "812 kB"),
        (999_999, "1000 kB"),
        (14_300_000, "14.3 MB"),
        (1_900_000_000, "1.90 GB"),
    ],
)
def test_file_size_is_said_as_people_do(size: int, words: str) -> None:
    assert file_size(size) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0:00"), (43.2, "0:43"), (59.6, "1:00"), (125, "2:05")]
)
def test_clip_length_is_said_as_a_player_does(seconds: float, words: str) -> None:
    assert clip_length(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "tag", "words"),
    [
        (40 * 86400 + 5, "en", "in 40 days"),
        (47.5 * 3600, "en", "in 47 hours"),
        (48 * 3600 + 5, "en", "in 2 days"),
        (119.5 * 60, "en", "in 119 minutes"),
        (90.5, "en", "in 90 seconds"),
        (-3 * 86400 - 5, "en", "3 days ago"),
        (3 * 86400 + 5, "ja", "3 日後"),
        (3 * 86400 + 5, "zh-Hant", "3 天後"),
    ],
)
def test_a_countdown_says_what_its_script_will_say(
    monkeypatch: pytest.MonkeyPatch, seconds: float, tag: str, words: str
) -> None:
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)

    with texts.use_language(tag):
        assert left(now + timedelta(seconds=seconds)) == words


def test_what_was_typed_is_marked_where_it_is_in_english_alone(app: Flask) -> None:
    marked = '<span lang="en" dir="ltr">Best &lt;sound&gt;</span>'
    award = text(
        "%(place)s, %(category)s", place=text("First place"), category=Typed("Cyberbullying")
    )
    special = text("%(name)s", name=Typed("Best <sound>"))
    with app.test_request_context("/"):
        assert said(special) == "Best &lt;sound&gt;"
        with texts.use_language("ja"):
            assert said("Cyberbullying") == "ネットいじめ"
            assert said("Best <sound>") == said(Typed("Best <sound>")) == said(special) == marked
            assert said(award) == "ネットいじめ 第1位"
            assert said(text("First place")) == "第1位"
            assert (
                said(ntext("%(n)s: %(what)s", "%(n)s: %(what)s", 2, what=special)) == f"2: {marked}"
            )
