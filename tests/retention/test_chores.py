"""Rows that the tick sees to each minute, a day before their time and a day after."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import SignIn, User
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock, limits, mail
from app.core.limits import Attempt
from app.core.mail import Message, OutgoingMail
from app.core.platform import Platform
from app.entries import services as entries
from app.entries.rules import EntryStatus
from app.media.models import Asset, Upload
from app.retention.rules import kept_for
from app.voting import services as voting
from app.voting.models import Ballot
from app.voting.rules import BallotStatus
from tests.factories import make_ballot, make_entry, make_season

DAY = timedelta(days=1)


def count(session: Session, model: type) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(model)) or 0


def end(row_id: str, start: datetime) -> datetime:
    return kept_for(row_id).after(start)


def test_ballot_nobody_confirmed(session: Session) -> None:
    season = make_season(session, Phase.VOTING)
    ballot = make_ballot(
        session, season, [make_entry(session, season)], status=BallotStatus.PENDING
    )
    goes_at = end("ballots-pending", ballot.created_at)

    voting.forget_pending(session, now=goes_at - DAY)
    assert count(session, Ballot) == 1
    voting.forget_pending(session, now=goes_at + DAY)
    assert count(session, Ballot) == 0


def test_upload_that_was_left(
    session: Session, platform: Platform, season: Season, run_jobs: object, tmp_path: Path
) -> None:
    entry = make_entry(session, season, status=EntryStatus.DRAFT)
    asset = entries.begin_team_upload(
        session,
        platform.storage,
        entry=entry,
        size=1000,
        fingerprint="ab",
        part_bytes=5 * 1024 * 1024,
        now=clock.now(),
    )
    goes_at = end("uploads", asset.created_at)
    folder = platform.storage.root / "uploads"  # type: ignore[attr-defined]

    def forget(now: datetime) -> list[Path]:
        entries.forget_abandoned_uploads(session, now=now)
        assert callable(run_jobs)
        run_jobs()
        return list(folder.iterdir())

    assert len(forget(goes_at - DAY)) == 1
    assert forget(goes_at + DAY) == []
    assert (count(session, Upload), count(session, Asset)) == (0, 1)


@pytest.mark.parametrize("private", [True, False])
def test_mail_that_was_sent(session: Session, private: bool) -> None:
    row = mail.send(
        session, Message("a@example.org", "accounts/reset", {"name": "A"}, private=private)
    )
    row.sent_at = clock.now()
    session.flush()
    goes_at = end("mails", row.sent_at)

    mail.forget_old(session, now=goes_at - DAY / 2)
    assert count(session, OutgoingMail) == 1
    mail.forget_old(session, now=goes_at + DAY)
    assert count(session, OutgoingMail) == 0


def test_mail_that_no_server_takes(session: Session) -> None:
    row = mail.send(session, Message("a@example.org", "accounts/reset", {"name": "A"}))

    mail.forget_old(session, now=row.created_at + 7 * DAY)
    assert count(session, OutgoingMail) == 1
    mail.forget_old(session, now=row.created_at + 9 * DAY)
    assert count(session, OutgoingMail) == 0


def test_voters_address_that_no_server_takes(session: Session) -> None:
    row = mail.send(session, Message("v@example.org", "voting/confirm", {"a": 1}, private=True))
    goes_at = end("mails-to-voters", row.created_at)

    mail.forget_undelivered(session, now=goes_at - timedelta(hours=1))
    assert row.to == "v@example.org"
    mail.forget_undelivered(session, now=goes_at + DAY)
    assert (row.to, row.values, row.links) == ("", {}, {})


def test_sign_in_that_is_in_use(session: Session, alice: User) -> None:
    start = clock.now()
    goes_at = end("sign-ins", start)
    session.add(
        SignIn(token_hash="a", user_id=alice.id, created_at=start, seen_at=goes_at - 2 * DAY)
    )
    session.flush()

    accounts.forget_ended_sign_ins(session, now=goes_at - DAY)
    assert count(session, SignIn) == 1
    accounts.forget_ended_sign_ins(session, now=goes_at + DAY)
    assert count(session, SignIn) == 0


def test_sign_in_nobody_uses(session: Session, alice: User) -> None:
    start = clock.now()
    session.add(SignIn(token_hash="a", user_id=alice.id, created_at=start, seen_at=start))
    session.flush()

    accounts.forget_ended_sign_ins(session, now=start + 6 * DAY)
    assert count(session, SignIn) == 1
    accounts.forget_ended_sign_ins(session, now=start + 8 * DAY)
    assert count(session, SignIn) == 0


def test_counters(session: Session, platform: Platform) -> None:
    now = clock.now()
    platform.limits.count("sign-in", "somebody", per=timedelta(hours=1), now=now)
    window = session.scalars(select(Attempt.window)).one()
    goes_at = end("counters", window)

    limits.forget_old_attempts(session, now=goes_at - DAY)
    assert count(session, Attempt) == 1
    limits.forget_old_attempts(session, now=goes_at + DAY)
    assert count(session, Attempt) == 0
