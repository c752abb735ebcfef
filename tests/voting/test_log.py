"""The public log: what goes in, in which order, what nobody can change, and what checks it."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock, jobs
from app.core.errors import Refused
from app.core.platform import Platform
from app.core.sealing import is_signed
from app.entries.models import Entry
from app.tasks import tick
from app.voting import queries, rules, services
from app.voting.models import Ballot, BallotEvent, LogLeaf, TreeHead, VoteLog, Witness
from app.voting.rules import BallotStatus, EventKind, Tree
from tests.browsing import Browser
from tests.factories import make_ballot, make_entry, make_season
from tests.voting.box import close_log, count, shut, verify, write_log

HOUR = timedelta(hours=1)


@pytest.fixture
def box(
    session: Session, platform: Platform, season: Season, finalists: list[Entry]
) -> list[Ballot]:
    """Forty ballots over two hours; one takes the place of another."""
    begun = rules.hour_of(season.vote_opens_at) + HOUR
    made = [
        make_ballot(
            session,
            season,
            [finalists[n % 4], finalists[(n + 1 + n % 3) % 4]][: 1 + n % 2],
            voters=platform.voters,
            created_at=begun + timedelta(minutes=n * 2),
            cast_at=begun + timedelta(minutes=n * 2 + 1),
        )
        for n in range(40)
    ]
    again = make_ballot(
        session,
        season,
        [finalists[3]],
        voters=platform.voters,
        status=BallotStatus.PENDING,
        voter_key=made[0].voter_key,
        created_at=begun,
    )
    services.cast_ballot(session, ballot=again, now=begun + timedelta(minutes=50))
    return [*made, again]


def keep(session: Session, platform: Platform, season: Season, now: datetime) -> VoteLog:
    services.keep_log(session, season, voters=platform.voters, now=now)
    session.flush()
    log = queries.find_log(session, season.id)
    assert log is not None
    return log


def records(session: Session) -> list[dict[str, Any]]:
    return [json.loads(r) for r in session.scalars(select(LogLeaf.record).order_by(LogLeaf.place))]


def kinds(session: Session) -> list[str]:
    return [record["type"] for record in records(session)]


# The hash tree


def test_tree_gives_the_published_roots_of_certificate_transparency() -> None:
    """Inputs and roots of the reference implementation's tests of RFC 6962."""
    inputs = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    leaves = [rules.leaf_hash(bytes.fromhex(each)) for each in inputs]

    assert Tree.of(leaves[:0]).root().hex().startswith("e3b0c44298fc1c14")
    assert Tree.of(leaves[:1]).root().hex().startswith("6e340b9cffb37a98")
    assert Tree.of(leaves[:2]).root().hex().startswith("fac54203e7cc696c")
    assert Tree.of(leaves[:3]).root().hex().startswith("aeb6bcfe274b70a1")
    assert Tree.of(leaves).root().hex().startswith("5dc9da79a70659a9")


@given(st.integers(1, 70), st.data())
def test_path_of_every_leaf_leads_to_the_root_and_no_other_does(size: int, data: Any) -> None:
    leaves = [rules.leaf_hash(str(n).encode()) for n in range(size)]
    root = Tree.of(leaves).root()
    paths = rules.inclusion_paths(leaves)
    index = data.draw(st.integers(0, size - 1))

    assert rules.root_by_path(leaves[index], index, size, paths[index]) == root
    other = rules.leaf_hash(b"no leaf of it")
    assert rules.root_by_path(other, index, size, paths[index]) != root
    assert rules.root_by_path(leaves[index], size, size, paths[index]) is None
    assert rules.root_by_path(leaves[index], index, size, [*paths[index], root]) != root


def test_tree_grows_from_its_peaks() -> None:
    leaves = [rules.leaf_hash(str(n).encode()) for n in range(100)]
    tree = Tree.of(leaves[:37])

    grown = Tree(tree.size, list(tree.peaks))
    for leaf in leaves[37:]:
        grown.append(leaf)

    assert grown.root() == Tree.of(leaves).root()


# What goes in


def test_log_opens_with_season_candidates_and_rules(
    session: Session, platform: Platform, season: Season, finalists: list[Entry]
) -> None:
    log = keep(session, platform, season, season.vote_opens_at)

    first, *candidates, opening = records(session)
    assert first == {"type": "season", "format": 1, "year": season.year, "key": log.public_key}
    marks = {rules.candidate_mark(str(entry.slug)) for entry in finalists}
    assert {each["candidate"] for each in candidates} == marks
    assert opening["type"] == "open"
    assert opening["weights"] == {"mail": 1, "class": 1, "event": 1}
    (head,) = session.scalars(select(TreeHead))
    message = rules.head_message(head.size, head.root, head.at)
    assert is_signed(log.public_key, message, head.signature)
    assert not is_signed(log.public_key, message + b" ", head.signature)


def test_ballots_come_in_with_the_full_hour_and_once(
    session: Session, platform: Platform, season: Season, box: list[Ballot]
) -> None:
    begun = rules.hour_of(season.vote_opens_at) + HOUR

    keep(session, platform, season, begun + timedelta(minutes=59))
    assert kinds(session).count("ballot") == 0
    for _ in range(2):
        keep(session, platform, season, begun + HOUR)
        assert kinds(session).count("ballot") == 31
    keep(session, platform, season, begun + 2 * HOUR)

    logged = [each for each in records(session) if each["type"] == "ballot"]
    assert {each["ballot"] for each in logged} == {ballot.number for ballot in box}
    assert {each["hour"] for each in logged} == {
        rules.hour_words(begun),
        rules.hour_words(begun + HOUR),
    }
    assert kinds(session)[-1] != "supersede"
    assert {"type": "supersede", "ballot": box[0].number, "by": box[-1].number} in records(session)


def test_log_tells_no_moment_no_voter_and_no_pick(
    session: Session, platform: Platform, season: Season, box: list[Ballot]
) -> None:
    keep(session, platform, season, clock.now())

    words = json.dumps([each for each in records(session) if each["type"] == "ballot"])
    for ballot in box:
        assert ballot.cast_at is not None
        assert ballot.cast_at.strftime("%H:%M") not in words
        assert str(ballot.voter_key) not in words
    for candidate in queries.candidates_of(session, season.id):
        assert candidate.mark not in words


def test_a_late_candidate_and_a_ballot_that_commits_late_still_come_in(
    session: Session, platform: Platform, season: Season, finalists: list[Entry]
) -> None:
    begun = rules.hour_of(season.vote_opens_at) + HOUR
    keep(session, platform, season, begun + HOUR)
    late = make_entry(session, season, finalist_at=clock.now())
    ballot = make_ballot(session, season, [late], voters=platform.voters, cast_at=begun)

    keep(session, platform, season, begun + 2 * HOUR)

    told = records(session)
    mark = rules.candidate_mark(str(late.slug))
    where = [n for n, each in enumerate(told) if each.get("candidate") == mark]
    there = [n for n, each in enumerate(told) if each.get("ballot") == ballot.number]
    assert len(where) == len(there) == 1
    assert where < there


def test_log_is_closed_when_nothing_can_come_any_more(
    session: Session, platform: Platform, season: Season, box: list[Ballot]
) -> None:
    end, second = rules.box_shuts_at(season), timedelta(seconds=1)
    waiting = make_ballot(
        session, season, [], status=BallotStatus.PENDING, created_at=season.vote_closes_at
    )
    log = keep(session, platform, season, end + services.LATE_COMMITS - second)
    assert log.closed_at is None
    log = keep(session, platform, season, end + services.LATE_COMMITS)
    assert log.closed_at is not None
    assert kinds(session)[-1] == "close"

    size = log.size
    make_ballot(session, season, [], cast_at=end)
    assert keep(session, platform, season, end + HOUR).size == size
    season.vote_closes_at += HOUR
    with pytest.raises(Refused, match="has closed"):
        services.cast_ballot(session, ballot=waiting, now=end)


def test_log_is_closed_at_once_when_nobody_is_left_who_could_confirm(
    session: Session, platform: Platform, season: Season, box: list[Ballot]
) -> None:
    closed = season.vote_closes_at

    assert keep(session, platform, season, closed).closed_at is None
    log = keep(session, platform, season, closed + services.LATE_COMMITS)

    assert log.closed_at is not None


def test_minute_by_minute_the_worker_keeps_the_log(
    session: Session, platform: Platform, season: Season, box: list[Ballot]
) -> None:
    session.commit()

    tick(platform)
    tick(platform)

    session.expire_all()
    assert kinds(session).count("ballot") == 41
    assert kinds(session).count("open") == 1


# Nobody changes it


@pytest.fixture(params=["ballot_events", "log_leaves", "tree_heads"])
def table(request: pytest.FixtureRequest) -> Any:
    return {m.__tablename__: m for m in (BallotEvent, LogLeaf, TreeHead)}[request.param]


def test_database_refuses_to_change_or_delete_what_happened(
    session: Session, platform: Platform, season: Season, box: list[Ballot], table: Any
) -> None:
    keep(session, platform, season, clock.now())
    before = session.execute(select(table.__table__)).all()

    for deed in (update(table).values(season_id=season.id), delete(table)):
        with pytest.raises(DBAPIError, match="only ever added"), session.begin_nested():
            session.execute(deed)

    assert session.execute(select(table.__table__)).all() == before


# The count


def test_count_goes_on_where_a_killed_one_stopped(
    session: Session,
    platform: Platform,
    season: Season,
    box: list[Ballot],
    olivia: User,
    run_jobs: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(services.counting, "AT_ONCE", 7)
    season.vote_closes_at = clock.now() - HOUR
    keep(session, platform, season, clock.now())
    services.ask_for_count(session, actor=olivia, season=season, now=clock.now())
    session.commit()
    job = session.scalars(select(jobs.Job)).one()
    claimed = jobs.claim(platform, job.id)
    assert claimed is not None
    running, _task, _args = claimed
    renewals: list[float] = []

    def killed(self: Any, share: float) -> None:
        renewals.append(share)
        if len(renewals) == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(jobs.RunningJob, "renew", killed)
        with pytest.raises(KeyboardInterrupt):
            services.count_votes(running, season_id=season.id)
    session.rollback()
    session.expire_all()
    assert kinds(session).count("reveal") == 21

    job.state, job.token, job.lease_until = jobs.JobState.QUEUED, None, None
    run_jobs()

    assert kinds(session).count("reveal") == 40
    assert kinds(session)[-1] == "tally"
    code, said = verify("verify", write_log(session, season, tmp_path / "log.jsonl"))
    assert (code, "Everything fits." in said) == (0, True)


def test_count_refuses_before_everything_is_settled(
    session: Session, platform: Platform, season: Season, box: list[Ballot], olivia: User
) -> None:
    for now in (clock.now(), season.vote_closes_at, shut(season)):
        with pytest.raises(Refused):
            services.ask_for_count(session, actor=olivia, season=season, now=now)


# Who checks it


@pytest.fixture
def told(
    session: Session, platform: Platform, season: Season, box: list[Ballot], tmp_path: Path
) -> Path:
    """The log of a counted vote, in a file."""
    for hours in (1, 2, 3):
        keep(session, platform, season, rules.hour_of(season.vote_opens_at) + (hours + 1) * HOUR)
    count(session, platform, season)
    return write_log(session, season, tmp_path / "log.jsonl")


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def changed(path: Path, lines: list[str]) -> Path:
    other = path.with_name("changed.jsonl")
    other.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return other


def test_the_program_counts_what_we_counted(
    session: Session, season: Season, told: Path, finalists: list[Entry]
) -> None:
    code, said = verify("verify", told)

    assert code == 0
    for line in queries.tally(session, season).lines:
        (entry,) = (entry for entry in finalists if entry.id == line.entry_id)
        assert f"{rules.candidate_mark(str(entry.slug))}  {line.points} points" in said
    assert "41 ballots are in the box" in said


def test_a_flipped_pick_a_removed_ballot_and_an_added_one_are_named(
    told: Path, finalists: list[Entry]
) -> None:
    """T12: an insider edits the database."""
    lines = lines_of(told)
    marks = sorted(rules.candidate_mark(str(entry.slug)) for entry in finalists)
    (place, record), *_rest = (
        (n, json.loads(line)) for n, line in enumerate(lines) if '"type":"reveal"' in line
    )
    flipped = record | {"picks": [marks[0] if record["picks"] != [marks[0]] else marks[1]]}
    for forged, named in (
        ([*lines[:place], rules.line(flipped), *lines[place + 1 :]], record["ballot"]),
        ([line for n, line in enumerate(lines) if n != place], record["ballot"]),
    ):
        code, said = verify("verify", changed(told, forged))
        assert (code, named in said) == (1, True), said

    ballot = next(n for n, line in enumerate(lines) if '"type":"ballot"' in line)
    code, said = verify("verify", changed(told, [*lines[:ballot], *lines[ballot + 1 :]]))
    assert (code, "a signed head speaks of" in said) == (1, True)
    code, said = verify("verify", changed(told, [*lines[:ballot], lines[ballot], *lines[ballot:]]))
    assert (code, "is there twice" in said) == (1, True)


def resigned(platform: Platform, session: Session, season: Season, lines: list[str]) -> list[str]:
    """The same records with new heads behind them: what somebody with all keys could forge."""
    seal = queries.seal_of(queries.get_signer(session, platform.voters, season.id))
    records = [line for line in lines if not line.startswith('{"head"')]
    root = Tree.of(rules.leaf_hash(line.encode()) for line in records).root().hex()
    at = clock.now().replace(microsecond=0)
    signature = seal.sign(rules.head_message(len(records), root, at))
    head = rules.head_line(size=len(records), root=root, moment=at, signature=signature)
    return [*records, head]


def test_a_log_rewritten_with_the_key_still_fails_against_a_kept_head(
    session: Session, platform: Platform, season: Season, told: Path
) -> None:
    lines = lines_of(told)
    kept = told.with_name("kept.txt")
    heads = [line for line in lines if line.startswith('{"head"')]
    kept.write_text(f"A mail:\n\n  {heads[1]}\n", encoding="utf-8")
    assert verify("verify", told, "--head", kept)[0] == 0
    gone = next(n for n, line in enumerate(lines) if '"type":"supersede"' in line)
    forged = changed(told, resigned(platform, session, season, lines[:gone] + lines[gone + 1 :]))

    code, said = verify("verify", forged, "--head", kept)

    assert code == 1
    old = told.with_name("old.jsonl")
    old.write_text("\n".join(lines[: lines.index(heads[1]) + 1]) + "\n", encoding="utf-8")
    assert verify("verify-diff", old, told)[0] == 0
    code, said = verify(
        "verify-diff",
        old,
        changed(told, resigned(platform, session, season, [*lines[:4], *lines[5:]])),
    )
    assert (code, "NOT RIGHT" in said) == (1, True)


def test_a_rewritten_count_is_named_even_when_it_is_signed(
    session: Session, platform: Platform, season: Season, told: Path
) -> None:
    lines = [line for line in lines_of(told) if not line.startswith('{"head"')]
    tally = json.loads(lines[-1])
    first = sorted(tally["points"])[0]
    tally["points"][first] += 1
    forged = resigned(platform, session, season, [*lines[:-1], rules.line(tally)])

    code, said = verify("verify", changed(told, forged))

    assert (code, f"candidate {first} is said to have" in said) == (1, True)


def test_verify_diff_proves_that_a_log_only_grew(
    session: Session, platform: Platform, season: Season, box: list[Ballot], tmp_path: Path
) -> None:
    keep(session, platform, season, rules.hour_of(season.vote_opens_at) + 2 * HOUR)
    old = write_log(session, season, tmp_path / "old.jsonl")
    count(session, platform, season)
    new = write_log(session, season, tmp_path / "new.jsonl")

    assert verify("verify-diff", old, new)[0] == 0
    code, said = verify("verify-diff", new, old)
    assert (code, "is not the same in the new one" in said) == (1, True)


@pytest.mark.parametrize(
    "garbage", ["", "{", "[]", '{"type":"ballot"}', '{"head":3}', '{"type":"season"}', "\x00\xff"]
)
def test_garbage_is_no_log(tmp_path: Path, garbage: str) -> None:
    path = tmp_path / "garbage"
    path.write_text(garbage + "\n", encoding="utf-8")

    code, said = verify("verify", path)

    assert (code, said.startswith("NOT RIGHT")) == (1, True)


def test_missing_file_is_no_log(tmp_path: Path) -> None:
    code, said = verify("verify", tmp_path / "none")

    assert (code, said.startswith("I can't read")) == (2, True)


# Pages


def announce(session: Session, season: Season) -> None:
    season.announced_at = clock.now() - timedelta(minutes=1)
    session.commit()


def test_log_is_one_download_and_tells_picks_only_after_the_announcement(
    session: Session, platform: Platform, season: Season, box: list[Ballot], client: Browser
) -> None:
    assert client.get("/vote/log.jsonl").status_code == 404
    keep(session, platform, season, clock.now())
    open_ = client.get("/vote/log.jsonl").text
    season.vote_closes_at = clock.now() - 2 * HOUR
    session.commit()
    count(session, platform, season)
    sealed = client.get("/vote/log.jsonl").text
    announce(session, season)
    answer = client.get("/vote/log.jsonl")

    assert '"ballot"' in open_
    for before in (open_, sealed):
        assert '"reveal"' not in before
        assert '"tally"' not in before
    assert sealed.startswith(open_)
    assert answer.text.startswith(sealed.rstrip("\n").rpartition("\n")[0])
    assert answer.text.count('"reveal"') == 40
    assert answer.headers.getlist("Set-Cookie") == []
    etag = answer.headers["ETag"]
    assert client.get("/vote/log.jsonl", headers={"If-None-Match": etag}).status_code == 304


def test_voter_finds_the_ballot_of_a_receipt(
    session: Session,
    platform: Platform,
    season: Season,
    finalists: list[Entry],
    box: list[Ballot],
    client: Browser,
) -> None:
    replaced, counts = box[0], box[5]
    keep(session, platform, season, clock.now())
    session.commit()

    def look(number: str) -> str:
        return client.page(f"/vote/verify?ballot={number}").text

    assert "It will be counted" in look(rules.in_halves(counts.number).lower())
    assert "cast a later one" in look(replaced.number)
    assert "is not in the list" in look("AAAAA-AAAAA")
    fresh = make_ballot(session, season, finalists[:1], voters=platform.voters, cast_at=clock.now())
    session.commit()
    assert "It comes into the list soon after" in look(fresh.number)
    assert "is not in the list" in look("%00<script>" * 20)
    season.vote_closes_at = clock.now() - 2 * HOUR
    count(session, platform, season)
    announce(session, season)
    assert "It was counted" in look(counts.number)


def test_feed_and_page_show_the_signed_heads(
    session: Session, platform: Platform, season: Season, box: list[Ballot], client: Browser
) -> None:
    log = keep(session, platform, season, clock.now())
    session.commit()

    feed = client.get("/vote/heads.atom")
    page = client.page("/vote/verify")

    assert feed.mimetype == "application/atom+xml"
    atom = "{http://www.w3.org/2005/Atom}"
    content = [str(e.text) for e in ET.fromstring(feed.text).iter(f"{atom}content")]  # noqa: S314
    newest = json.loads(content[0])
    assert newest["head"]["size"] == log.size
    assert newest["head"]["root"] in page.text
    assert is_signed(
        log.public_key,
        rules.head_message(
            log.size,
            newest["head"]["root"],
            datetime.fromisoformat(newest["head"]["time"]),
        ),
        newest["signature"],
    )


def test_video_taken_down_has_no_title_on_the_page(
    session: Session,
    platform: Platform,
    season: Season,
    finalists: list[Entry],
    client: Browser,
) -> None:
    finalists[0].title, finalists[0].captions = "Secret title", ""
    keep(session, platform, season, clock.now())
    finalists[1].title, finalists[1].held_at = "Held title", clock.now()
    session.commit()

    page = client.page("/vote/verify")

    assert "title" not in page.text.replace(finalists[2].title, "").replace(finalists[3].title, "")
    assert "A video that has been taken down since" in page.text


def test_program_is_served_as_it_is(client: Browser, season: Season) -> None:
    answer = client.get("/vote/verify.py")

    assert answer.text.startswith("#!/usr/bin/env python3")
    assert "import " in answer.text
    assert (
        re.findall(
            r"^(?:import|from) (?!argparse|hashlib|json|sys|pathlib|typing|__future__)",
            answer.text,
            re.M,
        )
        == []
    )


def test_report_promises_before_and_counts_after(
    session: Session, platform: Platform, season: Season, box: list[Ballot], client: Browser
) -> None:
    before = client.page("/vote/report")
    season.vote_closes_at = clock.now() - 2 * HOUR
    keep(session, platform, season, clock.now())
    count(session, platform, season)
    sealed = client.page("/vote/report")
    announce(session, season)
    after = client.page("/vote/report")

    for page in (before, sealed):
        assert "come here with the announcement" in page.text
        assert page.rows == []
    assert ["By mail", "40", "1", "0", "0"] in after.rows
    assert "No ballot had to be held" in after.text


def test_last_years_count_keeps_its_addresses(
    session: Session, platform: Platform, season: Season, box: list[Ballot], client: Browser
) -> None:
    year, number = season.year, box[5].number
    season.vote_closes_at = clock.now() - 2 * HOUR
    keep(session, platform, season, clock.now())
    count(session, platform, season)
    announce(session, season)
    now_list = client.get("/vote/log.jsonl").text
    make_season(session, Phase.SUBMISSIONS, year=year + 1)
    session.commit()

    page = client.page(f"/vote/{year}/verify?ballot={number}")

    assert "It was counted" in page.text
    assert f'href="/vote/{year}/report"' in page.html
    assert client.get(f"/vote/{year}/log.jsonl").text == now_list
    assert ["By mail", "40", "1", "0", "0"] in client.page(f"/vote/{year}/report").rows
    assert f"/vote/{year}/heads.atom" in client.get(f"/vote/{year}/heads.atom").text
    assert f'href="/vote/{year}/verify"' in client.page(f"/winners/{year}").html
    assert client.get(f"/vote/{year + 2}/verify").status_code == 404
    assert "is not in the list" in client.page(f"/vote/verify?ballot={number}").text


# Witnesses


def test_witness_gets_the_new_heads_once_an_hour_and_can_prove_a_change(
    session: Session,
    platform: Platform,
    season: Season,
    box: list[Ballot],
    olivia: User,
    smtp: Any,
    run_jobs: Callable[[], int],
    tmp_path: Path,
) -> None:
    witness = services.add_witness(
        session,
        actor=olivia,
        season=season,
        name="Channel 8",
        email="news@channel8.example",
        now=clock.now(),
    )
    begun = rules.hour_of(season.vote_opens_at) + HOUR
    keep(session, platform, season, begun + HOUR)
    services.tell_witnesses(session, now=begun + HOUR)
    keep(session, platform, season, begun + 2 * HOUR)
    services.tell_witnesses(session, now=begun + HOUR + timedelta(minutes=30))
    run_jobs()
    assert len(smtp.messages) == 1
    services.tell_witnesses(session, now=begun + 2 * HOUR)
    services.tell_witnesses(session, now=begun + 4 * HOUR)
    run_jobs()

    assert len(smtp.messages) == 2
    assert witness.told_size == queries.find_log(session, season.id).size  # type: ignore[union-attr]
    kept = tmp_path / "mails.txt"
    kept.write_text(
        "\n".join(m.get_body(("plain",)).get_content() for m in smtp.messages), encoding="utf-8"
    )
    assert kept.read_text().count('"head"') == 2
    log = write_log(session, season, tmp_path / "log.jsonl")
    assert verify("verify", log, "--head", kept)[0] == 0


def test_organizer_adds_and_removes_witnesses(
    session: Session, season: Season, olivia: User, sign_in: Callable[..., Browser]
) -> None:
    browser, here = sign_in(olivia), "/organizer/vote/witnesses"
    wrong = browser.submit(browser.page(here), here, name=" ", email="nobody", status=422)
    assert len(wrong.mistakes) == 2
    page = browser.submit(browser.page(here), here, name="A school", email="lead@school.example")
    assert page.rows[0][:2] == ["A school", "lead@school.example"]
    browser.submit(page, here, name="Again", email="Lead@School.example", status=409)
    witness = session.scalars(select(Witness)).one()

    browser.submit(page, f"{here}/{witness.id}/remove")

    session.expire_all()
    assert session.scalars(select(Witness)).all() == []


def test_event_kinds_have_a_word_each() -> None:
    assert set(rules.RECORD_TYPES) == set(EventKind) - {EventKind.CAST}


def test_closed_log_of_an_empty_vote_counts_to_nothing(
    session: Session, platform: Platform, season: Season, finalists: list[Entry], tmp_path: Path
) -> None:
    close_log(session, platform, season)
    assert count(session, platform, season) == {}
    assert verify("verify", write_log(session, season, tmp_path / "log.jsonl"))[0] == 0
