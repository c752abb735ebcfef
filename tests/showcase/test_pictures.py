"""Pages show posters in the size and the format a browser wants, and only of films one may see."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.contest.models import Season
from app.core import clock
from app.core.platform import Platform
from app.entries.models import Entry
from app.entries.rules import Rung
from app.media.models import Asset, Rendition
from tests.browsing import Browser
from tests.showcase.films import store

FORMATS = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}


def add_pictures(
    session: Session, platform: Platform, entry: Entry, folder: Path, *families: str
) -> Asset:
    asset = session.get_one(Asset, entry.asset_id)
    for family in families:
        for width in (320, 640, 960):
            for kind, content_type in FORMATS.items():
                asset.renditions.append(
                    Rendition(
                        role=f"{family}_{width}_{kind}",
                        key=f"renditions/{asset.name}/{family}_{width}.{kind}",
                        content_type=content_type,
                        bytes=1,
                        sha256="",
                        width=width,
                        height=width * 9 // 16,
                    )
                )
    store(session, platform, asset, folder)
    session.commit()
    return asset


@pytest.mark.parametrize("path", ["/", "/gallery", "/winners", "/schools/{school}"])
def test_cards_offer_every_size_and_a_picture_for_old_browsers(
    session: Session,
    platform: Platform,
    client: Browser,
    winner: Entry,
    tmp_path: Path,
    path: str,
) -> None:
    path = path.format(school=winner.school_id)
    plain = client.page(path).one("img", width="640")
    assert plain.get("src") == "/media/if-only/poster.jpg"

    add_pictures(session, platform, winner, tmp_path, "card")
    page = client.page(path)

    sources = page.all("source", page.one("picture"))
    assert [s.get("type") for s in sources] == ["image/avif", "image/webp"]
    for source, kind in zip(sources, ("avif", "webp"), strict=True):
        offered = [each.split(" ") for each in str(source.get("srcset")).split(", ")]
        assert [width for _url, width in offered] == ["320w", "640w", "960w"]
        for url, width in offered:
            answer = client.get(url)
            assert (answer.status_code, answer.content_type) == (200, FORMATS[kind])
            assert f"card_{width[:-1]}_{kind}".encode() in answer.data
            assert (
                client.get(url, headers={"If-None-Match": answer.headers["ETag"]}).status_code
                == 304
            )
    shown = page.one("img", page.one("picture"))
    assert shown.get("src") == "/media/if-only/card-960.jpg"
    assert (shown.get("width"), shown.get("height"), shown.get("alt")) == ("640", "360", "")


def test_the_player_shows_the_still_of_the_film_it_plays(
    session: Session, platform: Platform, client: Browser, winner: Entry, tmp_path: Path
) -> None:
    add_pictures(session, platform, winner, tmp_path, "card", "player")

    branded = client.page("/watch/if-only").one("video").get("poster")
    for person in winner.people:
        for release in person.releases:
            if release.rung == Rung.WINNER:
                release.revoked_at = clock.now()
    session.commit()
    plain = client.page("/watch/if-only").one("video").get("poster")

    assert branded == "/media/if-only/player-960.jpg"
    assert plain == "/media/if-only/card-960.jpg"
    # What stands in the film that is given away is as private as that film.
    assert client.get("/media/if-only/player-960.jpg").status_code == 404
    assert client.get("/media/if-only/card-960.jpg").status_code == 200


def test_pictures_leave_with_their_film(
    session: Session, platform: Platform, client: Browser, winner: Entry, tmp_path: Path
) -> None:
    add_pictures(session, platform, winner, tmp_path, "card")
    winner.held_at = clock.now()
    session.commit()

    assert client.get("/media/if-only/card-320.avif").status_code in (404, 410)


@pytest.mark.parametrize(
    "name",
    ["card-321.avif", "card-640.gif", "card-99999.jpg", "poster-640.jpg", "card-.jpg", "card-640"],
)
def test_there_are_no_other_sizes(
    session: Session,
    platform: Platform,
    client: Browser,
    season: Season,
    winner: Entry,
    tmp_path: Path,
    name: str,
) -> None:
    add_pictures(session, platform, winner, tmp_path, "card")

    assert client.get(f"/media/if-only/{name}").status_code == 404
