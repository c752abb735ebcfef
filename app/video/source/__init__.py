"""What an uploaded file is, and whether the contest can take it.

`probe` asks ffprobe behind every defence we have: our own look at the first bytes, one forced
demuxer, limits, a sandbox. `check` goes on to decode the file to its end, because a truncated
upload looks whole to a probe.
"""

from app.video.sniff import NotAVideo
from app.video.source.checking import check
from app.video.source.facts import Measured, Source
from app.video.source.probing import probe
from app.video.source.report import Level, Limits, Reason, Report, Verdict
from app.video.source.rules import FEWEST_LINES, GOOD_LINES

__all__ = [
    "FEWEST_LINES",
    "GOOD_LINES",
    "Level",
    "Limits",
    "Measured",
    "NotAVideo",
    "Reason",
    "Report",
    "Source",
    "Verdict",
    "check",
    "probe",
]
