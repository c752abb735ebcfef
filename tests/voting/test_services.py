"""From an address to a ballot in the box, and nothing of the address left behind."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.db import will_write
from app.core.errors import NotFound, Refused
from app.core.mail import OutgoingMail
from app.core.platform import Platform
from app.core.signing import Keyring
from app.entries.models import Entry
from app.models import Base
from app.voting import queries, rules, services
from app.voting.models import Ballot, BallotEvent, BallotTrace, BlockedVoter, VoteKey
from app.voting.rules import BallotStatus
from tests.factories import make_ballot, make_season
from tests.meanwhile import at_once
from tests.servers import Mailbox
from tests.voting.box import cast_now, code_of, count

ADDRESS = "Leilani.Voter+choice@gmail.com"


Ask = Callable[..., None]


@pytest.fixture
def ask(session: Session, platform: Platform, season: Season, finalists: list[Entry]) -> Ask:
    """`ask(address, picks)` requests a ballot, as the page does."""

    def ask(
        address: str = ADDRESS, picks: Sequence[int] = (0,), *, within_limit: bool = True
    ) -> None:
        services.request_ballot(
            session,
            voters=platform.voters,
            season=season,
            finalists=finalists,
            address=address,
            picks=[finalists[pick].id for pick in picks],
            within_limit=within_limit,
            now=clock.now(),
        )

    return ask


def turn(
    platform: Platform,
    network: str = "192.0.2.77",
    *,
    key: str = "a voter",
    worked: bool = True,
    now: datetime | None = None,
) -> services.Turn:
    return services.take_turn(
        platform.limits, network, key, waiting=0, worked=worked, now=now or clock.now()
    )


def ballots(session: Session) -> list[Ballot]:
    session.expire_all()
    return list(session.scalars(select(Ballot).order_by(Ballot.id)))


def dump(session: Session) -> str:
    """Everything in the database, as text."""
    return "\n".join(
        f"{table.name} {tuple(row)}"
        for table in Base.metadata.sorted_tables
        for row in session.execute(select(table))
    )


def test_request_keeps_a_pending_ballot_and_mails_number_code_and_links(
    session: Session,
    platform: Platform,
    finalists: list[Entry],
    ask: Ask,
    smtp: Mailbox,
    run_jobs: Callable[[], int],
) -> None:
    ask(picks=[2, 0])
    run_jobs()

    (ballot,) = ballots(session)
    assert (ballot.status, ballot.cast_at) == (BallotStatus.PENDING, None)
    assert queries.picks_on(session, platform.voters, ballot) == [
        finalists[2].id,
        finalists[0].id,
    ]
    (mail,) = smtp.messages
    assert mail["To"] == ADDRESS
    body = mail.get_body(("plain",))
    assert body is not None
    words = body.get_content().replace("\r\n", "\n")
    assert f"• {finalists[2].title}\n• {finalists[0].title}" in words
    assert rules.in_halves(ballot.number) in words
    assert rules.in_halves(code_of(session, platform.voters, ballot)) in words
    tokens = dict(re.findall(r"http://localhost/vote/(confirm|not-me)/(\S+)", words))
    assert platform.signer.read("ballot", tokens["confirm"], max_age=60) == [ballot.number]
    disowning = platform.signer.read("not-me", tokens["not-me"], max_age=60)
    assert disowning == [ballot.season_id, ballot.voter_key, ballot.number]


def test_nothing_of_the_address_is_left_after_the_mail_is_handed_over(
    session: Session,
    platform: Platform,
    ask: Ask,
    smtp: Mailbox,
    run_jobs: Callable[[], int],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    key = services.voter_key(
        session, platform.voters, session.scalars(select(Season)).one(), ADDRESS
    )
    session.commit()
    assert turn(platform, key=key).within_limit
    ask()
    assert ADDRESS in dump(session)  # Until it is handed over the mail must know where to go.
    run_jobs()
    (ballot,) = ballots(session)
    services.cast_ballot(session, ballot=ballot, now=clock.now())
    session.commit()

    assert len(smtp.messages) == 1
    kept = dump(session).lower()
    assert key in kept
    # The mail server of the tests logs what it receives, which is none of our doing.
    logged = "\n".join(r.getMessage() for r in caplog.records if r.name != "mail.log").lower()
    code = code_of(session, platform.voters, ballot).lower()
    for secret in ("leilani", "voter+choice", "gmail", code, rules.in_halves(code)):
        assert secret not in kept
        assert secret not in logged


def test_voter_keys_differ_between_seasons_and_keys(
    session: Session, platform: Platform, tmp_path: Path
) -> None:
    other = Keyring("another secret", tmp_path / "other")
    this, last = make_season(session, year=2030), make_season(session, year=2029)

    assert services.voter_key(session, platform.voters, this, ADDRESS) == services.voter_key(
        session, platform.voters, this, "leilanivoter@googlemail.com"
    )
    assert services.voter_key(session, platform.voters, this, ADDRESS) != services.voter_key(
        session, platform.voters, last, ADDRESS
    )
    assert services.voter_key(session, platform.voters, this, ADDRESS) != services.voter_key(
        session, other, this, ADDRESS
    )


def test_same_pick_twice_is_one_pick(
    session: Session, platform: Platform, finalists: list[Entry], ask: Ask
) -> None:
    ask(picks=[1, 1])

    (ballot,) = ballots(session)
    assert queries.picks_on(session, platform.voters, ballot) == [finalists[1].id]


@pytest.mark.parametrize("picks", [[], [0, 1, 2, 3]])
def test_request_refuses_too_few_and_too_many_picks(
    session: Session, ask: Ask, picks: list[int]
) -> None:
    with pytest.raises(Refused):
        ask(picks=picks)

    assert ballots(session) == []


def test_request_refuses_entries_that_are_not_on_the_ballot(
    session: Session, platform: Platform, season: Season, finalists: list[Entry]
) -> None:
    with pytest.raises(Refused):
        services.request_ballot(
            session,
            voters=platform.voters,
            season=season,
            finalists=finalists[1:],
            address=ADDRESS,
            picks=[finalists[0].id],
            within_limit=True,
            now=clock.now(),
        )


def test_request_refuses_once_the_vote_has_closed(
    session: Session, season: Season, ask: Ask
) -> None:
    season.vote_closes_at = clock.now()

    with pytest.raises(Refused, match="closed"):
        ask()


def test_fourth_mail_of_a_day_is_not_sent(
    session: Session, platform: Platform, season: Season, ask: Ask
) -> None:
    now = clock.now()
    key = services.voter_key(session, platform.voters, season, ADDRESS)
    session.commit()

    answers = [turn(platform, key=key).within_limit for _ in range(4)]
    tomorrow = turn(platform, key=key, now=now + timedelta(days=1)).within_limit
    other = turn(platform, key="somebody else").within_limit
    for answer in answers:
        ask(within_limit=answer)

    assert answers == [True, True, True, False]
    assert (tomorrow, other) == (True, True)
    assert Counter(ballot.status for ballot in ballots(session)) == {"pending": 3, "void": 1}
    sent = session.scalar(select(func.count(OutgoingMail.id)).where(OutgoingMail.to != ""))
    assert sent == 3


def test_requests_at_once_do_not_pass_the_limit_together(
    session: Session, platform: Platform
) -> None:
    session.commit()
    allowed: list[bool] = []

    raised = at_once(
        10,
        lambda _index: allowed.append(turn(platform, key="one voter").within_limit),
    )

    assert raised == []
    assert len(allowed) == 10
    assert Counter(allowed)[True] <= 3


def test_ballot_numbers_do_not_repeat() -> None:
    numbers = {services.new_ballot_number() for _ in range(5000)}

    assert len(numbers) == 5000
    assert {len(number) for number in numbers} == {10}
    assert set("".join(numbers)) == set(rules.LETTERS)


def test_mails_of_a_busy_network_wait_their_turn_and_nobody_is_refused(
    session: Session, platform: Platform
) -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def waits(network: str, minute: int, times: int, *, worked: bool = True) -> Counter[int]:
        now = noon + timedelta(minutes=minute)
        return Counter(
            int(turn(platform, network, worked=worked, now=now).delay.total_seconds() // 60)
            for _ in range(times)
        )

    assert waits("192.0.2.1", 0, 130) == {0: 60, 1: 60, 2: 10}
    assert waits("192.0.2.2", 0, 1) == {0: 1}
    assert waits("192.0.2.1", 1, 1) == {0: 1}
    assert waits("192.0.2.3", 2, 25, worked=False) == {0: 10, 1: 10, 2: 5}


def test_code_and_number_find_the_ballot_together_only(
    session: Session, platform: Platform, season: Season, finalists: list[Entry], tmp_path: Path
) -> None:
    strange = Keyring("another secret", tmp_path / "other")
    mine = make_ballot(session, season, finalists[:1], status=BallotStatus.PENDING)
    other = make_ballot(session, season, finalists[:1], status=BallotStatus.PENDING)
    code = code_of(session, platform.voters, mine)

    def find(number: str, code: str) -> Ballot | None:
        return queries.find_by_code(session, voters=platform.voters, number=number, code=code)

    assert find(rules.in_halves(mine.number).lower(), rules.in_halves(code).lower()) is mine
    assert find(other.number, code) is None
    assert find(mine.number, code_of(session, platform.voters, other)) is None
    assert find(mine.number, "") is None
    assert find("", code) is None
    assert find(mine.number, code_of(session, strange, mine)) is None


def test_casting_marks_the_ballot_and_doing_it_again_changes_nothing(
    session: Session, season: Season, finalists: list[Entry]
) -> None:
    ballot = make_ballot(session, season, finalists[:2], status=BallotStatus.PENDING)
    now = clock.now()

    services.cast_ballot(session, ballot=ballot, now=now)
    services.cast_ballot(session, ballot=ballot, now=now + timedelta(minutes=1))

    assert (ballot.status, ballot.cast_at) == (BallotStatus.CAST, now)


def test_voting_again_supersedes_the_earlier_ballot(
    session: Session, platform: Platform, season: Season, finalists: list[Entry], ask: Ask
) -> None:
    ask(picks=[0, 1])
    ask("leilanivoter@googlemail.com", picks=[2])
    ask("somebody@else.example", picks=[0])
    first, second, foreign = ballots(session)
    for ballot in (first, foreign, second):
        services.cast_ballot(session, ballot=ballot, now=clock.now())

    assert (first.status, second.status, foreign.status) == ("superseded", "cast", "cast")
    assert count(session, platform, season) == {finalists[2].id: 1, finalists[0].id: 1}
    with pytest.raises(Refused, match="later one counts"):
        services.cast_ballot(session, ballot=first, now=clock.now())


def test_ballot_confirmed_last_counts_not_the_one_asked_for_last(
    session: Session, ask: Ask
) -> None:
    ask(picks=[0])
    ask(picks=[1])
    first, second = ballots(session)

    services.cast_ballot(session, ballot=second, now=clock.now())
    services.cast_ballot(session, ballot=first, now=clock.now())

    assert (first.status, second.status) == ("cast", "superseded")


def test_a_ballot_of_last_season_does_not_touch_this_season(
    session: Session, season: Season, finalists: list[Entry]
) -> None:
    last = make_season(session, Phase.VOTING, year=season.year - 1)
    old = make_ballot(session, last, [], voter_key="k" * 64)
    new = make_ballot(session, season, [], status=BallotStatus.PENDING, voter_key="k" * 64)

    services.cast_ballot(session, ballot=new, now=clock.now())

    assert (old.status, new.status) == ("cast", "cast")


def test_casting_is_refused_when_the_minutes_after_closing_are_over(
    session: Session, season: Season, ask: Ask
) -> None:
    ask()
    (ballot,) = ballots(session)
    season.vote_closes_at = clock.now()

    end = rules.box_shuts_at(season)
    with pytest.raises(Refused, match="closed"):
        services.cast_ballot(session, ballot=ballot, now=end)
    services.cast_ballot(session, ballot=ballot, now=end - timedelta(seconds=1))

    assert ballot.status == BallotStatus.CAST


def test_twenty_presses_of_one_link_at_once_cast_one_ballot(
    session: Session, platform: Platform, season: Season, finalists: list[Entry]
) -> None:
    earlier = make_ballot(session, season, finalists[:1], voter_key="k" * 64)
    ballot = make_ballot(
        session, season, finalists[1:3], status=BallotStatus.PENDING, voter_key="k" * 64
    )
    session.commit()

    def cast(_index: int) -> None:
        platform.together.do(cast_now, ballot.number)

    assert at_once(20, cast) == []
    session.expire_all()
    assert (earlier.status, ballot.status) == ("superseded", "cast")
    events = Counter(session.scalars(select(BallotEvent.kind)))
    assert events == {"cast": 2, "superseded": 1}


def test_twenty_ballots_of_one_voter_cast_at_once_leave_one(
    session: Session, platform: Platform, season: Season, finalists: list[Entry]
) -> None:
    numbers = [
        make_ballot(
            session, season, finalists[:1], status=BallotStatus.PENDING, voter_key="k" * 64
        ).number
        for _ in range(20)
    ]
    session.commit()

    def cast(index: int) -> None:
        platform.together.do(cast_now, numbers[index])

    assert at_once(20, cast) == []
    assert Counter(b.status for b in ballots(session)) == {"cast": 1, "superseded": 19}


def test_ballots_cast_together_come_out_as_if_cast_one_by_one(
    session: Session, season: Season, finalists: list[Entry]
) -> None:
    """Two of one voter, one that was replaced before, one that is cast, one nobody knows."""

    def make(status: BallotStatus, voter: str) -> Ballot:
        return make_ballot(session, season, finalists[:1], status=status, voter_key=voter * 64)

    first, second = (make(BallotStatus.PENDING, "a") for _ in range(2))
    replaced, cast = make(BallotStatus.SUPERSEDED, "b"), make(BallotStatus.CAST, "c")
    other = make(BallotStatus.PENDING, "d")
    numbers = [each.number for each in (first, replaced, second, cast, other)]

    came = services.cast_all(session, [*numbers, "NOBODYKNOWS", other.number], now=clock.now())

    assert [type(each) for each in came] == [
        *(type(None), Refused, type(None), type(None), type(None)),
        *(NotFound, type(None)),
    ]
    session.expire_all()
    assert [each.status for each in (first, second, replaced, cast, other)] == [
        *("superseded", "cast", "superseded", "cast", "cast"),
    ]
    events = Counter(session.scalars(select(BallotEvent.kind)))
    assert events == {"cast": 5, "superseded": 1}


def test_database_refuses_two_cast_ballots_of_one_voter(
    session: Session, season: Season, finalists: list[Entry]
) -> None:
    make_ballot(session, season, finalists[:1], voter_key="k" * 64)
    make_ballot(session, season, finalists[:1], status=BallotStatus.SUPERSEDED, voter_key="k" * 64)
    make_ballot(session, season, finalists[:1], status=BallotStatus.PENDING, voter_key="k" * 64)

    with pytest.raises(IntegrityError):
        make_ballot(session, season, finalists[1:2], voter_key="k" * 64)


def test_database_refuses_what_can_not_be(
    session: Session, season: Season, finalists: list[Entry]
) -> None:
    for wrong in ({"cast_at": None}, {"lane": "class"}):
        with pytest.raises(IntegrityError), session.begin_nested():
            make_ballot(session, season, [], **wrong)  # type: ignore[arg-type]


def disown(session: Session, ballot: Ballot, now: datetime | None = None) -> None:
    """Press the button of the mail that was about `ballot`."""
    assert ballot.voter_key is not None
    services.block_voter(
        session,
        season=session.get_one(Season, ballot.season_id),
        voter_key=ballot.voter_key,
        number=ballot.number,
        now=now or clock.now(),
    )


def test_disowning_stops_that_ballot_what_is_pending_and_all_further_mail(
    session: Session, platform: Platform, season: Season, ask: Ask
) -> None:
    ask(picks=[0])
    ask(picks=[1])
    ask("somebody@else.example", picks=[2])
    named, pending, foreign = ballots(session)
    sent = select(func.count(OutgoingMail.id)).where(OutgoingMail.to != "")
    mails = session.scalar(sent)

    disown(session, named)
    disown(session, named)
    ask(picks=[3])

    assert (named.status, pending.status, foreign.status) == ("void", "void", "pending")
    assert session.scalar(select(func.count(BlockedVoter.id))) == 1
    assert session.scalar(sent) == mails
    assert ballots(session)[-1].status == BallotStatus.VOID
    with pytest.raises(Refused, match="not theirs"):
        services.cast_ballot(session, ballot=pending, now=clock.now())


def test_disowning_one_ballot_leaves_another_that_was_cast(
    session: Session, season: Season, finalists: list[Entry]
) -> None:
    cast = make_ballot(session, season, finalists[:1], voter_key="k" * 64)
    asked = make_ballot(
        session, season, finalists[:1], status=BallotStatus.PENDING, voter_key="k" * 64
    )

    disown(session, asked)

    assert (cast.status, asked.status) == ("cast", "void")


def test_disowning_takes_the_named_ballot_out_of_the_box_until_it_shuts(
    session: Session, season: Season, finalists: list[Entry]
) -> None:
    early = make_ballot(session, season, finalists[:1])
    late = make_ballot(session, season, finalists[1:2])

    disown(session, early)
    disown(session, late, rules.box_shuts_at(season))

    assert (early.status, late.status) == ("void", "cast")
    kinds = session.scalars(select(BallotEvent.kind).where(BallotEvent.ballot_id == early.id))
    assert sorted(kinds) == ["cast", "voided"]


def test_disowning_at_once_blocks_once(
    session: Session, platform: Platform, season: Season, finalists: list[Entry]
) -> None:
    number = make_ballot(session, season, finalists[:1], status=BallotStatus.PENDING).number
    session.commit()

    def block(_index: int) -> None:
        with platform.sessions() as own:
            will_write(own)
            disown(own, queries.get_ballot_by_number(own, number))
            own.commit()

    assert at_once(5, block) == []
    assert session.scalar(select(func.count(BlockedVoter.id))) == 1


def test_ballots_nobody_confirmed_are_forgotten_after_two_days(
    session: Session, season: Season, finalists: list[Entry]
) -> None:
    now = clock.now()
    old, young = now - timedelta(hours=48, seconds=1), now - timedelta(hours=47)
    for status in BallotStatus:
        make_ballot(session, season, finalists[:2], status=status, created_at=old)
    make_ballot(session, season, finalists[:2], status=BallotStatus.PENDING, created_at=young)

    services.forget_pending(session, now=now)

    left = Counter(ballot.status for ballot in ballots(session))
    assert left == {"cast": 1, "held": 1, "superseded": 1, "invalid": 1, "pending": 1}


def test_ballot_forgotten_meanwhile_is_not_found(
    session: Session, season: Season, finalists: list[Entry]
) -> None:
    ballot = make_ballot(
        session,
        season,
        finalists[:1],
        status=BallotStatus.PENDING,
        created_at=clock.now() - timedelta(days=3),
    )
    services.forget_pending(session, now=clock.now())

    with pytest.raises(NotFound):
        services.cast_ballot(session, ballot=ballot, now=clock.now())


# The season's key


def test_first_ballot_notes_the_key_and_the_key_is_no_row(
    session: Session, platform: Platform, season: Season, ask: Ask, tmp_path: Path
) -> None:
    ask()

    (note,) = session.scalars(select(VoteKey))
    assert (note.season_id, note.shared, note.destroyed_at) == (season.id, False, None)
    (file,) = (tmp_path / "data" / "keys" / "vote").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text() not in dump(session)


def test_lost_key_takes_no_ballot_instead_of_letting_everybody_vote_twice(
    session: Session, ask: Ask, tmp_path: Path
) -> None:
    ask()
    (file,) = (tmp_path / "data" / "keys" / "vote").iterdir()
    file.unlink()

    with pytest.raises(Refused):
        ask("somebody.else@example.org")

    assert len(ballots(session)) == 1


def test_vote_that_began_before_seasons_had_keys_goes_on_with_the_shared_one(
    session: Session, platform: Platform, season: Season, finalists: list[Entry], ask: Ask
) -> None:
    old = platform.voters.shared.digest(f"voter|v1|{season.id}", rules.normalize_voter(ADDRESS))
    session.add(VoteKey(season_id=season.id, made_at=clock.now(), shared=True))
    first = make_ballot(session, season, finalists[:1], voter_key=old)
    ask()
    pending = ballots(session)[-1]

    services.cast_ballot(session, ballot=pending, now=clock.now())

    assert pending.voter_key == old
    assert (first.status, pending.status) == (BallotStatus.SUPERSEDED, BallotStatus.CAST)


def test_destroyed_key_can_not_be_made_again_and_the_count_stays(
    session: Session,
    platform: Platform,
    season: Season,
    finalists: list[Entry],
    ask: Ask,
    smtp: Mailbox,
    run_jobs: Callable[[], int],
) -> None:
    key = services.voter_key(session, platform.voters, season, ADDRESS)
    ask()
    run_jobs()
    services.cast_ballot(session, ballot=ballots(session)[0], now=clock.now())
    make_ballot(session, season, finalists[1:2], status=BallotStatus.PENDING)
    services.block_voter(
        session, season=season, voter_key="ab" * 32, number="NOBODY", now=clock.now()
    )
    counted = count(session, platform, season)

    assert services.forget_voters(session, platform.voters, season=season, now=clock.now())

    tally = queries.tally(session, season)
    assert {line.entry_id: line.points for line in tally.lines} == counted
    assert [(b.status, b.voter_key) for b in ballots(session)] == [(BallotStatus.CAST, None)]
    assert session.scalars(select(BlockedVoter)).all() == []
    assert session.scalars(select(BallotTrace)).all() == []
    assert session.scalars(select(Ballot.cast_at)).one().minute == 0
    assert key not in dump(session)
    with pytest.raises(Refused):
        services.voter_key(session, platform.voters, season, ADDRESS)
    # Not even where the row is lost: the folder remembers that the key was destroyed.
    session.execute(delete(VoteKey))
    with pytest.raises(Refused):
        services.voter_key(session, platform.voters, season, ADDRESS)


def test_key_on_another_machine_is_not_called_destroyed(
    session: Session, platform: Platform, season: Season, ask: Ask, tmp_path: Path
) -> None:
    ask()
    here = Keyring("another key, for the hashes of voters", tmp_path / "elsewhere")

    assert not services.forget_voters(session, here, season=season, now=clock.now())

    (note,) = session.scalars(select(VoteKey))
    assert note.destroyed_at is None
    assert [b.voter_key for b in ballots(session)] == []
