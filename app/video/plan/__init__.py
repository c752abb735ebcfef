"""From a source and recipes to the steps that make them: pure, nothing is run or read here.

Every step that opens an upload forces one demuxer and carries the same limits. Every file that is
made carries the same privacy flags.
"""

from app.video.plan.branded import branded_step
from app.video.plan.graph import MOST_HELD
from app.video.plan.looking import (
    CELLS,
    SILENCES,
    decode_ending_step,
    decode_step,
    first_frame_step,
    loudness_step,
    made_loudness_step,
    packets_step,
    probe_step,
)
from app.video.plan.making import encode, ladder_step, preview_step, remux_step, stills_step
from app.video.plan.picture import Framing, framing, preview_size
from app.video.plan.sound import Cards, Gain

__all__ = [
    "CELLS",
    "MOST_HELD",
    "SILENCES",
    "Cards",
    "Framing",
    "Gain",
    "branded_step",
    "decode_ending_step",
    "decode_step",
    "encode",
    "first_frame_step",
    "framing",
    "ladder_step",
    "loudness_step",
    "made_loudness_step",
    "packets_step",
    "preview_size",
    "preview_step",
    "probe_step",
    "remux_step",
    "stills_step",
]
