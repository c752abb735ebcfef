"""What the gallery finds, and what belongs beside a film."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.contest.models import Season
from app.core import clock
from app.showcase import queries
from tests.factories import make_entry


def test_the_gallery_is_filtered(session: Session, season: Season) -> None:
    first, second = season.categories[:2]
    young, old = season.divisions[:2]
    make_entry(
        session, season, title="Aloha", category=first, division=young, captions_language="ja"
    )
    make_entry(session, season, title="Bystander", category=second, division=young)
    copy = make_entry(
        session,
        season,
        title="Copy",
        category=second,
        division=old,
        synopsis="100% yours_truly",
        team_name="Reef Crew",
    )

    def found(**asked: object) -> list[str]:
        wish = queries.Wish(**asked)  # type: ignore[arg-type]
        return [e.title for e in queries.gallery(session, season, wish, now=clock.now()).found]

    assert found() == ["Aloha", "Bystander", "Copy"]
    assert found(category=second.id) == ["Bystander", "Copy"]
    assert found(category=second.id, division=young.id) == ["Bystander"]
    assert found(words="aLOHa") == ["Aloha"]
    assert found(words="reef crew") == ["Copy"]
    assert found(words="rumor", division=young.id) == ["Aloha", "Bystander"]
    assert found(words="nothing has this") == []
    assert found(words="0%") == ["Copy"]
    assert found(words="s_t") == ["Copy"]
    assert found(words="%") == ["Copy"]
    assert found(words="\\") == []
    assert found(words="crew school") == ["Copy"]
    assert found(school=copy.school_id) == ["Copy"]
    assert found(language="ja") == ["Aloha"]
    everything = queries.gallery(session, season, queries.Wish(), now=clock.now())
    assert everything.languages == ["en", "ja"]
    assert len(everything.schools) == 3
