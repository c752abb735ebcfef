"""From a received file to versions for every screen, through crashes and changes of mind."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.core import clock, jobs
from app.core.db import will_write
from app.core.errors import Refused
from app.core.jobs import Job, JobState, LeaseLost
from app.core.platform import Platform
from app.core.storage import FolderStorage, Gone, S3Storage
from app.media import queries, services
from app.media.models import Asset, VideoPrint, said_again
from app.media.rules import AssetState
from app.texts import text
from app.video import render, source
from app.video.render import Made
from app.video.run import DiskFull, EngineFailed, HostFailed, Outcome
from app.video.source import checking, probing
from app.video.step import Progress, Step
from app.video.synth import make_clip
from tests import servers
from tests.databases import on_postgresql, on_sqlite
from tests.factories import make_asset, receive
from tests.video.clips import ffmpeg, film

SHOWN = {"preview", "poster", "storyboard", "storyboard_times"} | {
    f"poster_{number}" for number in range(1, 6)
}
CARDS = {f"card_{width}_{kind}" for width in (320, 640) for kind in ("avif", "webp", "jpg")}
"""The clips here are 854 wide, so there is no larger size."""
PRIVATE = (b"+21.3069-157.8583", b"Canary Phone", b"Canary Kealoha", b"2026-09-01")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short film as a phone would write it: with place, device, name and moment in it."""
    folder = tmp_path_factory.mktemp("clip")
    bare, full = folder / "bare.mp4", folder / "full.mov"
    make_clip(bare, seed=3, seconds=2, title="Think first", subtitle="Team Honu")
    ffmpeg(
        *("-i", bare, "-c", "copy", "-movflags", "use_metadata_tags"),
        *("-metadata", "com.apple.quicktime.location.ISO6709=+21.3069-157.8583/"),
        *("-metadata", "com.apple.quicktime.model=Canary Phone"),
        *("-metadata", "artist=Canary Kealoha", "-metadata", "creation_time=2026-09-01T10:00:00"),
        full,
    )
    return full


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Long enough that something can happen while it is prepared."""
    return film(tmp_path_factory.mktemp("clip") / "long.mp4", seconds=12, size="1280x720")


def files(platform: Platform) -> list[Path]:
    """Every file of the folder store."""
    assert isinstance(platform.storage, FolderStorage)
    return sorted(p for p in (platform.storage.root / "files").rglob("*") if p.is_file())


def the_job(session: Session, name: str = "media.process") -> Job:
    session.expire_all()
    return session.scalars(select(Job).where(Job.name == name)).one()


def test_a_clip_becomes_ready_and_nothing_private_is_left(
    session: Session, platform: Platform, run_jobs: Callable[[], int], clip: Path
) -> None:
    asset = receive(session, platform, clip)
    assert (asset.state, asset.renditions) == (AssetState.WAITING, [])
    assert all(mark in clip.read_bytes() for mark in PRIVATE[:3])

    assert run_jobs() == 2  # The film, and its still in the sizes that pages show.

    assert (asset.state, the_job(session).state) == (AssetState.READY, JobState.DONE)
    assert {r.role for r in asset.renditions} == SHOWN | CARDS | {"web_480"}
    assert asset.seconds == pytest.approx(2, abs=0.2)
    assert asset.ready_at is not None
    assert len(asset.original_sha256) == 64
    told = [str(said_again(words)) for words in asset.found]
    assert "the place where it was recorded" in told
    assert "the make or model of the device" in told
    for rendition in asset.renditions:
        with platform.storage.open(rendition.key) as file:
            data = file.read()
        assert len(data) == rendition.bytes
        assert not any(mark in data for mark in PRIVATE), rendition.role
    made = platform.storage.path(queries.get_asset(session, asset.id).versions("web")[0].key)
    assert made is not None
    found = source.probe(made)
    assert (found.video_codec, found.audio_codec, found.container) == ("h264", "aac", "mov")

    # Once more, as after a broker that delivers twice: nothing is made or written anew.
    before = {path: path.stat().st_mtime_ns for path in files(platform)}
    again = jobs.enqueue(session, "media.process", asset_id=asset.id)
    run_jobs()
    assert again.state == JobState.DONE
    assert {path: path.stat().st_mtime_ns for path in files(platform)} == before
    assert len(asset.renditions) == len(SHOWN | CARDS) + 1
    assert list(platform.work_dir.iterdir()) == []


def test_a_run_after_a_crash_goes_on_where_the_last_stopped(
    session: Session, platform: Platform, run_jobs: Callable[[], int], clip: Path
) -> None:
    asset = receive(session, platform, clip)
    run_jobs()
    web = asset.versions("web")[0]
    preview = asset.rendition("preview")
    assert preview is not None
    kept = platform.storage.path(preview.key)
    assert kept is not None
    before = kept.stat().st_mtime_ns
    asset.state, asset.ready_at = AssetState.PROCESSING, None
    session.delete(web)
    session.flush()
    session.refresh(asset)
    jobs.enqueue(session, "media.process", asset_id=asset.id)

    run_jobs()

    assert asset.state == AssetState.READY
    assert {r.role for r in asset.renditions} == SHOWN | CARDS | {"web_480"}
    assert kept.stat().st_mtime_ns == before


def test_a_run_after_a_crash_goes_on_with_the_checked_file_only(
    session: Session, platform: Platform, run_jobs: Callable[[], int], clip: Path
) -> None:
    asset = receive(session, platform, clip)
    run_jobs()
    with services.checked_original(platform.storage, asset) as original:
        assert original.read_bytes() == clip.read_bytes()
    asset.state, asset.ready_at = AssetState.PROCESSING, None
    session.delete(asset.versions("web")[0])
    session.commit()
    session.refresh(asset)
    path = platform.storage.path(asset.original_key)
    assert path is not None
    path.unlink()
    make_clip(path, seed=4, seconds=2, title="Another film", subtitle="Team Honu")
    job = jobs.enqueue(session, "media.process", asset_id=asset.id)

    run_jobs()

    assert (asset.state, asset.versions("web")) == (AssetState.PROCESSING, [])
    assert job.error.startswith("OriginalChanged")
    with (
        pytest.raises(services.OriginalChanged),
        services.checked_original(platform.storage, asset),
    ):
        pass


def test_a_version_made_anew_leaves_the_one_being_served_as_it_is(
    session: Session, platform: Platform, run_jobs: Callable[[], int], tmp_path: Path
) -> None:
    asset = make_asset(session, roles=())
    jobs.enqueue(session, "media.remove", asset_id=0)
    session.commit()
    claimed = jobs.claim(platform, the_job(session, "media.remove").id)
    assert claimed is not None

    def make(data: bytes) -> tuple[str, Path]:
        path = tmp_path / "winner_captions.vtt"
        path.unlink(missing_ok=True)
        path.write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        made = Made(
            "winner_captions", path, "text/vtt", None, None, None, len(data), digest, None, "vtt"
        )
        services.record_renditions(claimed[0], asset.id, asset.name, [made])
        session.rollback()
        session.expire_all()
        rendition = asset.rendition("winner_captions")
        assert rendition is not None
        found = platform.storage.path(rendition.key)
        assert found is not None
        return rendition.key, found

    first_key, first = make(b"first")
    second_key, second = make(b"second")
    assert first_key != second_key
    assert hashlib.sha256(b"second").hexdigest()[:12] in second_key
    assert (first.read_bytes(), second.read_bytes()) == (b"first", b"second")
    run_jobs()
    assert first.exists()  # Somebody may be in the middle of it.

    assert make(b"first")[0] == first_key  # Then it is needed again, and only the other goes.
    session.rollback()
    will_write(session)
    session.execute(update(Job).where(Job.name == "media.forget").values(run_at=clock.now()))
    run_jobs()
    assert [path.read_bytes() for path in files(platform)] == [b"first"]


@pytest.mark.parametrize(
    "data",
    [
        b"This is a text that somebody called film.mp4.\n" * 100,
        b"<html><script>alert(1)</script></html>",
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"\0",
    ],
)
def test_what_is_no_video_is_refused_with_reasons(
    session: Session,
    platform: Platform,
    run_jobs: Callable[[], int],
    tmp_path: Path,
    data: bytes,
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(data)
    asset = receive(session, platform, path)

    run_jobs()

    assert (asset.state, asset.renditions) == (AssetState.REFUSED, [])
    assert the_job(session).state == JobState.DONE
    assert [r["level"] for r in asset.reasons] == ["red"]
    assert str(said_again(asset.reasons[0])).endswith(".")
    assert queries.standing(session, asset, now=clock.now()).settled


def test_a_video_of_the_wrong_length_is_refused_with_its_length(
    session: Session, platform: Platform, run_jobs: Callable[[], int], clip: Path
) -> None:
    asset = receive(session, platform, clip)
    asset.min_seconds = 15
    run_jobs()
    assert asset.state == AssetState.REFUSED
    assert asset.renditions == []
    assert any(r["level"] == "red" and "15" in str(said_again(r)) for r in asset.reasons)


def test_nothing_is_shown_of_a_file_that_plays_and_is_refused(
    session: Session, platform: Platform, run_jobs: Callable[[], int], tmp_path: Path
) -> None:
    # It plays as it is, so that it can be watched at once; and then it turns out to be cut off.
    whole = film(tmp_path / "whole.mp4", "-movflags", "+faststart", seconds=6)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    asset = receive(session, platform, cut)

    run_jobs()

    assert asset.state == AssetState.REFUSED
    assert asset.renditions == []
    assert jobs.jobs_about(session, asset.subject)[0].state == JobState.DONE
    assert list(platform.work_dir.iterdir()) == []


def test_what_can_not_be_made_beside_the_check_is_no_fault_of_the_file(
    session: Session,
    platform: Platform,
    run_jobs: Callable[[], int],
    clip: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = checking.run

    def run(step: Step, progress: Progress | None = None) -> Outcome:
        if any("candidate_" in word for word in step.args):
            raise EngineFailed(text("The encoder gave up."))
        return real(step, progress)

    monkeypatch.setattr(checking, "run", run)
    asset = receive(session, platform, clip)

    run_jobs()

    assert asset.state == AssetState.READY
    assert {r.role for r in asset.renditions} == SHOWN | CARDS | {"web_480"}
    assert asset.print is not None


@pytest.mark.parametrize("trouble", [DiskFull(), HostFailed(text("ffmpeg is not installed"))])
@on_postgresql
def test_a_broken_computer_is_no_fault_of_the_file(
    session: Session,
    platform: Platform,
    run_jobs: Callable[[], int],
    clip: Path,
    monkeypatch: pytest.MonkeyPatch,
    trouble: HostFailed,
) -> None:
    def run(_step: Step, _progress: Progress | None = None) -> Outcome:
        raise trouble

    for module in (probing, checking):
        with monkeypatch.context() as broken:
            broken.setattr(module, "run", run)
            asset = receive(session, platform, clip)
            run_jobs()
        job = jobs.jobs_about(session, asset.subject)[0]
        assert (asset.state, job.state) == (AssetState.CHECKING, JobState.QUEUED)
        assert str(trouble.text) in job.error
        job.run_at = clock.now()
        session.commit()
        run_jobs()
        session.refresh(asset)
        assert asset.state == AssetState.READY


@on_sqlite
def test_a_store_that_is_away_for_a_minute_is_waited_for(
    session: Session, platform: Platform, s3: S3Storage, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes away when the films are made, and is back at the next attempt."""
    real = render.make_ladder

    with servers.line_to(s3.client.meta.endpoint_url) as line:
        store = servers.another_way(s3, line.url)
        platform = replace(platform, storage=store)

        def make_ladder(*given: Any, **named: Any) -> list[Made]:
            made = real(*given, **named)
            line.cut()
            return made

        monkeypatch.setattr(render, "make_ladder", make_ladder)
        asset = receive(session, platform, clip)
        job_id = the_job(session).id
        session.rollback()
        assert jobs.run_job(platform, job_id)
        job = the_job(session)
        assert (asset.state, job.state) == (AssetState.PROCESSING, JobState.QUEUED)
        assert "EndpointConnectionError" in job.error
        assert {r.role for r in asset.renditions} == SHOWN
        line.mend()
        monkeypatch.setattr(render, "make_ladder", real)
        job.run_at = clock.now()
        session.commit()
        assert jobs.run_job(platform, job_id)
        assert the_job(session).state == JobState.DONE
        assert asset.state == AssetState.READY
        # What was to be taken back while the store was away is looked at once more by then.
        forgetting = the_job(session, "media.forget")
        forgetting.run_at = clock.now()
        session.commit()
        assert jobs.run_job(platform, forgetting.id)
        assert list(platform.work_dir.iterdir()) == []
    listed = s3.client.list_objects_v2(Bucket=s3.bucket, Prefix=f"renditions/{asset.name}/")
    assert {found["Key"] for found in listed["Contents"]} == {r.key for r in asset.renditions}
    assert {r.role for r in asset.renditions} == SHOWN | {"web_480"}


# Findings and twins


def test_what_was_found_is_kept_and_can_be_said_again(
    session: Session, platform: Platform, run_jobs: Callable[[], int], clip: Path
) -> None:
    asset = receive(session, platform, clip)
    run_jobs()

    found = queries.findings(asset)
    assert [(each.code, each.level) for each in found][:2] == [
        ("below_720p", "amber"),
        ("length", "green"),
    ]
    assert str(found[0].words) == ("The picture is 640 × 360 and will look soft on a large screen.")
    assert str(found[0].advice).startswith("If you have it larger")
    assert asset.facts["sounding"] == [[pytest.approx(0, abs=0.1), pytest.approx(2, abs=0.1)]]
    assert asset.print is not None
    told = [str(words) for words in queries.taken_out(asset)]
    assert told[0] == (
        "Your phone had written the place where this was filmed into the file; we took it out."
    )
    assert list(platform.work_dir.iterdir()) == []


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A film, the same encoded anew and smaller, and another one."""
    folder = tmp_path_factory.mktemp("films")
    paths = {name: folder / f"{name}.mp4" for name in ("one", "again", "other")}
    for name, seed in (("one", 3), ("other", 10)):
        make_clip(paths[name], seed=seed, seconds=9, title="Think first", subtitle="Team Honu")
    ffmpeg("-ss", "0.4", "-i", paths["one"], "-vf", "scale=480:-2", "-crf", "32", paths["again"])
    return paths


@on_sqlite
def test_the_same_film_is_noticed_however_it_was_encoded(
    session: Session, platform: Platform, run_jobs: Callable[[], int], films: dict[str, Path]
) -> None:
    one, other = (receive(session, platform, films[name]) for name in ("one", "other"))
    run_jobs()
    assert queries.twins(session, one) == queries.twins(session, other) == []

    copy, again = (receive(session, platform, films[name]) for name in ("one", "again"))
    run_jobs()

    def seen(asset: Asset) -> dict[int, bool]:
        return {twin.asset_id: twin.same_file for twin in queries.twins(session, asset)}

    assert seen(one) == {copy.id: True, again.id: False}
    assert seen(copy) == {one.id: True, again.id: False}
    assert seen(again) == {one.id: False, copy.id: False}
    assert seen(other) == {}
    # Once more, as after a crash, and when one of them is let go.
    copy.state = AssetState.PROCESSING
    jobs.enqueue(session, "media.process", asset_id=copy.id)
    services.discard_asset(session, one)
    run_jobs()
    assert seen(copy) == {again.id: False}


@on_postgresql
def test_films_without_a_print_get_one_from_what_is_left_and_are_compared(
    session: Session, platform: Platform, run_jobs: Callable[[], int], films: dict[str, Path]
) -> None:
    old = receive(session, platform, films["one"])
    run_jobs()
    session.delete(session.get_one(VideoPrint, old.id))
    old.original_sha256 = ""
    platform.storage.delete(old.original_key)
    new = receive(session, platform, films["again"])
    run_jobs()
    assert queries.twins(session, new) == []

    others = [make_asset(session) for _ in range(5)]
    for _ in range(3):  # Never more at once than leave room for what teams upload.
        services.ask_for_prints(session, now=clock.now())
    waiting = session.scalars(select(Job).where(Job.name == "media.take_print")).all()
    assert len(waiting) == 3
    for asset in others:
        session.delete(asset)
    session.execute(delete(Job))
    services.ask_for_prints(session, now=clock.now())
    assert run_jobs() == 1

    session.expire_all()
    assert {twin.asset_id for twin in queries.twins(session, new)} == {old.id}
    services.ask_for_prints(session, now=clock.now())
    assert run_jobs() == 0

    # What failed by a fault of ours is asked for again, but not at once.
    session.delete(session.get_one(VideoPrint, old.id))
    job = the_job(session, "media.take_print")
    job.state, job.finished_at = JobState.FAILED, clock.now()
    session.commit()
    services.ask_for_prints(session, now=clock.now())
    assert run_jobs() == 0
    services.ask_for_prints(session, now=clock.now() + timedelta(days=1, minutes=1))
    assert run_jobs() == 1


# What happens meanwhile


def when_processing(session: Session, asset: Asset) -> None:
    """Wait, a moment at a time, until the video is checked and being prepared."""
    waited = threading.Event()
    for _ in range(1500):
        session.rollback()
        session.expire_all()
        if asset.state == AssetState.PROCESSING:
            return
        waited.wait(0.02)
    raise AssertionError(asset.state)


def test_a_job_that_is_stopped_ends_soon_and_leaves_nothing_half_made(
    session: Session, platform: Platform, long_clip: Path
) -> None:
    asset = receive(session, platform, long_clip)
    job_id = the_job(session).id
    worker = threading.Thread(target=jobs.run_job, args=(platform, job_id))
    worker.start()
    when_processing(session, asset)
    session.rollback()
    will_write(session)
    jobs.stop(session, session.get_one(Job, job_id), now=clock.now())
    session.commit()
    worker.join(10)

    assert not worker.is_alive()
    session.expire_all()
    assert asset.state == AssetState.PROCESSING
    assert asset.versions("web") == []
    assert list(platform.work_dir.iterdir()) == []
    found = queries.standing(session, asset, now=clock.now())
    assert found.state == "failed"


def test_who_lost_the_lease_stops_without_writing(
    session: Session, platform: Platform, long_clip: Path
) -> None:
    asset = receive(session, platform, long_clip)
    worker = threading.Thread(target=jobs.run_job, args=(platform, the_job(session).id))
    worker.start()
    when_processing(session, asset)
    session.rollback()
    will_write(session)
    session.execute(
        update(Job).values(token="another worker", lease_until=clock.now() + timedelta(hours=1))
    )
    session.commit()
    worker.join(60)

    assert not worker.is_alive()
    session.refresh(asset)
    assert asset.state == AssetState.PROCESSING
    assert asset.versions("web") == []
    job = the_job(session)
    assert (job.state, job.token, job.error) == (JobState.RUNNING, "another worker", "")
    assert list(platform.work_dir.iterdir()) == []


def test_a_lease_that_is_lost_before_the_first_step_changes_nothing(
    session: Session, platform: Platform, clip: Path
) -> None:
    asset = receive(session, platform, clip)
    claimed = jobs.claim(platform, the_job(session).id)
    assert claimed is not None
    session.rollback()
    will_write(session)
    session.execute(update(Job).values(token="another worker"))
    session.commit()

    with pytest.raises(LeaseLost):
        services.process_asset(claimed[0], asset.id)

    session.refresh(asset)
    assert (asset.state, asset.original_sha256) == (AssetState.WAITING, "")


def test_a_video_replaced_while_it_is_prepared_leaves_nothing_behind(
    session: Session, platform: Platform, run_jobs: Callable[[], int], long_clip: Path
) -> None:
    asset = receive(session, platform, long_clip)
    asset_id, job_id = asset.id, the_job(session).id
    worker = threading.Thread(target=jobs.run_job, args=(platform, job_id))
    worker.start()
    when_processing(session, asset)
    session.rollback()
    will_write(session)
    services.discard_asset(session, asset)
    run_jobs()
    worker.join(60)

    assert not worker.is_alive()
    session.expunge_all()
    assert session.get(Asset, asset_id) is None
    job = session.get_one(Job, job_id)
    assert (job.state, job.error) == (JobState.DONE, "")
    assert files(platform) == []


# Letting go


def test_a_removed_asset_takes_its_files_along(
    session: Session, platform: Platform, run_jobs: Callable[[], int], tmp_path: Path
) -> None:
    asset = make_asset(session)
    keys = [asset.original_key, *(r.key for r in asset.renditions)]
    for number, key in enumerate(keys):
        path = tmp_path / f"file-{number}"
        path.write_bytes(b"bytes")
        platform.storage.put(key, path, "video/mp4")
    assert len(files(platform)) == 6

    services.discard_asset(session, asset)
    asset_id = asset.id
    assert len(files(platform)) == 6  # Only what was committed counts.
    run_jobs()

    assert files(platform) == []
    session.expunge_all()
    assert session.get(Asset, asset_id) is None
    jobs.enqueue(session, "media.remove", asset_id=asset_id)
    assert run_jobs() == 1  # Twice is harmless.


def test_a_removed_upload_is_aborted_in_the_store(
    session: Session, platform: Platform, run_jobs: Callable[[], int]
) -> None:
    asset = services.begin_upload(
        session,
        platform.storage,
        size=1000,
        most_bytes=2000,
        fingerprint="0a",
        part_bytes=100,
        min_seconds=1,
        max_seconds=60,
        now=clock.now(),
    )
    key, store_id = asset.original_key, asset.upload.store_id  # type: ignore[union-attr]
    assert services.parts_missing(platform.storage, asset) == list(range(1, 11))
    services.discard_asset(session, asset)
    run_jobs()
    with pytest.raises(Gone):
        platform.storage.parts(key, store_id)


def test_trying_again_needs_something_that_failed(session: Session) -> None:
    asset = make_asset(session, state=AssetState.WAITING, roles=())
    job = jobs.enqueue(session, "media.process", subject=asset.subject, asset_id=asset.id)
    with pytest.raises(Refused, match="Nothing has failed"):
        services.try_again(session, asset, now=clock.now())
    job.state, job.attempt = JobState.FAILED, 4
    services.try_again(session, asset, now=clock.now())
    assert (job.state, job.attempt) == (JobState.QUEUED, 0)


def test_what_killed_workers_left_is_cleared_away(platform: Platform) -> None:
    for name in ("brand-old", "brand-new"):
        folder = platform.work_dir / name
        folder.mkdir()
        (folder / "half.mp4").write_bytes(b"half")
    (platform.work_dir / "link").symlink_to(platform.work_dir / "brand-new")
    now = clock.now()
    old = (now - timedelta(days=1, seconds=1)).timestamp()
    os.utime(platform.work_dir / "brand-old", (old, old))
    os.utime(platform.work_dir / "link", (old, old), follow_symlinks=False)

    assert services.clear_work_folder(platform.work_dir, now=now) == 2

    assert [p.name for p in platform.work_dir.iterdir()] == ["brand-new"]
    assert (platform.work_dir / "brand-new" / "half.mp4").exists()
