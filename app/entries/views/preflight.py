"""What was checked about an entry's video and captions, for the three pages that show it."""

from __future__ import annotations

from dataclasses import dataclass

from app.entries import rules
from app.entries.models import Entry
from app.media import queries as media
from app.media.models import Asset
from app.media.rules import AssetState, Finding, worst_first
from app.texts import Text
from app.video import captions
from app.video.source import FEWEST_LINES, GOOD_LINES, Limits


@dataclass(frozen=True)
class UploadLimits:
    """What a browser can tell of the engine's rules before anything is sent."""

    tolerance: float = Limits.tolerance
    fewest_lines: int = FEWEST_LINES
    good_lines: int = GOOD_LINES


UPLOAD_LIMITS = UploadLimits()


@dataclass(frozen=True)
class Preflight:
    """`findings`, worst first, and what private things were taken out of the file."""

    findings: list[Finding]
    taken_out: list[Text]


def preflight_of(entry: Entry, asset: Asset) -> Preflight:
    """All that was found, the captions with it once a video is there that they can belong to."""
    found = media.findings(asset)
    if asset.state in (AssetState.PROCESSING, AssetState.READY):
        found += rules.look_over(
            _captions(entry), seconds=asset.seconds, sounding=asset.facts.get("sounding")
        )
    return Preflight(worst_first(found), media.taken_out(asset))


def _captions(entry: Entry) -> list[rules.Caption]:
    if not entry.captions:
        return []
    parsed = captions.parse(entry.captions.encode())
    return [rules.Caption(cue.start, cue.end, cue.lines) for cue in parsed.cues]
