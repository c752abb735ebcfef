"""What a film shows and how it sounds, from the small pictures and notes that checking leaves.

Checking decodes a film once. On the way every picture is shrunk to a few hundred cells, and these
cells are all that is looked at here: for flashes, for black and still parts, for bars, and for
the print by which a film is known again after it was encoded anew.
"""

from app.video.measuring.edges import Edges
from app.video.measuring.flashes import Flash, Flashing
from app.video.measuring.frames import COLUMNS, FRAME_BYTES, FRAME_RATE, ROWS, frames
from app.video.measuring.likeness import ALIKE, Print, Printing, likeness
from app.video.measuring.sound import Sounding, sounding

__all__ = [
    "ALIKE",
    "COLUMNS",
    "FRAME_BYTES",
    "FRAME_RATE",
    "ROWS",
    "Edges",
    "Flash",
    "Flashing",
    "Print",
    "Printing",
    "Sounding",
    "frames",
    "likeness",
    "sounding",
]
