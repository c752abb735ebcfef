"""The kit for television stations: an announcement as it can be aired."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from app.texts import Text, text
from app.video import cea608, loudness, plan
from app.video.branding import Brand, draw_layers, draw_slate
from app.video.captions import Captions
from app.video.recipes import FPS, STATION_AUDIO_RATE, STATION_LOUDNESS, STATION_PEAK
from app.video.render.made import (
    HTML,
    MOV,
    MP4,
    MXF,
    SCC,
    Made,
    aside,
    digest,
    inspect,
    made_words,
    published,
    with_words,
)
from app.video.render.sound import make_sound
from app.video.run import EngineFailed, run
from app.video.source import Source
from app.video.step import Progress, portion
from app.video.verify import verify_to_the_frame

SLOTS = (15, 30, 60)
TOLERANCE = 0.5
CARD_SECONDS = 3.0
LONGEST_CARD = 6.0
LOUDNESS_TOLERANCE = 0.5
# An encoder adds a little between samples, and each time elsewhere.
PEAK_MARGIN = 0.2
KINDS = {
    "xdcam": (MXF, "mpeg2video", 2),
    "prores": (MOV, "prores", 1),
    "h264": (MP4, "h264", 1),
    "textless": (MP4, "h264", 1),
}
STATION_FILES = {
    "station_xdcam": ".mxf",
    "station_prores": ".mov",
    "station_h264": ".mp4",
    "station_textless": "_textless.mp4",
    "station_captions": ".scc",
    "station_sheet": "_slate.html",
}
"""Each file of a station's kit, by role, and how it is called after its code."""


def slot_for(seconds: float) -> plan.Slot:
    """The shortest time of 15, 30 and 60 seconds that holds a video of `seconds`.

    The end card stands in what is left of it, or over the last three seconds where nothing is.
    Raises `EngineFailed` for a video longer than a minute.
    """
    for each in SLOTS:
        if seconds <= each + TOLERANCE:
            frames = each * 30
            card = min(seconds, each - CARD_SECONDS)
            return plan.Slot(each, frames, min(frames - 1, round(card * float(FPS))))
    raise EngineFailed(text("A station takes at most 60 seconds, and this video is longer."))


def advice(seconds: float) -> Text | None:
    """What an editor should know about how the video fills its time; None when it fits."""
    slot = slot_for(seconds)
    card = slot.seconds - seconds
    if card > LONGEST_CARD:
        return text(
            "On television it fills %(slot)s seconds, and its end card stands for %(card)s of "
            "them. A video of %(best)s seconds would fill them better.",
            slot=slot.seconds,
            card=round(card),
            best=slot.seconds - round(CARD_SECONDS),
        )
    if card < CARD_SECONDS:
        return text("On television the end card lies over the last 3 seconds of the video.")
    return None


def code_of(brand: Brand, slot: plan.Slot) -> str:
    """What stations file it under: the brand's own code, or one made of title, year and length."""
    if brand.code:
        return brand.code.upper()
    number = int(hashlib.sha256(f"{brand.contest}{brand.title}".encode()).hexdigest(), 16) % 1000
    return f"PSAY{brand.year % 100:02}{number:03}{slot.seconds}H"


def make_station(
    path: Path,
    source: Source,
    brand: Brand,
    out_dir: Path,
    *,
    captions: Captions | None = None,
    prores: bool = False,
    progress: Progress | None = None,
) -> list[Made]:
    """Slate, black and the announcement to the frame as XDCAM HD422 and H.264 (and ProRes on
    demand), one without anything written on it, closed captions as a file, and the sheet that says
    all of it. Raises `EngineFailed`."""
    path = path.resolve()
    slot = slot_for(source.duration)
    code = code_of(brand, slot)
    with aside(out_dir) as folder:
        gain = make_sound(
            path,
            source,
            STATION_AUDIO_RATE,
            folder,
            target=STATION_LOUDNESS,
            ceiling=STATION_PEAK - PEAK_MARGIN,
            progress=portion(progress, 0, 0.03),
        ).gain
        kinds = [kind for kind in KINDS if kind != "prores" or prores]
        named = {role: folder / f"{code}{ending}" for role, ending in STATION_FILES.items()}
        targets = {kind: named[f"station_{kind}"] for kind in kinds}
        layers = draw_layers(brand, (1920, 1080), folder)
        timeline = None
        if captions is not None:
            timeline = cea608.timeline(
                captions,
                slot.total,
                first=plan.LEAD_FRAMES,
                raised=plan.LOWER_THIRD if brand.lower_third else None,
            )
        rows = slate_rows(brand, code, slot, captioned=timeline is not None, silent=gain.silent)
        slate = folder / "slate.png"
        draw_slate(brand, rows).save(slate, compress_level=1)
        carrier = _carrier(folder, timeline) if timeline is not None else None
        step = plan.station_step(path, source, targets, gain, brand, layers, slate, slot, carrier)
        run(step, portion(progress, 0.03, 0.92))
        made = [_verified(kind, targets[kind], slot) for kind in kinds]
        inspect(made, own_tags=True)
        made = _measured(made, gain)
        films = [one for one in made if one.content_type == MP4]
        made = [one for one in made if one.content_type != MP4] + with_words(films, brand)
        if timeline is not None:
            words = timeline.to_scc(plan.FIRST_NUMBER)
            made.append(made_words("station_captions", named["station_captions"], SCC, words))
        hint = str(advice(source.duration) or "")
        page = _sheet(brand, rows, made, hint)
        made.append(made_words("station_sheet", named["station_sheet"], HTML, page))
        if progress is not None:
            progress(1.0)
        return published(made, out_dir)


def _carrier(folder: Path, timeline: cea608.Timeline) -> Path:
    pictures, carrier = folder / "pictures.h264", folder / "carrier.h264"
    run(plan.carrier_step(pictures, timeline.frames))
    cea608.write_carrier(pictures, timeline, carrier)
    return carrier


def _verified(kind: str, path: Path, slot: plan.Slot) -> Made:
    content_type, codec, sounds = KINDS[kind]
    frames = slot.frames if kind == "textless" else slot.total
    seconds = verify_to_the_frame(path, content_type, codec=codec, frames=frames, sounds=sounds)
    size = path.stat().st_size
    return Made(
        f"station_{kind}", path, content_type, 1920, 1080, seconds, size, digest(path), None, codec
    )


def _measured(made: Sequence[Made], gain: plan.Gain) -> list[Made]:
    """All of them carry the same sound. Raises `EngineFailed` when it misses its level."""
    if gain.silent:
        return list(made)
    heard = [loudness.measure(one.path) for one in made if one.content_type == MP4]
    miss = max(abs(each.integrated - STATION_LOUDNESS) for each in heard)
    if miss > LOUDNESS_TOLERANCE or max(each.peak for each in heard) > STATION_PEAK:
        raise EngineFailed(
            text("The sound could not be brought to a station's level. Please even it out."),
            f"{heard}",
        )
    return [replace(one, loudness=heard[0].integrated) for one in made]


def slate_rows(
    brand: Brand, code: str, slot: plan.Slot, *, captioned: bool, silent: bool
) -> list[tuple[str, str]]:
    """What slate and sheet say, label by label. In English, as stations' traffic departments
    work."""
    sound = "Silent" if silent else f"Stereo, {STATION_LOUDNESS:.0f} LKFS"
    rows = [
        ("Length", f":{slot.seconds}"),
        ("Code", code),
        ("Public service", f"{brand.edition}: {brand.award}"),
        ("Made by", brand.makers),
        ("Licence", brand.licence),
        ("Sound", sound),
        ("Captions", "CEA-608, CC1" if captioned else "None"),
        ("First frame", "01:00:00;00 drop-frame, 1080 lines, 29.97"),
        ("Contact", brand.contact or brand.address),
    ]
    return [(label, words) for label, words in rows if words]


def _sheet(brand: Brand, rows: Sequence[tuple[str, str]], made: Sequence[Made], hint: str) -> str:
    """The slate as a page to print, with every file and its SHA-256."""

    def row(label: str, words: str) -> str:
        return f"<tr><th scope='row'>{html.escape(label)}</th><td>{html.escape(words)}</td></tr>"

    facts = [*rows, *([("Watch it", brand.address)] if brand.address else [])]
    files = [(one.path.name, f"{one.bytes:,} bytes, SHA-256 {one.sha256}") for one in made]
    note = f"<p>{html.escape(hint)}</p>" if hint else ""
    return (
        "<!doctype html><html lang='en'><meta charset='utf-8'>"
        f"<title>{html.escape(brand.title)}</title>"
        "<style>body{font:16px/1.4 sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}"
        "th{text-align:left;vertical-align:top;padding:.3rem 1rem .3rem 0;white-space:nowrap}"
        "td{overflow-wrap:anywhere}</style>"
        f"<h1>{html.escape(brand.title)}</h1><table>{''.join(row(*each) for each in facts)}</table>"
        f"<h2>Files</h2><table>{''.join(row(*each) for each in files)}</table>{note}</html>\n"
    )
