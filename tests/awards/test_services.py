"""Awards follow scores and ballots, stay secret until announced, and end up on the film."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.permissions import Role
from app.awards import queries, rules, services
from app.awards.models import Award
from app.awards.services.films import OutOfDate
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock, jobs
from app.core.audit import AuditEvent
from app.core.errors import NotAllowed, NotFound, Refused
from app.core.jobs import Job, JobState
from app.core.mail import OutgoingMail
from app.core.platform import Platform
from app.entries.models import Entry
from app.entries.rules import EntryStatus, Rung
from app.judging.rules import RoundKind
from app.media.models import Asset
from app.video import render
from app.video.branding import Brand
from app.video.render import Made
from app.video.run import find_tool
from app.video.source import Source
from app.video.synth import make_clip
from app.voting.rules import LATE_CONFIRMATION, BallotStatus
from tests.databases import on_postgresql, on_sqlite
from tests.factories import (
    make_asset,
    make_assignment,
    make_ballot,
    make_count,
    make_entry,
    make_person,
    make_round,
    make_season,
    make_user,
)
from tests.statements import statements
from tests.video.clips import ffmpeg


@pytest.fixture
def season(session: Session) -> Season:
    """A season whose vote has closed and whose winners are not announced."""
    season = make_season(session, Phase.SEALED)
    season.reviews_least = 1
    session.flush()
    return season


@pytest.fixture
def judge(session: Session) -> User:
    return make_user(session, Role.JUDGE)


Scored = Callable[..., Entry]


@pytest.fixture
def scored(session: Session, season: Season, judge: User) -> Scored:
    """`scored(4)` is an entry that got a 4 for everything, in the finals unless said otherwise."""
    rounds: dict[RoundKind, Any] = {}

    def scored(value: int, kind: RoundKind = RoundKind.FINALS, **over: Any) -> Entry:
        entry = make_entry(session, season, **({"finalist_at": clock.now()} | over))
        if kind not in rounds:
            rounds[kind] = make_round(session, season, kind)
        scores = [value] * len(season.criteria)
        make_assignment(session, rounds[kind], judge, entry, scores=scores)
        return entry

    return scored


def held(session: Session, season: Season) -> set[tuple[str, int | None, int, str]]:
    return {
        (award.kind, award.place, award.entry_id, award.name)
        for award in queries.awards_of_season(session, season)
    }


def place(session: Session, season: Season, actor: User, entry: Entry, number: int = 1) -> Award:
    assert entry.category is not None
    return services.give_placement(
        session,
        actor=actor,
        season=season,
        category=entry.category,
        entry=entry,
        place=number,
        now=clock.now(),
    )


# As scores and ballots say


def test_placements_follow_the_finals_and_ties_share(
    session: Session, season: Season, olivia: User, scored: Scored
) -> None:
    best, same, third, fourth = scored(5), scored(5), scored(3), scored(2)
    other = scored(1, category=season.categories[1])
    scored(5, RoundKind.FIRST, finalist_at=None)
    make_count(session, season, {third.id: 2, fourth.id: 1})

    given = services.give_suggested(session, actor=olivia, season=season, now=clock.now())

    assert held(session, season) == {
        ("placement", 1, best.id, ""),
        ("placement", 1, same.id, ""),
        ("placement", 3, third.id, ""),
        ("placement", 1, other.id, ""),
        ("peoples-choice", None, third.id, ""),
    }
    assert given == 5
    again = services.give_suggested(session, actor=olivia, season=season, now=clock.now())
    assert again == 5
    assert len(held(session, season)) == 5


def test_without_finals_the_first_round_decides(
    session: Session, season: Season, olivia: User, scored: Scored
) -> None:
    first, second = scored(4, RoundKind.FIRST), scored(3, RoundKind.FIRST)
    services.give_suggested(session, actor=olivia, season=season, now=clock.now())
    assert held(session, season) == {
        ("placement", 1, first.id, ""),
        ("placement", 2, second.id, ""),
    }


def test_the_peoples_choice_is_shared_by_who_has_as_many_picks(
    session: Session, season: Season, olivia: User
) -> None:
    first, second, third = (make_entry(session, season, finalist_at=clock.now()) for _ in range(3))
    make_count(session, season, {first.id: 2, second.id: 2, third.id: 1})
    now = clock.now()
    assert queries.peoples_choice(session, olivia, season, now=now) == [first, second]


def test_who_dropped_out_after_the_vote_does_not_stand_in_the_way(
    session: Session, season: Season, olivia: User, scored: Scored
) -> None:
    out, stays, third = scored(5), scored(4), scored(3)
    make_count(session, season, {out.id: 3, stays.id: 1})
    out.status = EntryStatus.WITHDRAWN

    services.give_suggested(session, actor=olivia, season=season, now=clock.now())

    awards = held(session, season)
    assert ("peoples-choice", None, stays.id, "") in awards
    assert ("placement", 1, stays.id, "") in awards
    assert ("placement", 2, third.id, "") in awards
    assert out.id not in {award[2] for award in awards}


def test_special_awards_stay_when_the_rest_is_set_anew(
    session: Session, season: Season, olivia: User, scored: Scored
) -> None:
    entry, by_hand = scored(5), scored(1)
    place(session, season, olivia, by_hand, 1)
    services.give_special(
        session, actor=olivia, season=season, entry=by_hand, name=" Best sound ", now=clock.now()
    )
    services.give_suggested(session, actor=olivia, season=season, now=clock.now())
    assert held(session, season) == {
        ("placement", 1, entry.id, ""),
        ("placement", 2, by_hand.id, ""),
        ("special", None, by_hand.id, "Best sound"),
    }


def test_late_ballots_are_waited_for(
    session: Session, season: Season, olivia: User, scored: Scored
) -> None:
    """A ballot asked for in time may be confirmed for some minutes after the vote has closed."""
    ahead = scored(5)
    make_ballot(session, season, [], status=BallotStatus.PENDING)
    now = season.vote_closes_at = clock.now()

    services.give_suggested(session, actor=olivia, season=season, now=now)
    assert {award[0] for award in held(session, season)} == {"placement"}
    with pytest.raises(Refused, match="may be confirmed for 15 minutes"):
        services.give_peoples_choice(session, actor=olivia, season=season, entry=ahead, now=now)
    with pytest.raises(Refused, match="may be confirmed for 15 minutes"):
        services.announce_awards(session, actor=olivia, season=season, now=now)
    assert season.announced_at is None

    then = now + LATE_CONFIRMATION
    make_count(session, season, {ahead.id: 1})
    services.give_suggested(session, actor=olivia, season=season, now=then)
    assert ("peoples-choice", None, ahead.id, "") in held(session, season)
    services.announce_awards(session, actor=olivia, season=season, now=then)
    assert season.announced_at == then


# By hand


def test_a_second_placement_of_an_entry_replaces_the_first(
    session: Session, season: Season, olivia: User
) -> None:
    entry = make_entry(session, season)
    place(session, season, olivia, entry, 2)
    award = place(session, season, olivia, entry, 1)
    assert held(session, season) == {("placement", 1, entry.id, "")}
    services.give_special(
        session, actor=olivia, season=season, entry=entry, name="Courage", now=clock.now()
    )
    assert [a.kind for a in queries.awards_of_entry(session, entry.id)] == ["placement", "special"]

    services.take_back(session, actor=olivia, season=season, award=award, now=clock.now())

    assert held(session, season) == {("special", None, entry.id, "Courage")}
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions[-1] == "award.taken-back"


def test_what_cannot_be_given_is_refused(session: Session, season: Season, olivia: User) -> None:
    now = clock.now()
    entry = make_entry(session, season)
    draft = make_entry(session, season, status=EntryStatus.SUBMITTED)
    earlier = make_season(session, Phase.ANNOUNCED, year=2025)
    elsewhere = make_entry(session, earlier)
    make_count(session, season, {})
    wrong_category = season.categories[1]
    with pytest.raises(Refused, match="does not compete"):
        services.give_placement(
            session,
            actor=olivia,
            season=season,
            category=wrong_category,
            entry=entry,
            place=1,
            now=now,
        )
    with pytest.raises(Refused, match="does not compete"):
        place(session, season, olivia, entry, 4)
    for other in (draft, elsewhere):
        with pytest.raises(Refused, match="Only an accepted entry of this season"):
            services.give_peoples_choice(session, actor=olivia, season=season, entry=other, now=now)
    with pytest.raises(Refused, match="give the award a name"):
        services.give_special(session, actor=olivia, season=season, entry=entry, name="  ", now=now)
    with pytest.raises(Refused, match="vote has not closed"):
        services.give_peoples_choice(
            session,
            actor=olivia,
            season=season,
            entry=entry,
            now=season.vote_closes_at - timedelta(seconds=1),
        )
    assert held(session, season) == set()
    award = place(session, season, olivia, entry)
    with pytest.raises(NotFound):
        queries.get_award(session, earlier, award.id)


def test_only_organizers_touch_awards(
    session: Session, season: Season, olivia: User, alice: User, judy: User
) -> None:
    now = clock.now()
    entry = make_entry(session, season)
    award = place(session, season, olivia, entry)
    for actor in (alice, judy):
        with pytest.raises(NotAllowed):
            place(session, season, actor, entry)
        with pytest.raises(NotAllowed):
            services.take_back(session, actor=actor, season=season, award=award, now=now)
        with pytest.raises(NotAllowed):
            services.give_suggested(session, actor=actor, season=season, now=now)
        with pytest.raises(NotAllowed):
            services.announce_awards(session, actor=actor, season=season, now=now)
        with pytest.raises(NotAllowed):
            services.brand_again(session, actor=actor, entry=entry, now=now)


# Announcing


def test_nothing_is_announced_before_the_vote_closes(
    session: Session, season: Season, olivia: User
) -> None:
    place(session, season, olivia, make_entry(session, season))
    early = season.vote_closes_at - timedelta(seconds=1)
    with pytest.raises(Refused, match="vote has not closed"):
        services.announce_awards(session, actor=olivia, season=season, now=early)
    assert season.announced_at is None
    assert session.scalars(select(OutgoingMail)).all() == []


def test_announcing_makes_winners_public_and_tells_their_teachers_once(
    session: Session, season: Season, olivia: User, alice: User, platform: Platform
) -> None:
    entry = make_entry(session, season, teacher=alice, title="If Only")
    place(session, season, olivia, entry, 2)
    make_count(session, season, {entry.id: 1})
    services.give_peoples_choice(session, actor=olivia, season=season, entry=entry, now=clock.now())
    now = clock.now()
    assert queries.public_winners(session, season, now=now) == []

    services.announce_awards(session, actor=olivia, season=season, now=now)

    assert [w.entry for w in queries.public_winners(session, season, now=now)] == [entry]
    mail = session.scalars(select(OutgoingMail)).one()
    told = platform.postman.render(mail)
    ribbon = f"Second place, {season.categories[0].name} · People's Choice"
    assert (mail.to, told.subject) == (alice.email, f"Your team won: {ribbon}")
    assert f"http://localhost/watch/{entry.slug}" in told.text
    with pytest.raises(Refused, match="announced already"):
        services.announce_awards(session, actor=olivia, season=season, now=now)
    with pytest.raises(Refused, match="can't be changed any more"):
        place(session, season, olivia, entry, 1)


def test_a_winner_is_public_only_while_everybody_released_it(
    session: Session, season: Season, olivia: User
) -> None:
    entry = make_entry(session, season)
    person = make_person(session, entry, Rung.PUBLIC)
    place(session, season, olivia, entry)
    make_count(session, season, {})
    now = clock.now()
    services.announce_awards(session, actor=olivia, season=season, now=now)
    assert queries.find_public_winner(session, season, entry, now=now) is not None
    person.releases[0].revoked_at = now
    assert queries.find_public_winner(session, season, entry, now=now) is None
    assert queries.public_winners(session, season, now=now) == []
    assert len(queries.winners(session, season)) == 1


def test_winners_are_found_in_a_constant_number_of_queries(
    session: Session, season: Season, olivia: User, platform: Platform
) -> None:
    for number in range(3):
        entry = make_entry(session, season)
        make_person(session, entry, Rung.PUBLIC, Rung.WINNER)
        if number:
            place(session, season, olivia, entry, number)
        else:
            services.give_special(
                session, actor=olivia, season=season, entry=entry, name="Heart", now=clock.now()
            )

    def asked() -> int:
        session.commit()
        session.expunge_all()
        again = session.get_one(Season, season.id)
        with statements(platform.engine) as seen:
            listed = queries.winners(session, again)
            queries.brandings(session, listed)
        session.commit()
        return len(seen)

    three = asked()
    for award in session.scalars(select(Award)).all()[1:]:
        session.delete(award)
    assert asked() == three


# The film


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short film that knows where it was made."""
    folder = tmp_path_factory.mktemp("clip")
    bare, full = folder / "bare.mp4", folder / "full.mov"
    make_clip(bare, seed=4, seconds=2, title="If Only", subtitle="Team Honu")
    place = "com.apple.quicktime.location.ISO6709=+21.3069-157.8583/"
    ffmpeg("-i", bare, "-c", "copy", "-movflags", "use_metadata_tags", "-metadata", place, full)
    return full


def ffprobe(path: Path) -> dict[str, Any]:
    argv = [str(find_tool("ffprobe")), "-v", "error", "-print_format", "json"]
    argv += ["-show_format", "-show_streams", str(path)]
    done = subprocess.run(argv, check=True, capture_output=True, timeout=60)  # noqa: S603
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@on_postgresql
def test_a_winners_film_is_made_from_the_original(
    session: Session,
    season: Season,
    olivia: User,
    platform: Platform,
    run_jobs: Callable[[], int],
    clip: Path,
) -> None:
    digest = hashlib.sha256(clip.read_bytes()).hexdigest()
    asset = make_asset(session, seconds=2.0, original_sha256=digest)
    platform.storage.put(asset.original_key, clip, "video/quicktime")
    assert b"+21.3069" in clip.read_bytes()
    entry = make_entry(session, season, asset=asset, title="If Only", team_name="Team Honu")
    make_person(session, entry, Rung.PUBLIC, Rung.WINNER)
    place(session, season, olivia, entry)
    assert session.scalars(select(Job.subject)).all() == [f"brand:{entry.id}"]
    [winner] = queries.winners(session, season)
    assert not winner.is_branded
    assert queries.brandings(session, [winner])[entry.id].state == JobState.QUEUED

    run_jobs()

    ran = {job.name: (job.state, job.error) for job in session.scalars(select(Job))}
    done = (JobState.DONE, "")
    assert ran == {"awards.brand": done, "media.make_pictures": done}
    [winner] = queries.winners(session, season)
    assert winner.is_branded
    assert winner.asset is not None
    roles = sorted(r.role for r in winner.asset.renditions if r.role.startswith("winner_"))
    assert roles == ["winner_480", "winner_captions", "winner_poster", "winner_print"]
    assert winner.asset.picture_widths("player") == [320, 640]
    assert {"school_720", "square", "vertical"} <= {r.role for r in winner.asset.renditions}
    film = winner.asset.rendition("winner_480")
    assert film is not None
    path = platform.storage.path(film.key)
    assert path is not None
    assert path.stat().st_size == film.bytes
    probed = ffprobe(path)
    kinds = {s["codec_type"]: s["codec_name"] for s in probed["streams"]}
    assert kinds == {"video": "h264", "audio": "aac", "subtitle": "mov_text"}
    assert float(probed["format"]["duration"]) > 4
    assert film.loudness == pytest.approx(-16, abs=2.5)
    data = path.read_bytes()
    assert b"+21.3069" not in data
    assert b"ISO6709" not in data
    tags = " ".join(probed["format"]["tags"].values())
    assert "If Only" in tags
    assert "CC BY 4.0" in tags

    captions = winner.asset.rendition("winner_captions")
    assert captions is not None
    with platform.storage.open(captions.key) as file:
        words = file.read().decode()
    assert "Think first." in words
    assert "00:00:00.000 -->" not in words  # They wait for the opening card to pass.

    services.brand_again(session, actor=olivia, entry=entry, now=clock.now())
    films = select(Job).where(Job.name == "awards.brand")
    assert len(session.scalars(films).all()) == 2


@pytest.fixture
def station(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Stands for the engine, which takes its minutes: what it was asked for. tests/video has the
    real one."""
    asked: list[dict[str, Any]] = []

    def make(
        _path: Path, _source: Source, brand: Brand, folder: Path, **options: Any
    ) -> list[Made]:
        asked.append({"brand": brand, **options})
        made = []
        for role, ending in render.STATION_FILES.items():
            if role == "station_prores" and not options["prores"]:
                continue
            path = folder / f"{brand.code}{ending}"
            path.write_text(role)
            digest = hashlib.sha256(role.encode()).hexdigest()
            made.append(
                Made(role, path, "video/mp4", None, None, None, len(role), digest, None, "h264")
            )
        return made

    monkeypatch.setattr(render, "make_station", make)
    return asked


@on_sqlite
def test_a_stations_kit_is_made_when_somebody_asks_and_goes_when_the_film_changes(
    session: Session,
    season: Season,
    olivia: User,
    alice: User,
    platform: Platform,
    run_jobs: Callable[[], int],
    clip: Path,
    station: list[dict[str, Any]],
) -> None:
    digest = hashlib.sha256(clip.read_bytes()).hexdigest()
    asset = make_asset(session, seconds=2.0, original_sha256=digest, roles=())
    platform.storage.put(asset.original_key, clip, "video/quicktime")
    entry = make_entry(session, season, asset=asset, title="If Only")
    giving = make_person(session, entry, Rung.PUBLIC, Rung.WINNER)
    place(session, season, olivia, entry)
    run_jobs()
    assert station == []

    with pytest.raises(NotAllowed):
        services.ask_for_station_kit(session, actor=alice, entry=entry)
    services.ask_for_station_kit(session, actor=olivia, entry=entry)
    run_jobs()

    [asked] = station
    code = rules.station_code(season.year, entry.id)
    assert (asked["brand"].code, len(code)) == (code, 12)
    assert [cue.lines for cue in asked["captions"].cues] == [("Think first.",)]
    session.refresh(asset)
    usual = set(render.STATION_FILES) - {"station_prores"}
    assert {r.role for r in asset.renditions} & set(render.STATION_FILES) == usual

    services.ask_for_station_kit(session, actor=olivia, entry=entry, prores=True)
    run_jobs()
    session.refresh(asset)
    assert set(render.STATION_FILES) <= {r.role for r in asset.renditions}
    services.ask_for_station_kit(session, actor=olivia, entry=entry)
    run_jobs()
    session.refresh(asset)
    assert {r.role for r in asset.renditions} & set(render.STATION_FILES) == usual

    services.ask_for_station_kit(session, actor=olivia, entry=entry)
    services.ask_for_station_kit(session, actor=olivia, entry=entry, prores=True)
    waiting = session.scalars(
        select(Job).where(Job.name == "awards.station", Job.state == JobState.QUEUED)
    ).one()
    assert waiting.args["prores"] is True
    waiting.state = JobState.RUNNING
    with pytest.raises(Refused, match="being made at this moment"):
        services.ask_for_station_kit(session, actor=olivia, entry=entry)
    waiting.state = JobState.DONE

    services.brand_again(session, actor=olivia, entry=entry, now=clock.now())
    run_jobs()
    session.refresh(asset)
    assert not set(render.STATION_FILES) & {r.role for r in asset.renditions}

    asset.seconds = 61.0
    with pytest.raises(Refused, match="at most 60 seconds"):
        services.ask_for_station_kit(session, actor=olivia, entry=entry)
    giving.releases[1].revoked_at = clock.now()
    with pytest.raises(Refused, match="Not everybody"):
        services.ask_for_station_kit(session, actor=olivia, entry=entry)


@on_postgresql
def test_a_kit_that_went_out_of_date_while_it_was_made_is_made_again(
    session: Session,
    season: Season,
    olivia: User,
    platform: Platform,
    run_jobs: Callable[[], int],
    clip: Path,
    station: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    digest = hashlib.sha256(clip.read_bytes()).hexdigest()
    asset = make_asset(session, seconds=2.0, original_sha256=digest, roles=())
    platform.storage.put(asset.original_key, clip, "video/quicktime")
    entry = make_entry(session, season, asset=asset, title="If Only")
    make_person(session, entry, Rung.PUBLIC, Rung.WINNER)
    place(session, season, olivia, entry)
    run_jobs()
    services.ask_for_station_kit(session, actor=olivia, entry=entry)
    session.commit()
    made = render.make_station

    def while_somebody_mends(*words: Any, **options: Any) -> list[Made]:
        if not station:
            with platform.sessions() as other:
                other.get_one(Entry, entry.id).title = "If Only We Had"
                other.commit()
        return made(*words, **options)

    monkeypatch.setattr(render, "make_station", while_somebody_mends)
    waiting = session.scalars(select(Job).where(Job.name == "awards.station")).one()
    claimed = jobs.claim(platform, waiting.id)
    assert claimed is not None
    with pytest.raises(OutOfDate):
        services.make_station_kit(claimed[0], entry.id, prores=False)
    session.rollback()
    assert not set(render.STATION_FILES) & {r.role for r in asset.renditions}

    services.make_station_kit(claimed[0], entry.id, prores=False)
    session.rollback()  # To see what others have committed.
    assert set(render.STATION_FILES) - {"station_prores"} <= {r.role for r in asset.renditions}
    assert [asked["brand"].title for asked in station] == ["If Only", "If Only We Had"]


def test_no_film_is_made_without_everybodys_leave(
    session: Session, season: Season, olivia: User, run_jobs: Callable[[], int]
) -> None:
    entry = make_entry(session, season)
    person = make_person(session, entry, Rung.PUBLIC)
    place(session, season, olivia, entry)
    assert session.scalars(select(Job)).all() == []
    with pytest.raises(Refused, match="Not everybody"):
        services.brand_again(session, actor=olivia, entry=entry, now=clock.now())

    both = make_entry(session, season)
    giving = make_person(session, both, Rung.PUBLIC, Rung.WINNER)
    place(session, season, olivia, both, 2)
    giving.releases[1].revoked_at = clock.now()
    run_jobs()
    job = session.scalars(select(Job)).one()
    assert job.state == JobState.DONE
    assert session.get_one(Asset, both.asset_id).versions("winner") == []
    assert person.rungs == {Rung.PUBLIC}


def test_only_films_of_entries_mended_since_are_made_anew_at_the_announcement(
    session: Session, season: Season, olivia: User
) -> None:
    same, mended = (
        make_entry(session, season, asset=make_asset(session, roles=("winner_480",)))
        for _ in range(2)
    )
    place(session, season, olivia, same, 1)
    place(session, season, olivia, mended, 2)
    make_count(session, season, {})
    brandings = select(Job).where(Job.name == "awards.brand").order_by(Job.id)
    for job in session.scalars(brandings):
        job.state = JobState.DONE
    mended.captions = mended.captions.replace("Think first", "Think twice")
    session.flush()

    services.announce_awards(session, actor=olivia, season=season, now=clock.now())

    assert [(job.subject, job.state) for job in session.scalars(brandings)] == [
        (f"brand:{same.id}", JobState.DONE),
        (f"brand:{mended.id}", JobState.DONE),
        (f"brand:{mended.id}", JobState.QUEUED),
    ]


def test_a_film_that_could_not_be_made_is_started_anew(
    session: Session, season: Season, olivia: User
) -> None:
    entry = make_entry(session, season)
    place(session, season, olivia, entry)
    job = session.scalars(select(Job)).one()
    job.state, job.attempt = JobState.FAILED, 4
    session.flush()
    assert queries.find_failed_branding(session, entry) is job
    services.brand_again(session, actor=olivia, entry=entry, now=clock.now())
    assert (job.state, job.attempt) == (JobState.QUEUED, 0)
    assert len(session.scalars(select(Job)).all()) == 1
