"""A demonstration stands in every stage, on films that are really there."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from flask import Flask
from flask.cli import FlaskGroup
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.awards.models import Award
from app.contest import queries as contest
from app.contest import rules as contest_rules
from app.contest.rules import Phase
from app.core import clock
from app.core.jobs import Job
from app.core.platform import Platform
from app.core.signing import Signer
from app.core.storage import FolderStorage
from app.entries import rules as entry_rules
from app.entries.models import Entry
from app.judging.models import Scorecard
from app.media.models import Asset, Rendition
from app.schools.models import School
from app.seed import films
from app.seed.films import Film
from app.seed.season import fill, films_of_season, seed
from app.seed.stages import Stage
from app.voting.models import Ballot
from tests.browsing import Browser

PHASES = {
    Stage.REGISTRATION: Phase.REGISTRATION,
    Stage.SUBMISSIONS: Phase.SUBMISSIONS,
    Stage.SCREENING: Phase.SCREENING,
    Stage.JUDGING: Phase.JUDGING,
    Stage.VOTING: Phase.VOTING,
    Stage.ANNOUNCED: Phase.ANNOUNCED,
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Mapping[int, Asset]:
    """Two films, made as the demonstration makes its own."""
    folder = tmp_path_factory.mktemp("films")
    storage = FolderStorage(folder / "store", public_url="", signer=Signer("unused"))
    listed = [Film(0, "If Only", "Koa Elementary"), Film(1, "Screenshot", "Nalu Elementary")]
    return films.make_assets(storage, folder, listed, now=clock.now(), say=str)


def columns(row: Asset | Rendition) -> dict[str, object]:
    return {
        c.key: getattr(row, c.key)
        for c in inspect(type(row)).column_attrs
        if c.key not in ("id", "asset_id")
    }


def for_everybody(made: Mapping[int, Asset]) -> dict[int, Asset]:
    """An asset for each film of the season, standing on one of those that were made."""
    found = {}
    for film in films_of_season():
        like = made[film.number % len(made)]
        asset = Asset(**{**columns(like), "name": film.name})
        asset.renditions = [Rendition(**columns(r)) for r in like.renditions]
        found[film.number] = asset
    return found


def count(session: Session, kind: type) -> int:
    return session.scalar(select(func.count()).select_from(kind)) or 0


def by_status(session: Session, season_id: int) -> dict[str, int]:
    rows = session.execute(
        select(Entry.status, func.count())
        .where(Entry.season_id == season_id)
        .group_by(Entry.status)
    )
    return {status: number for status, number in rows}  # noqa: C416


def test_a_demonstration_film_is_ready_and_whole(made: Mapping[int, Asset]) -> None:
    asset = made[0]
    assert {"poster", "poster_5", "preview", "storyboard", "web_480"} <= {
        r.role for r in asset.renditions
    }
    assert asset.seconds == pytest.approx(films.SECONDS, abs=0.2)
    # All films are as long, so their storyboards' times are the same; nothing else is.
    one, other = (
        {r.sha256 for r in made[n].renditions if r.role != "storyboard_times"} for n in (0, 1)
    )
    assert one.isdisjoint(other)


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_stands(
    session: Session, client: Browser, platform: Platform, made: Mapping[int, Asset], stage: Stage
) -> None:
    now = clock.now()
    judged = stage in (Stage.JUDGING, Stage.VOTING, Stage.ANNOUNCED)
    voted = stage in (Stage.VOTING, Stage.ANNOUNCED)
    # Filling in hundreds of scorecards takes long; where there are any, the season is a small one.
    titles_each, entries = (2, 6) if judged else (None, 61)

    fill(
        session,
        stage,
        for_everybody(made),
        voters=platform.voters,
        now=now,
        titles_each=titles_each,
    )
    session.commit()

    season = contest.get_current_season(session)
    assert contest_rules.phase_of(season, now) is PHASES[stage]
    assert count(session, School) == 18
    statuses = by_status(session, season.id)
    assert sum(statuses.values()) == entries
    for entry in session.scalars(select(Entry).where(Entry.status == "submitted")):
        asset = session.get_one(Asset, entry.asset_id)
        assert entry_rules.missing(entry, asset) == []
    assert (count(session, Scorecard) > 0) == judged
    assert count(session, Ballot) == (264 if voted else 0)
    finalists = select(func.count()).where(
        Entry.season_id == season.id, Entry.finalist_at.is_not(None)
    )
    assert session.scalar(finalists) == (6 if voted else 0)
    if stage is Stage.ANNOUNCED:
        awards = session.scalars(select(Award).where(Award.season_id == season.id)).all()
        assert {a.place for a in awards if a.category_id == season.categories[0].id} >= {1}
        assert any(a.kind == "peoples-choice" for a in awards)
    branded = session.scalars(select(Job.subject).where(Job.name == "awards.brand")).all()
    assert len(branded) >= 6
    assert all(user.demonstration for user in session.scalars(select(User)))
    for path in ("/", "/gallery", "/winners", "/rules"):
        client.page(path)
    watched = [url for url in client.page("/winners").links().values() if "/watch/" in url]
    assert len(watched) >= 6


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_small_one_is_made_from_nothing(
    session: Session, platform: Platform, client: Browser
) -> None:
    said: list[str] = []

    seed(platform, Stage.ANNOUNCED, now=clock.now(), say=said.append, titles_each=1)

    assert said[0] == "Making 8 short films …"
    assert count(session, Entry) == 6
    page = client.page("/winners")
    posters = [
        image.get("src", "") for image in page.all("img") if "/media/" in image.get("src", "")
    ]
    assert len(posters) >= 1
    for poster in posters:
        assert client.get(poster).status_code == 200
    film = client.get(posters[0].rpartition("/")[0] + "/web_480.mp4")
    assert film.status_code == 200
    assert film.data[4:8] == b"ftyp"
    with pytest.raises(ValueError, match="There is a season in this database already"):
        seed(platform, Stage.VOTING, now=clock.now(), say=said.append)
    assert list(platform.work_dir.iterdir()) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_command_refuses_where_people_are_real(app: Flask) -> None:
    flask = FlaskGroup(create_app=lambda: app)
    done = app.test_cli_runner().invoke(flask, ["seed", "--stage", "voting"])
    assert done.exit_code == 1
    assert "Set DEMONSTRATION=1" in done.output
    wrong = app.test_cli_runner().invoke(flask, ["seed", "--stage", "nonsense"])
    assert wrong.exit_code == 2
