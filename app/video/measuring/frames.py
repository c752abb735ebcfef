"""The small pictures a film is looked at through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.video.recipes import FPS

# A picture of any shape becomes this many cells, each the average of what it covers. A third of
# either side is a whole number of cells, which is what the rule on flashes is about.
COLUMNS = 24
ROWS = 18
CELLS = COLUMNS * ROWS
FRAME_BYTES = CELLS * 3
FRAME_RATE = float(FPS)


def frames(path: Path) -> Iterator[bytes]:
    """One picture after the other, red, green and blue of each cell, rows from the top."""
    with path.open("rb") as file:
        while len(frame := file.read(FRAME_BYTES)) == FRAME_BYTES:
            yield frame
