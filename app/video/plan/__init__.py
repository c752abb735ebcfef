"""From a source and recipes to the steps that make them: pure, nothing is run or read here.

Every step that opens an upload forces one demuxer and carries the same limits. Every file that is
made carries the same privacy flags.
"""

from app.video.plan.branded import LOWER_THIRD, branded_step
from app.video.plan.graph import MOST_HELD, wall
from app.video.plan.looking import (
    CELLS,
    DEMUXERS,
    PREVIEW_FILE,
    SILENCES,
    STORYBOARD_FILE,
    Looking,
    decode_ending_step,
    ends_step,
    first_frame_step,
    hearing_step,
    looking_step,
    loudness_step,
    made_loudness_step,
    made_probe_step,
    packets_step,
    probe_step,
    second_reader_step,
    still_size,
    stills_step,
)
from app.video.plan.making import encode, ladder_step, remux_step, sound_step
from app.video.plan.picture import Framing, framing, preview_size
from app.video.plan.social import Social, social_step
from app.video.plan.sound import Cards, Gain
from app.video.plan.station import (
    FIRST_NUMBER,
    LEAD_FRAMES,
    Slot,
    carrier_step,
    station_step,
)

__all__ = [
    "CELLS",
    "DEMUXERS",
    "FIRST_NUMBER",
    "LEAD_FRAMES",
    "LOWER_THIRD",
    "MOST_HELD",
    "PREVIEW_FILE",
    "SILENCES",
    "STORYBOARD_FILE",
    "Cards",
    "Framing",
    "Gain",
    "Looking",
    "Slot",
    "Social",
    "branded_step",
    "carrier_step",
    "decode_ending_step",
    "encode",
    "ends_step",
    "first_frame_step",
    "framing",
    "hearing_step",
    "ladder_step",
    "looking_step",
    "loudness_step",
    "made_loudness_step",
    "made_probe_step",
    "packets_step",
    "preview_size",
    "probe_step",
    "remux_step",
    "second_reader_step",
    "social_step",
    "sound_step",
    "station_step",
    "still_size",
    "stills_step",
    "wall",
]
