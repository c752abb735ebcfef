"""Finding seasons and their parts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.contest import queries
from app.contest.models import Category, Partner, Season
from app.contest.rules import Phase
from app.core import clock
from app.core.errors import NotFound
from tests.factories import make_season


def test_newest_season_is_the_current_one(session: Session) -> None:
    none = queries.find_current_season(session)
    new = make_season(session, year=2027)
    make_season(session, year=2026)

    assert none is None
    assert queries.get_current_season(session) is new


def test_season_that_is_not_there_is_not_found(session: Session) -> None:
    for ask in (
        lambda: queries.get_current_season(session),
        lambda: queries.get_season(session, 1),
        lambda: queries.get_season_of_year(session, 2026),
    ):
        with pytest.raises(NotFound):
            ask()


def test_season_is_found_by_number_and_year(session: Session, season: Season) -> None:
    assert queries.get_season(session, season.id) is season
    assert queries.get_season_of_year(session, 2026) is season


def test_announced_seasons_are_those_whose_winners_are_public(session: Session) -> None:
    now = clock.now()
    old = make_season(session, Phase.ANNOUNCED, year=2024)
    newer = make_season(session, Phase.ANNOUNCED, year=2025)
    make_season(session, Phase.SEALED, year=2026)
    newer.announced_at = now + timedelta(minutes=1)
    session.flush()

    assert queries.announced_seasons(session, now=now) == [old]
    assert queries.announced_seasons(session, now=now + timedelta(minutes=1)) == [newer, old]


def test_part_is_found_within_its_own_season_only(session: Session, season: Season) -> None:
    other = make_season(session, year=2025)
    category = season.categories[0]

    assert queries.get_part(session, Category, season, category.id) is category
    with pytest.raises(NotFound):
        queries.get_part(session, Category, other, category.id)
    with pytest.raises(NotFound):
        queries.get_part(session, Category, season, 999)


def test_logo_is_what_some_season_shows(session: Session, season: Season) -> None:
    season.logo_key = "logos/a.png"
    season.partners.append(Partner(name="M", kind="partner", logo_key="logos/b.png"))
    session.flush()

    found = [queries.is_logo(session, f"logos/{name}.png") for name in "abc"]

    assert found == [True, True, False]
