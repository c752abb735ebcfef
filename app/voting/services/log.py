"""Keeping the public log: every hour what happened in it, shuffled, and a signed head.

The log only grows. Whoever adds to it holds its row, so there is one at a time, whichever process
it is; a worker that dies in between leaves the log as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.contest import queries as contest
from app.contest.models import Season
from app.core import clock
from app.core.signing import Keyring
from app.entries import queries as entries
from app.entries.models import Entry
from app.voting import queries, rules
from app.voting.models import (
    Ballot,
    BallotEvent,
    Candidate,
    LogLeaf,
    Slip,
    SlipBatch,
    TreeHead,
    VoteLog,
)
from app.voting.rules import EventKind, Record, Tree
from app.voting.services.keys import note_key

LATE_COMMITS = timedelta(seconds=30)
"""How long after the vote has closed a request that was in time may still be writing."""
_LOOK_BACK = timedelta(hours=2)
_AT_ONCE = 20_000


def get_log(session: Session, voters: Keyring, season: Season) -> VoteLog:
    """The season's log, begun if there is none, and held until the transaction ends.

    Raises Refused without the season's key.
    """
    found = _find_held(session, season)
    if found is not None:
        return found
    seal = queries.seal_of(queries.get_signer(session, voters, season.id))
    log = VoteLog(season_id=season.id, public_key=seal.public_key, size=0, peaks=[], figures={})
    try:
        with session.begin_nested():
            session.add(log)
    except IntegrityError:  # Somebody else began it at the same moment.
        return get_log(session, voters, season)
    note_key(session, season, clock.now())
    append(session, log, [rules.season_record(year=season.year, public_key=log.public_key)])
    return log


def _find_held(session: Session, season: Season) -> VoteLog | None:
    return session.scalar(
        select(VoteLog)
        .where(VoteLog.season_id == season.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _tree_of(log: VoteLog) -> Tree:
    return Tree(log.size, [bytes.fromhex(peak) for peak in log.peaks])


def append(
    session: Session,
    log: VoteLog,
    records: Iterable[Record],
    events: Sequence[int | None] = (),
) -> None:
    """Add lines to a log that is held, `events` being the events they tell of."""
    tree = _tree_of(log)
    rows = []
    for index, record in enumerate(records):
        words = rules.line(record)
        rows.append(
            {
                "season_id": log.season_id,
                "place": tree.size,
                "event_id": events[index] if events else None,
                "record": words,
            }
        )
        tree.append(rules.leaf_hash(words.encode()))
    if rows:
        session.execute(insert(LogLeaf), rows)
        log.size, log.peaks = tree.size, [peak.hex() for peak in tree.peaks]
        session.flush()


def sign_head(session: Session, voters: Keyring, log: VoteLog, *, now: datetime) -> None:
    """Sign the log as it stands, unless that was done."""
    if session.get(TreeHead, (log.season_id, log.size)) is not None:
        return
    root = _tree_of(log).root().hex()
    seal = queries.seal_of(queries.get_signer(session, voters, log.season_id))
    at = now.replace(microsecond=0)
    session.add(
        TreeHead(
            season_id=log.season_id,
            size=log.size,
            root=root,
            at=at,
            signature=seal.sign(rules.head_message(log.size, root, at)),
        )
    )
    session.flush()


def candidates(
    session: Session, season: Season, finalists: Sequence[Entry]
) -> dict[int, Candidate]:
    """What the log calls these finalists, by entry; a new one is noted down."""
    all_known = queries.candidates_of(session, season.id)
    known = {each.entry_id: each for each in all_known if each.entry_id is not None}
    taken = {each.mark for each in all_known}
    for entry in finalists:
        if entry.id in known or not entry.slug:
            continue
        turn = 0
        while (mark := rules.candidate_mark(entry.slug, turn)) in taken:
            turn += 1
        taken.add(mark)
        candidate = Candidate(season_id=season.id, entry_id=entry.id, mark=mark)
        try:
            with session.begin_nested():
                session.add(candidate)
        except IntegrityError:  # Another request has noted it at the same moment.
            return candidates(session, season, finalists)
        known[entry.id] = candidate
    return known


def keep_logs(session: Session, *, voters: Keyring, now: datetime) -> None:
    """What is due in the log of the vote that is on, and of any that was not closed."""
    current = contest.find_current_season(session)
    open_logs = session.scalars(select(VoteLog.season_id).where(VoteLog.closed_at.is_(None))).all()
    ids = {*open_logs, *([current.id] if current is not None else [])}
    for season in session.scalars(select(Season).where(Season.id.in_(ids)).order_by(Season.id)):
        known = queries.find_log(session, season.id)
        if now < season.vote_opens_at or (known is not None and known.closed_at is not None):
            continue
        if queries.find_signer(session, voters, season.id) is not None:
            keep_log(session, season, voters=voters, now=now)


def keep_log(session: Session, season: Season, *, voters: Keyring, now: datetime) -> None:
    """Open the log when the vote opens, add each full hour, close it when the vote is over."""
    log = get_log(session, voters, season)
    if log.closed_at is not None:
        return
    _note_candidates(session, log, season)
    if log.opened_at is None:
        append(session, log, [_opening(season)])
        log.opened_at, log.batched_until = now, rules.hour_of(season.vote_opens_at)
    shut = _is_over(session, season, now=now)
    until = now if shut else rules.hour_of(now)
    if log.batched_until is None or until > log.batched_until:
        _add_events(session, log, season, until=until)
        log.batched_until = until
    if shut:
        append(session, log, [rules.close_record(moment=now)])
        log.closed_at, log.closed_size = now, log.size
    sign_head(session, voters, log, now=now)


def _is_over(session: Session, season: Season, *, now: datetime) -> bool:
    """Whether no ballot can be cast any more: the minutes for late confirmations are over, or the
    vote has closed and nobody is left who could confirm."""
    settled = now - LATE_COMMITS
    if rules.is_box_shut(season, settled):
        return True
    if not rules.has_vote_closed(season, settled):
        return False  # Asked each minute of a vote: nothing is counted for it.
    return queries.count_ballots(session, season, now=now).pending == 0


def _opening(season: Season) -> Record:
    formula = rules.formula_of(season)
    return rules.open_record(
        opens=season.vote_opens_at,
        closes=season.vote_closes_at,
        picks_most=season.picks_most,
        weights=formula.weights,
        school_cap=formula.school_cap,
    )


def _note_candidates(session: Session, log: VoteLog, season: Season) -> None:
    finalists = entries.public_finalists(session, season)
    noted = candidates(session, season, finalists)
    about = entries.entries_by_id(session, set(noted))
    new = sorted(
        (item for item in noted.items() if not item[1].logged), key=lambda item: item[1].mark
    )
    append(
        session,
        log,
        [
            rules.candidate_record(mark=each.mark, school=about[entry_id].school_id)
            for entry_id, each in new
        ],
    )
    if new:
        ids = [each.id for _entry_id, each in new]
        session.execute(update(Candidate).where(Candidate.id.in_(ids)).values(logged=True))


def _add_events(session: Session, log: VoteLog, season: Season, *, until: datetime) -> None:
    """Add what happened in the hours before `until`.

    New ballots come in the order of their commitments, which is a random one: the place in the log
    tells nothing of who came when within the hour. The rest follows, by kind and number.
    """
    since = (log.batched_until or season.vote_opens_at) - _LOOK_BACK
    new = (
        select(
            BallotEvent.id,
            BallotEvent.kind,
            BallotEvent.hour,
            BallotEvent.by,
            BallotEvent.reason,
            Ballot.number,
            Ballot.lane,
            Ballot.commitment,
            Ballot.slip_id,
        )
        .join(Ballot, Ballot.id == BallotEvent.ballot_id)
        .outerjoin(LogLeaf, LogLeaf.event_id == BallotEvent.id)
        .where(BallotEvent.season_id == season.id, LogLeaf.event_id.is_(None))
        .where(BallotEvent.hour >= since, BallotEvent.hour < until)
    )
    cast, order = BallotEvent.kind == EventKind.CAST, list(EventKind)
    rank = case({kind: place for place, kind in enumerate(order)}, value=BallotEvent.kind)
    for query in (
        new.where(cast).order_by(BallotEvent.hour, Ballot.commitment),
        new.where(~cast).order_by(BallotEvent.hour, rank, Ballot.number),
    ):
        more = True
        while more:
            rows = session.execute(query.limit(_AT_ONCE)).all()
            more = len(rows) == _AT_ONCE
            proofs = _slip_proofs(session, {row.slip_id for row in rows if row.slip_id})
            append(session, log, [_told(row, proofs) for row in rows], [row.id for row in rows])


def _told(row: Any, proofs: Mapping[int, Record]) -> Record:
    """The line that tells of an event."""
    kind = EventKind(row.kind)
    if kind != EventKind.CAST:
        return rules.change_record(kind, number=row.number, by=row.by, reason=row.reason)
    return rules.ballot_record(
        number=row.number,
        lane=row.lane,
        hour=row.hour,
        commitment=row.commitment,
        slip=proofs.get(row.slip_id or 0),
    )


def _slip_proofs(session: Session, slip_ids: set[int]) -> dict[int, Record]:
    """That these slips are among those that were announced, by slip."""
    if not slip_ids:
        return {}
    used = session.scalars(select(Slip).where(Slip.id.in_(slip_ids))).all()
    proofs = {}
    for batch_id in {slip.batch_id for slip in used}:
        batch = session.get_one(SlipBatch, batch_id)
        leaves = session.scalars(
            select(Slip.leaf).where(Slip.batch_id == batch_id).order_by(Slip.position)
        )
        paths = rules.inclusion_paths([bytes.fromhex(leaf) for leaf in leaves])
        for slip in used:
            if slip.batch_id == batch_id:
                proofs[slip.id] = rules.slip_proof(
                    batch=batch.mark,
                    index=slip.position,
                    leaf=slip.leaf,
                    path=paths[slip.position],
                )
    return proofs
