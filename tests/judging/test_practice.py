"""Judges practice on sample films before their first entry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.errors import NotAllowed, Refused
from app.core.platform import Platform
from app.judging import queries, rules, services
from app.judging.models import Assignment, PracticeClip, PracticeTry
from app.media.models import Asset
from tests.browsing import Browser
from tests.databases import on_sqlite
from tests.factories import make_assignment, make_clip, make_entry, make_round, make_season
from tests.video.clips import film
from tests.waiting import run_waiting

SignIn = Callable[..., Browser]


@pytest.fixture
def season(session: Session) -> Season:
    return make_season(session, Phase.JUDGING)


@pytest.fixture
def clip(session: Session, season: Season) -> PracticeClip:
    return make_clip(session, season)


@pytest.fixture
def mine(session: Session, season: Season, judy: User) -> Assignment:
    return make_assignment(session, make_round(session, season), judy, make_entry(session, season))


def given(season: Season, value: int = 3) -> dict[int, int]:
    return {criterion.id: value for criterion in season.criteria}


def test_what_is_left_to_practice() -> None:
    clips = [SimpleNamespace(id=1), SimpleNamespace(id=2)]
    assert rules.left_to_practice(clips, {1}, has_scored=False) == [clips[1]]
    assert rules.left_to_practice(clips, set(), has_scored=True) == []
    assert rules.left_to_practice(clips, {1, 2}, has_scored=False) == []


def test_before_her_first_entry_a_judge_practices_and_sees_why(
    session: Session, season: Season, judy: User, mine: Assignment, clip: PracticeClip,
    sign_in: SignIn,
) -> None:  # fmt: skip
    browser = sign_in(judy)
    assert "Two minutes of practice first" in browser.page("/judge/").text
    page = browser.page(f"/judge/{mine.id}")
    assert page.url == f"/judge/practice/{clip.id}"
    assert "Because of" not in page.text
    with pytest.raises(Refused, match="practice clips first"):
        services.save_score(
            session, actor=judy, assignment=mine, criterion_id=season.criteria[0].id, value=3,
            now=clock.now(),
        )  # fmt: skip
    session.rollback()
    values = {f"score-{criterion.id}": "2" for criterion in season.criteria}
    first = next(iter(values))
    page = browser.submit(page, f"/judge/practice/{clip.id}", status=422, **{first: "2"})
    assert "Please choose a score." in page.mistakes
    page = browser.submit(page, f"/judge/practice/{clip.id}", **values)
    assert [row[1:] for row in page.rows] == [["2", "4"]] * 5
    assert f"Because of {season.criteria[0].id}." in page.text
    assert page.links()["To the entries"] == f"/judge/{mine.id}"
    assert browser.page(f"/judge/{mine.id}").url == f"/judge/{mine.id}"
    assert "practice first" not in browser.page("/judge/").text


def test_who_has_scored_already_is_not_held_up(
    session: Session, season: Season, judy: User, mine: Assignment
) -> None:
    services.save_score(
        session, actor=judy, assignment=mine, criterion_id=season.criteria[0].id, value=3,
        now=clock.now(),
    )  # fmt: skip
    make_clip(session, season)
    assert queries.left_to_practice(session, judy, season) == []


def test_a_clip_is_offered_once_it_can_be_watched_and_has_its_scores(
    session: Session, season: Season, judy: User, sign_in: SignIn
) -> None:
    unscored = make_clip(session, season, scored=False)
    unwatchable = make_clip(session, season)
    asset = session.get_one(Asset, unwatchable.asset_id)
    asset.renditions.clear()
    session.commit()
    assert queries.ready_clips(session, season) == []
    browser = sign_in(judy)
    for clip in (unscored, unwatchable):
        browser.page(f"/judge/practice/{clip.id}", 404)


def test_practice_can_be_done_again_and_garbage_is_refused(
    session: Session, season: Season, judy: User, olivia: User, clip: PracticeClip
) -> None:
    for value in (3, 5):
        services.try_practice(
            session, actor=judy, clip=clip, given=given(season, value), now=clock.now()
        )
    assert set(session.scalars(select(PracticeTry)).one().given.values()) == {5}
    for bad in ({}, given(season, 0), given(season, 6)):
        with pytest.raises(Refused):
            services.try_practice(session, actor=judy, clip=clip, given=bad, now=clock.now())
    with pytest.raises(NotAllowed):
        services.try_practice(
            session, actor=olivia, clip=clip, given=given(season), now=clock.now()
        )


def test_practice_goes_with_the_judges_names(
    session: Session, season: Season, judy: User, clip: PracticeClip, platform: Platform
) -> None:
    services.try_practice(session, actor=judy, clip=clip, given=given(season), now=clock.now())
    asset = clip.asset_id
    services.pseudonymize_judges(session, season=season, now=clock.now())
    session.commit()
    run_waiting(platform)
    session.rollback()
    assert session.scalars(select(PracticeTry)).all() == []
    assert session.get(Asset, asset) is None


def test_an_organizer_says_what_a_clip_deserves(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    clip = make_clip(session, season, scored=False)
    browser = sign_in(olivia)
    page = browser.page("/organizer/judging/practice")
    assert "Needs your scores" in page.text
    here = f"/organizer/judging/practice/{clip.id}"
    page = browser.page(here)
    values = {f"score-{criterion.id}": "4" for criterion in season.criteria}
    reason = f"reason-{season.criteria[0].id}"
    page = browser.submit(page, here, status=422, **{reason: "Clear."})
    page = browser.submit(page, here, **values, **{reason: "Clear."})
    assert "Judges practice on it" in page.text
    session.rollback()
    session.refresh(clip)
    assert clip.answers[0].reason == "Clear."
    page = browser.submit(page, f"{here}/remove")
    session.rollback()
    assert session.scalars(select(PracticeClip)).all() == []


@on_sqlite
def test_a_clip_is_sent_and_can_be_watched(
    session: Session, season: Season, olivia: User, judy: User, platform: Platform,
    sign_in: SignIn, tmp_path: Path,
) -> None:  # fmt: skip
    path = film(tmp_path / "sample.mp4", seconds=16, rate="5", size="320x240")
    browser = sign_in(olivia)
    page = browser.page("/organizer/judging/practice")
    answer = browser.send(page, "/organizer/judging/practice", title="Ask first")
    assert answer.status_code == 409
    with path.open("rb") as file:
        page = browser.submit(
            page, "/organizer/judging/practice", title="Ask first", video=(file, "sample.mp4")
        )
    assert page.heading == "Ask first"
    session.rollback()
    clip = session.scalars(select(PracticeClip)).one()
    run_waiting(platform)
    session.rollback()
    answer = browser.get(f"/organizer/judging/practice/{clip.id}/video/preview")
    assert answer.status_code in (200, 302)
    assert browser.get(f"/organizer/judging/practice/{clip.id}/video/original").status_code == 404
    services.set_model_scores(
        session, actor=olivia, clip=clip, answers={c.id: (3, "") for c in season.criteria}
    )
    session.commit()
    assert queries.ready_clips(session, season) == [clip]
    watched = sign_in(judy).get(f"/judge/practice/{clip.id}/video/preview")
    assert watched.status_code in (200, 302)


def test_only_organizers_set_up_practice(
    session: Session, season: Season, judy: User, clip: PracticeClip, platform: Platform,
    tmp_path: Path,
) -> None:  # fmt: skip
    path = tmp_path / "x"
    path.write_bytes(b"no film")
    for attempt in (
        lambda: services.add_practice_clip(
            session, platform.storage, actor=judy, season=season, title="x", path=path,
            now=clock.now(),
        ),
        lambda: services.set_model_scores(session, actor=judy, clip=clip, answers={}),
        lambda: services.remove_practice_clip(session, actor=judy, clip=clip),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            attempt()
