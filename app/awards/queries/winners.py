"""Awards and winners, and what scores and ballots suggest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.awards import rules
from app.awards.models import Award
from app.contest import queries as seasons
from app.contest import rules as contest
from app.contest.models import Category, Season
from app.core.errors import NotFound
from app.core.jobs import Job, JobState
from app.entries import queries as entries
from app.entries import rules as entry_rules
from app.entries.models import Entry
from app.judging import queries as judging
from app.judging.rules import RoundKind
from app.media import queries as media
from app.media.models import Asset
from app.texts import text
from app.voting import queries as voting


@dataclass(frozen=True)
class Winner:
    """An entry with all its awards, highest first, and its video."""

    entry: Entry
    awards: tuple[Award, ...]
    asset: Asset | None

    @property
    def is_branded(self) -> bool:
        return self.asset is not None and bool(self.asset.versions("winner"))

    @property
    def kit_bytes(self) -> int:
        """How large the download is, roughly."""
        if self.asset is None:
            return 0
        return sum(r.bytes for r in self.asset.renditions if rules.is_in_kit(r.role))


def get_award(session: Session, season: Season, award_id: int) -> Award:
    award = session.get(Award, award_id)
    if award is None or award.season_id != season.id:
        raise NotFound
    return award


def awards_of_season(session: Session, season: Season) -> list[Award]:
    """Awards of entries that are there, by category and weight."""
    return _awards(session, Award.season_id == season.id)


def _awards(session: Session, condition: ColumnElement[bool]) -> list[Award]:
    found = session.scalars(
        select(Award).where(condition, Award.entry_id.is_not(None)).order_by(Award.id)
    )
    return sorted(found, key=lambda a: (a.category_id or 0, rules.weight(a), a.id))


def withdrawn_awards(session: Session, season: Season, *, now: datetime) -> list[Award]:
    """Announced awards whose entry was erased at its school's request, by category and place."""
    if not contest.is_announced(season, now):
        return []
    found = session.scalars(
        select(Award).where(Award.season_id == season.id, Award.entry_id.is_(None))
    )
    return sorted(
        found, key=lambda a: (a.category.position if a.category else 99, rules.weight(a), a.id)
    )


@seasons.adds_passage
def find_special_passage(session: Session, shown: Sequence[Season]) -> contest.Passage:
    """What the special awards of these seasons are called, those not announced yet as well."""
    of_these = Award.season_id.in_([season.id for season in shown])
    special = select(Award).where(Award.kind == rules.AwardKind.SPECIAL, of_these)
    names = [award.name for award in session.scalars(special.order_by(Award.id))]
    return contest.Passage(text("Special awards"), tuple(names))


def awards_of_entry(session: Session, entry_id: int) -> list[Award]:
    found = session.scalars(select(Award).where(Award.entry_id == entry_id))
    return sorted(found, key=rules.weight)


def winners(session: Session, season: Season) -> list[Winner]:
    """Everybody who got something, in a constant number of queries; placements first."""
    return _winners_with(session, awards_of_season(session, season))


def _winners_with(session: Session, awarded: Sequence[Award]) -> list[Winner]:
    by_entry: dict[Entry, list[Award]] = {}
    for award in awarded:
        if award.entry is not None:
            by_entry.setdefault(award.entry, []).append(award)
    assets = media.assets_by_id(session, [entry.asset_id for entry in by_entry])
    found = [
        Winner(
            entry=entry,
            awards=tuple(sorted(awards, key=rules.weight)),
            asset=assets.get(entry.asset_id or 0),
        )
        for entry, awards in by_entry.items()
    ]
    return sorted(
        found,
        key=lambda w: (
            w.awards[0].category.position if w.awards[0].category else 99,
            rules.weight(w.awards[0]),
            w.entry.id,
        ),
    )


def public_winners(session: Session, season: Season, *, now: datetime) -> list[Winner]:
    """Winners anybody may see: announced, and everybody in them released it."""
    if not contest.is_announced(season, now):
        return []
    return [w for w in winners(session, season) if entry_rules.is_publishable(w.entry)]


def winners_of(session: Session, listed: Sequence[Season]) -> list[Winner]:
    """Winners of several seasons, also those whom nobody may see."""
    ids = [season.id for season in listed]
    return _winners_with(session, _awards(session, Award.season_id.in_(ids)))


def public_winners_of(
    session: Session, announced: Sequence[Season], *, now: datetime
) -> list[Winner]:
    """Winners of several seasons that anybody may see; those of the first season first."""
    order = {s.id: n for n, s in enumerate(announced) if contest.is_announced(s, now)}
    found = _winners_with(session, _awards(session, Award.season_id.in_(order)))
    return sorted(
        (w for w in found if entry_rules.is_publishable(w.entry)),
        key=lambda w: order[w.entry.season_id],
    )


def public_winners_among(
    session: Session, listed: Sequence[Entry], of: Mapping[int, Season], *, now: datetime
) -> dict[int, Winner]:
    """Those of these entries that won something anybody may know of, by entry id."""
    told = [e.id for e in listed if contest.is_announced(of[e.season_id], now)]
    found = _winners_with(session, _awards(session, Award.entry_id.in_(told)))
    return {w.entry.id: w for w in found if entry_rules.is_publishable(w.entry)}


def find_public_winner(
    session: Session, season: Season, entry: Entry, *, now: datetime
) -> Winner | None:
    """The entry as a winner, if it is one and may be seen as one now."""
    if not contest.is_announced(season, now) or not entry_rules.is_publishable(entry):
        return None
    awards = awards_of_entry(session, entry.id)
    if not awards:
        return None
    asset = media.get_asset(session, entry.asset_id) if entry.asset_id else None
    return Winner(entry, tuple(awards), asset)


FILM_JOB, STATION_JOB = "awards.brand", "awards.station"


def film_subject(entry_id: int) -> str:
    """What the jobs that make a winner's film are found by."""
    return f"brand:{entry_id}"


def station_subject(entry_id: int) -> str:
    """What the jobs that make a station's kit are found by."""
    return f"station:{entry_id}"


def brandings(session: Session, listed: Sequence[Winner]) -> Mapping[int, Job]:
    """The newest branding job of each winner, by entry id, in one query."""
    return _newest_jobs(session, {film_subject(w.entry.id): w.entry.id for w in listed})


def station_jobs(session: Session, listed: Sequence[Winner]) -> Mapping[int, Job]:
    """The newest job for a station's kit of each winner, by entry id, in one query."""
    return _newest_jobs(session, {station_subject(w.entry.id): w.entry.id for w in listed})


def _newest_jobs(session: Session, subjects: Mapping[str, int]) -> dict[int, Job]:
    found: dict[int, Job] = {}
    for job in session.scalars(select(Job).where(Job.subject.in_(subjects)).order_by(Job.id)):
        found[subjects[job.subject]] = job
    return found


def film_digest(session: Session, entry: Entry) -> str:
    """A hash of all that goes into a winner's film, so that a change of any of it shows."""
    season = seasons.get_season(session, entry.season_id)
    awards = [
        (a.kind, a.place, a.name, a.category.name if a.category else "")
        for a in awards_of_entry(session, entry.id)
    ]
    look = (
        *(season.name, season.year, season.accent, season.logo_key),
        *(season.brand_tag, season.lower_third),
    )
    logos = [partner.logo_key for partner in season.partners]
    said = (entry.title, entry.team_name, entry.school.name, entry.licence, entry.slug)
    parts = [awards, look, logos, said, entry.asset_id, entry.captions]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def is_film_current(session: Session, winner: Winner, job: Job | None) -> bool:
    """Whether the film that `job` made, or is about to make, says what it should say now."""
    if job is None or job.args.get("made_of") != film_digest(session, winner.entry):
        return False
    waiting = job.state in (JobState.QUEUED, JobState.RUNNING)
    return waiting or (job.state == JobState.DONE and winner.is_branded)


def find_failed_branding(session: Session, entry: Entry) -> Job | None:
    job = session.scalar(
        select(Job).where(Job.subject == film_subject(entry.id)).order_by(Job.id.desc()).limit(1)
    )
    return job if job is not None and job.state == JobState.FAILED else None


def suggestions(
    session: Session, actor: User, season: Season
) -> dict[Category, dict[int, list[Entry]]]:
    """First to third of each category, from the finals if there were any.

    Raises NotAllowed for whoever may not see scores.
    """
    kind = RoundKind.FINALS
    if judging.find_round(session, season, kind) is None:
        kind = RoundKind.FIRST
    ranked = judging.rankings_for(session, actor, season, kind)
    about = {e.id: e for e in entries.accepted_entries(session, season)}
    found = {}
    for category in season.categories:
        listed = [
            (r.entry_id, r.place)
            for r in ranked.get(category.id, [])
            if r.place is not None and r.entry_id in about
        ]
        places = rules.suggested_places(listed)
        found[category] = {
            place: [about[entry_id] for entry_id in ids] for place, ids in places.items()
        }
    return found


def peoples_choice(session: Session, actor: User, season: Season, *, now: datetime) -> list[Entry]:
    """The entry with the most points; several when they share the most. Empty without ballots.

    Whatever left the contest since people voted for it is passed over. Raises NotAllowed before
    the count is final.
    """
    tally = voting.results_for(session, actor, season, now=now)
    counts = {line.entry_id: line.points for line in tally.lines if line.entry_id is not None}
    about = {e.id: e for e in entries.accepted_entries(session, season)}
    most = max((n for i, n in counts.items() if i in about), default=0)
    if most == 0:
        return []
    return [about[i] for i in sorted(about) if counts.get(i) == most]
