"""The stills that stand for films, in the sizes and formats that pages show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import clock
from app.core.jobs import Job, JobState
from app.core.platform import Platform
from app.core.storage import FolderStorage
from app.media import services
from app.media.models import Asset, Rendition
from app.media.queries import PICTURES_JOB
from app.media.services import pictures
from app.video import render
from app.video.recipes import PICTURE_FORMATS, PICTURE_WIDTHS
from app.video.render import Made
from tests.factories import make_asset

FORMATS = {"avif": "AVIF", "webp": "WEBP", "jpg": "JPEG"}


def still(path: Path, color: tuple[int, int, int], width: int = 1280) -> Path:
    """A picture with a lighter patch in it, and a name and a place in its EXIF."""
    picture = Image.new("RGB", (width, width * 9 // 16), color)
    picture.paste((250, 240, 200), (width // 4, width // 8, width // 2, width // 4))
    exif = picture.getexif()
    exif[0x010F], exif[0x013B] = "Canary Phone", "Canary Kealoha"
    picture.save(path, "JPEG", quality=90, exif=exif)
    return path


@pytest.fixture
def asset(session: Session, platform: Platform, tmp_path: Path) -> Asset:
    """A film with a red poster, and a blue one to choose."""
    made = make_asset(session, roles=("web_480", "poster"))
    made.renditions.append(
        Rendition(
            role="poster_2",
            key=f"renditions/{made.name}/poster_2.jpg",
            content_type="image/jpeg",
            bytes=1,
            sha256="2" * 64,
        )
    )
    for role, color in (("poster", (200, 30, 30)), ("poster_2", (30, 30, 200))):
        rendition = made.rendition(role)
        assert rendition is not None
        path = still(tmp_path / f"{role}.jpg", color)
        platform.storage.put(rendition.key, path, "image/jpeg")
    session.commit()
    return made


def jobs_of(session: Session) -> list[Job]:
    return list(session.scalars(select(Job).where(Job.name == PICTURES_JOB).order_by(Job.id)))


@pytest.mark.parametrize(("width", "widths"), [(1280, [320, 640, 960]), (700, [320, 640])])
def test_a_still_in_every_size_and_format_is_the_same_picture_and_nothing_else(
    tmp_path: Path, width: int, widths: list[int]
) -> None:
    path = still(tmp_path / "still.jpg", (200, 30, 30), width)

    made = render.make_pictures(path, "card", tmp_path / "out")

    assert {m.role for m in made} == {f"card_{w}_{kind}" for w in widths for kind in FORMATS}
    original = Image.open(path)
    for each in made:
        _family, wide, kind = each.role.split("_")
        data = each.path.read_bytes()
        assert b"Canary" not in data
        assert b"Exif" not in data
        with Image.open(each.path) as picture:
            assert (picture.format, picture.size) == (FORMATS[kind], (each.width, each.height))
            assert picture.size == (int(wide), round(int(wide) * original.height / original.width))
            like = original.resize(picture.size)
            difference = ImageChops.difference(picture.convert("RGB"), like)
            assert max(ImageStat.Stat(difference).mean) < 4
        assert each.content_type == PICTURE_FORMATS[kind].content_type
    bytes_of = {m.role: m.bytes for m in made}
    assert all(bytes_of[f"card_{w}_avif"] < bytes_of[f"card_{w}_jpg"] for w in widths)


def test_a_still_smaller_than_all_sizes_gives_one(tmp_path: Path) -> None:
    path = still(tmp_path / "still.jpg", (9, 99, 9), 256)

    made = render.make_pictures(path, "player", tmp_path / "out")

    assert {m.role for m in made} == {f"player_320_{kind}" for kind in FORMATS}


def color_of(platform: Platform, asset: Asset, role: str) -> str:
    rendition = asset.rendition(role)
    assert rendition is not None
    with platform.storage.open(rendition.key) as file, Image.open(file) as picture:
        red, _green, blue = ImageStat.Stat(picture.convert("RGB")).mean
    return "red" if red > blue else "blue"


def test_another_still_takes_the_place_of_all_sizes(
    session: Session, platform: Platform, run_jobs: Callable[[], int], asset: Asset
) -> None:
    services.ask_for_pictures(session, asset.id, "card")
    run_jobs()
    assert asset.picture_widths("card") == list(PICTURE_WIDTHS)
    assert color_of(platform, asset, "card_640_avif") == "red"
    old = {r.key for r in asset.renditions if r.role.startswith("card_")}

    services.choose_poster(session, asset, 2)

    # Pages show the new one in full size until it is made small: never the old one.
    assert asset.picture_widths("card") == []
    run_jobs()
    assert asset.picture_widths("card") == list(PICTURE_WIDTHS)
    assert color_of(platform, asset, "card_640_avif") == "blue"
    new = {r.key for r in asset.renditions if r.role.startswith("card_")}
    assert old & new == set()


def test_a_still_chosen_while_another_is_made_small_wins(
    session: Session,
    platform: Platform,
    run_jobs: Callable[[], int],
    asset: Asset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = render.make_pictures
    chosen: list[int] = []

    def make_pictures(path: Path, family: str, out_dir: Path) -> list[Made]:
        made = real(path, family, out_dir)
        if not chosen:
            chosen.append(2)
            with platform.sessions() as other:
                services.choose_poster(other, other.get_one(Asset, asset.id), 2)
                other.commit()
        return made

    monkeypatch.setattr(pictures.render, "make_pictures", make_pictures)
    services.ask_for_pictures(session, asset.id, "card")

    run_jobs()

    assert any("SourceChanged" in job.error for job in jobs_of(session))
    for job in jobs_of(session):
        if job.state == JobState.QUEUED:
            job.run_at = clock.now()
    run_jobs()
    assert color_of(platform, asset, "card_640_avif") == "blue"
    assert pictures_stored(platform, asset) == pictures_named(asset)
    assert all(job.state == JobState.DONE for job in jobs_of(session))


def pictures_stored(platform: Platform, asset: Asset) -> set[str]:
    """The files of small pictures that are in the store."""
    assert isinstance(platform.storage, FolderStorage)
    folder = platform.storage.root / "files" / "renditions" / asset.name
    return {path.name for path in folder.iterdir() if path.name.startswith("card_")}


def pictures_named(asset: Asset) -> set[str]:
    """Those that a row names."""
    roles = [r for r in asset.renditions if r.role.startswith("card_")]
    return {Path(r.key).name for r in roles}


def test_a_film_let_go_while_its_pictures_are_made_leaves_none(
    session: Session,
    platform: Platform,
    run_jobs: Callable[[], int],
    asset: Asset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = render.make_pictures

    def make_pictures(path: Path, family: str, out_dir: Path) -> list[Made]:
        made = real(path, family, out_dir)
        with platform.sessions() as other:
            emptied = other.get_one(Asset, asset.id)
            emptied.renditions.clear()
            other.commit()
        return made

    monkeypatch.setattr(pictures.render, "make_pictures", make_pictures)
    services.ask_for_pictures(session, asset.id, "card")

    run_jobs()

    assert asset.renditions == []
    assert pictures_stored(platform, asset) == set()


def test_the_same_still_chosen_again_changes_nothing(
    session: Session, run_jobs: Callable[[], int], asset: Asset
) -> None:
    services.choose_poster(session, asset, 2)
    run_jobs()
    before = {r.role: r.key for r in asset.renditions}

    services.choose_poster(session, asset, 2)

    assert run_jobs() == 0
    assert {r.role: r.key for r in asset.renditions} == before


def test_stills_from_before_are_made_small_some_at_a_time(
    session: Session, run_jobs: Callable[[], int], asset: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "PICTURES_AT_ONCE", 2)
    without_file = make_asset(session, roles=("poster",))
    make_asset(session, roles=("web_480",))  # It has no still.
    oldest = [make_asset(session, roles=("poster",)) for _ in range(2)]
    services.ask_for_missing_pictures(session, now=clock.now())
    asked = {job.args["asset_id"] for job in jobs_of(session)}
    assert asked == {each.id for each in oldest}

    services.ask_for_missing_pictures(session, now=clock.now())
    assert len(jobs_of(session)) == 2

    for job in jobs_of(session):
        job.state, job.finished_at = JobState.FAILED, clock.now()
    services.ask_for_missing_pictures(session, now=clock.now())
    assert {job.args["asset_id"] for job in jobs_of(session)} == {
        *(each.id for each in oldest),
        asset.id,
        without_file.id,
    }
    # What failed is tried again after a day.
    later = clock.now() + timedelta(days=2)
    for job in jobs_of(session):
        job.state, job.finished_at = JobState.FAILED, clock.now()
    services.ask_for_missing_pictures(session, now=later)
    waiting = [job for job in jobs_of(session) if job.state == JobState.QUEUED]
    assert {job.args["asset_id"] for job in waiting} == {each.id for each in oldest}


def test_a_film_that_is_gone_needs_no_pictures(
    session: Session, run_jobs: Callable[[], int], asset: Asset
) -> None:
    services.ask_for_pictures(session, asset.id, "card")
    services.ask_for_pictures(session, asset.id, "player")  # There is no winner's film.
    session.delete(asset)

    assert run_jobs() == 2
    assert [job.state for job in jobs_of(session)] == [JobState.DONE, JobState.DONE]
