"""The sound of a rendition: exact length, balanced, and the contest's chime between cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ffmpeg

from app.video.plan.graph import Stream, stamp
from app.video.recipes import SAMPLE_RATE, TRUE_PEAK, WEB_LOUDNESS

if TYPE_CHECKING:
    from app.video.source import Source


@dataclass(frozen=True)
class Gain:
    """What brings the sound to `target` LUFS with true peaks below `ceiling` dBTP: `db` of gain,
    and a limiter that holds its samples `margin` decibels below the ceiling, for what an encoder
    adds between them."""

    db: float = 0.0
    limited: bool = False
    target: float = WEB_LOUDNESS
    ceiling: float = TRUE_PEAK
    margin: float = 1.0
    silent: bool = False
    """There is nothing to hear, so nothing is done."""


@dataclass(frozen=True)
class Cards:
    """Where a branded video's parts lie: seconds of opening, crossfade and end card."""

    opening: float
    fade: float
    ending: float

    @property
    def shift(self) -> float:
        """Seconds by which the video itself starts later."""
        return self.opening - self.fade

    def total(self, seconds: float) -> float:
        """The length of the whole for a video of `seconds`."""
        return self.opening + seconds + self.ending - 2 * self.fade


def sound_of(upload: Stream, source: Source, gain: Gain, cards: Cards | None = None) -> Stream:
    """Stereo sound exactly as long as the picture; silence where there is none."""
    seconds = source.duration
    if source.audio_index is None:
        sound = ffmpeg.input(
            f"anullsrc=r={SAMPLE_RATE}:cl=stereo", format="lavfi", t=stamp(seconds)
        )["a"]
    else:
        sound = upload[str(source.audio_index)]
        sound = sound.filter("aresample", SAMPLE_RATE, **{"async": 1, "first_pts": 0})
    sound = sound.filter("aformat", sample_fmts="fltp", channel_layouts="stereo")
    sound = sound.filter("apad").filter("atrim", end=stamp(seconds))
    if gain.db:
        sound = sound.filter("volume", f"{gain.db:.2f}dB")
    if cards is not None:
        sound = _between_cards(sound, seconds, cards)
    if gain.limited:
        ceiling = 10 ** ((gain.ceiling - gain.margin) / 20)
        sound = sound.filter("alimiter", limit=f"{ceiling:.4f}", level=0)
    return sound


def _between_cards(sound: Stream, seconds: float, cards: Cards) -> Stream:
    total = cards.total(seconds)
    delay = round(cards.shift * 1000)
    fade_out = max(0.0, seconds - cards.fade)
    sound = sound.filter("afade", type="in", duration=min(cards.fade, seconds) / 4)
    sound = sound.filter("afade", type="out", start_time=stamp(fade_out), duration=cards.fade)
    sound = sound.filter("adelay", f"{delay}|{delay}").filter("apad")
    sound = sound.filter("atrim", end=stamp(total))
    opening = _chime(OPENING_NOTES, cards.opening + 1.5)
    ending_at = round((total - cards.ending) * 1000)
    ending = _chime(ENDING_NOTES, cards.ending).filter("adelay", f"{ending_at}|{ending_at}")
    mixed = ffmpeg.filter([sound, opening, ending], "amix", inputs=3, duration="first", normalize=0)
    return mixed.filter("aformat", sample_fmts="fltp", channel_layouts="stereo")


# (start in seconds, hertz): plucked strings, a rising G major over the opening, a soft D-G close.
OPENING_NOTES = ((0.15, 196.0), (0.35, 246.94), (0.55, 293.66), (0.8, 392.0), (1.1, 493.88))
ENDING_NOTES = ((0.5, 293.66), (0.7, 392.0), (0.95, 493.88))
# The notes' overtones end far below half of this, and a lower rate is drawn in less time.
CHIME_RATE = 8000


def _chime(notes: Sequence[tuple[float, float]], seconds: float) -> Stream:
    """Each note a decaying tone with two overtones."""
    tones = []
    for start, hertz in notes:
        t = f"(t-{start})"
        body = f"sin(2*PI*{hertz}*{t})+0.4*sin(4*PI*{hertz}*{t})+0.12*sin(6*PI*{hertz}*{t})"
        tones.append(f"gte(t\\,{start})*exp(-2.6*{t})*min(1\\,{t}*200)*({body})")
    source = f"aevalsrc=0.075*({'+'.join(tones)}):s={CHIME_RATE}:d={stamp(seconds)}"
    tone = ffmpeg.input(source, format="lavfi")["a"]
    tone = tone.filter("afade", type="out", start_time=stamp(seconds - 0.4), duration=0.4)
    tone = tone.filter("aresample", SAMPLE_RATE)
    return tone.filter("aformat", sample_fmts="fltp", channel_layouts="stereo")
