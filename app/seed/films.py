"""The demonstration's films: made once by ffmpeg, two at a time, then kept in the data folder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from app.core.storage import Storage
from app.media.models import Asset, Rendition
from app.media.rules import AssetState
from app.media.services import record_report
from app.video import render, source, synth
from app.video.render import Made
from app.video.source import Limits, Report

SECONDS = 16.0
WEB_ROLE = "web_480"


@dataclass(frozen=True)
class Film:
    number: int
    title: str
    subtitle: str

    @property
    def name(self) -> str:
        return f"demonstration-{self.number:03d}"


def make_assets(
    storage: Storage,
    work_dir: Path,
    films: Sequence[Film],
    *,
    now: datetime,
    say: Callable[[str], None],
) -> dict[int, Asset]:
    """One asset for each film, its files stored; the rows are not in any session yet."""
    made: dict[int, Asset] = {}
    with ThreadPoolExecutor(max_workers=2) as pool:
        assets = pool.map(lambda film: _make(storage, work_dir, film, now), films)
        for film, asset in zip(films, assets, strict=True):
            made[film.number] = asset
            if len(made) % 10 == 0 and len(made) < len(films):
                say(f"  {len(made)} of {len(films)} films are made.")
    return made


def _make(storage: Storage, work_dir: Path, film: Film, now: datetime) -> Asset:
    with TemporaryDirectory(dir=work_dir, prefix="film-") as folder:
        out = Path(folder)
        clip = out / "clip.mp4"
        synth.make_clip(
            clip, seed=film.number, seconds=SECONDS, title=film.title, subtitle=film.subtitle
        )
        report = source.check(clip, Limits(), work_dir=out)
        made = render.make_preview(clip, source.probe(clip), out / "made")
        asset = _asset(film, report, _sha256(clip), clip.stat().st_size, now)
        storage.put(asset.original_key, clip, "video/mp4")
        still = next(each.path for each in made if each.role == "poster")
        for each in [*made, *render.make_pictures(still, "card", out / "made")]:
            asset.renditions.append(_rendition(storage, asset, each.role, each))
            if each.role == "preview":
                # The clip was made as the web shows it, so its clean copy is the web version too.
                asset.renditions.append(_rendition(storage, asset, WEB_ROLE, each))
        return asset


def _asset(film: Film, report: Report, digest: str, size: int, now: datetime) -> Asset:
    asset = Asset(
        name=film.name,
        original_key=f"originals/{film.name}",
        original_bytes=size,
        min_seconds=15,
        max_seconds=60,
        created_at=now,
        received_at=now,
        ready_at=now,
    )
    record_report(asset, report, digest)
    asset.state = AssetState.READY
    return asset


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _rendition(storage: Storage, asset: Asset, role: str, made: Made) -> Rendition:
    key = f"renditions/{asset.name}/{role}{made.path.suffix}"
    storage.put(key, made.path, made.content_type)
    return Rendition(
        role=role,
        key=key,
        content_type=made.content_type,
        bytes=made.bytes,
        sha256=made.sha256,
        width=made.width,
        height=made.height,
        seconds=made.duration,
        loudness=made.loudness,
    )
