"""An announced season with a winner whose film is there in every version."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.contest.models import Season
from app.contest.rules import Phase
from app.core.platform import Platform
from app.entries.models import Cue, Entry
from app.entries.rules import Rung
from app.media.models import Rendition
from tests.factories import make_asset, make_entry, make_person, make_season
from tests.showcase.films import WINNER_FILES, give_place, store


@pytest.fixture
def season(session: Session) -> Season:
    return make_season(session, Phase.ANNOUNCED)


@pytest.fixture
def winner(session: Session, season: Season, platform: Platform, tmp_path: Path) -> Entry:
    """An announced winner with its film, its files and a person who released everything but her
    name."""
    asset = make_asset(session)
    for role, suffix, kind, lines in WINNER_FILES:
        asset.renditions.append(
            Rendition(
                role=role,
                key=f"renditions/{asset.name}/{role}.{suffix}",
                content_type=kind,
                bytes=1,
                sha256="",
                height=lines,
            )
        )
    store(session, platform, asset, tmp_path)
    entry = make_entry(session, season, slug="if-only", title="If Only", asset=asset)
    entry.cues = [Cue(kind="music", title="Low Tide", source="school", licence="CC0", author="")]
    make_person(session, entry, Rung.JUDGED, Rung.PUBLIC, Rung.WINNER, alias="Canaryname")
    give_place(session, season, entry)
    return entry
