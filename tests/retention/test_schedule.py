"""The one schedule: every table is in it, everything in it is there, and the page says the same."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest

from app.accounts import rules as accounts
from app.core import jobs, mail
from app.entries.services import uploads
from app.models import Base
from app.retention import queries, services
from app.retention.rules import NO_PERSONAL_DATA, SCHEDULE, SCHEDULE_FILE, By, read_period
from app.texts import sentences_of_toml
from app.voting import rules as voting
from tests.browsing import Browser, words_of

TABLES = set(Base.metadata.tables)
NAMED = {table for row in SCHEDULE.values() for table in row.tables}


def test_every_table_names_a_row_or_says_why_it_needs_none() -> None:
    assert sorted(TABLES - NAMED - set(NO_PERSONAL_DATA)) == []


def test_every_name_in_the_schedule_is_a_table() -> None:
    assert sorted((NAMED | set(NO_PERSONAL_DATA)) - TABLES) == []


def test_no_table_is_on_both_lists_and_every_reason_is_given() -> None:
    assert sorted(NAMED & set(NO_PERSONAL_DATA)) == []
    assert [table for table, why in NO_PERSONAL_DATA.items() if len(why) < 10] == []


def test_every_row_of_the_daily_job_has_a_query_and_a_deed() -> None:
    daily = [row.id for row in SCHEDULE.values() if row.by is By.DAY]

    assert sorted(queries.DUE) == sorted(daily)
    assert sorted(services.DEEDS) == sorted(daily)


def test_rows_name_files_that_there_are() -> None:
    assert {file for row in SCHEDULE.values() for file in row.files} == {"originals", "renditions"}


def test_only_what_ends_has_an_end() -> None:
    kept_for_good = {row.id for row in SCHEDULE.values() if row.keep is None}

    assert kept_for_good == {row.id for row in SCHEDULE.values() if row.by is By.NOBODY}


@pytest.mark.parametrize(
    ("row_id", "in_code"),
    [
        ("ballots-pending", voting.PENDING_KEPT),
        ("mails-to-voters", mail.PRIVATE_KEPT),
        ("mails", mail.SENT_KEPT),
        ("sign-ins", accounts.SIGN_IN_LONGEST),
        ("uploads", uploads.ABANDONED_AFTER),
        ("counters", timedelta(days=2)),
    ],
)
def test_small_chores_keep_what_the_schedule_says(row_id: str, in_code: timedelta) -> None:
    assert SCHEDULE[row_id].kept_for.span == in_code


def test_mail_that_nobody_takes_is_kept_as_long_as_the_sentence_says() -> None:
    assert (mail.KEPT_IS_NEWS + mail.SENT_KEPT).days == 8
    assert "kept for eight days" in str(SCHEDULE["mails"].kept)
    assert jobs.FINISHED_KEPT.days == 30
    assert "after 30 days" in NO_PERSONAL_DATA["jobs"]


@pytest.mark.parametrize("words", ["", "soon", "60", "x days", "60 weeks", "-1 days", "days 60"])
def test_unknown_length_of_time_stops_the_start(words: str) -> None:
    with pytest.raises(ValueError, match="no length of time"):
        read_period(words)


def test_page_says_what_the_file_says_row_by_row(client: Browser) -> None:
    page = client.page("/privacy/retention")

    told = {
        article.get("id"): [words_of(part) for part in (*article.iter("h3"), *article.iter("dd"))]
        for article in page.all("article")
    }
    assert told == {
        row.id: [str(row.data), str(row.why), str(row.kept), str(row.then)]
        for row in SCHEDULE.values()
    }
    assert "%(" not in page.text
    for row in SCHEDULE.values():
        if row.keep is not None and row.keep.n and "%(time)s" in row.kept.message:
            assert str(row.keep.words) in str(row.kept)


def test_privacy_page_leads_there(client: Browser) -> None:
    assert "/privacy/retention" in client.page("/privacy").links().values()


def test_translators_find_every_sentence_on_its_line() -> None:
    source = SCHEDULE_FILE.read_bytes()
    lines = source.decode().splitlines()

    found = list(sentences_of_toml(io.BytesIO(source), {}, [], options={}))

    assert len(found) == 4 * len(SCHEDULE)
    for number, function, sentence, comments in found:
        assert (function, comments) == ("text", [])
        assert sentence in lines[number - 1]
    assert not re.search(r'"""', source.decode())
