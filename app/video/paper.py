"""Words on paper in any script: pages of a PDF, each piece in a font that has its letters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from fpdf import FPDF

from app.video.lettering import BOLD, PLAIN, Face, fit, runs


@dataclass
class Paper:
    """A PDF that draws words in any script, each piece in a font that has its letters."""

    pdf: FPDF
    names: dict[Face, str] = field(default_factory=dict)

    def font(self, face: Face, size: float) -> None:
        """Write on with this font, in points."""
        if face not in self.names:
            self.names[face] = f"face{len(self.names)}"
            self.pdf.add_font(
                self.names[face], fname=str(face.path), collection_font_number=face.index
            )
        self.pdf.set_font(self.names[face], size=size)

    def _wide(self, pieces: Iterable[tuple[str, Face]], size: float) -> float:
        wide = 0.0
        for piece, face in pieces:
            self.font(face, size)
            wide += self.pdf.get_string_width(piece)
        return wide

    def _write(self, x: float, y: float, piece: str, face: Face, size: float) -> float:
        """Write a piece of one font on the line at `y`; where it ends. Letters join and turn as
        their script wants: FPDF shapes what stands in cells, and nothing else."""
        self.font(face, size)
        self.pdf.c_margin = 0
        high, wide = self.pdf.font_size, self.pdf.get_string_width(piece)
        # A cell's line lies eight tenths of the size of its letters below its upper edge.
        self.pdf.set_xy(x, y - 0.8 * high)
        self.pdf.cell(wide, high, piece)
        return x + wide

    def paragraph(
        self, x: float, y: float, width: float, words: str, size: float, *, strong: bool = False
    ) -> float:
        """Write a paragraph, broken to fit; where it ends."""
        step = size * 0.45
        at = x
        for token in _tokens(words):
            pieces = runs(token, BOLD if strong else PLAIN)
            wide = self._wide(pieces, size)
            if at > x and at + wide > x + width:
                at, y = x, y + step
                if not token.strip():
                    continue
            for piece, face in pieces:
                at = self._write(at, y, piece, face, size)
        return y + step

    def centered(
        self,
        middle: float,
        top: float,
        box: tuple[float, float],
        words: str,
        style: tuple[str, ...],
        size: int,
        *,
        lines: int = 2,
    ) -> float:
        """Write words around `middle`, as large as they can be in a box of points, up to `size`;
        where they end. Only for pages that are measured in points."""
        room = round(box[0]), round(box[1])
        fitted = fit(words, style, size=size, box=room, lines=lines, smallest=max(6, size // 2))
        y = top + fitted.size
        for line in fitted.lines:
            pieces = runs(line, style)
            at = middle - self._wide(pieces, fitted.size) / 2
            for piece, face in pieces:
                at = self._write(at, y, piece, face, fitted.size)
            y += fitted.step
        return y - fitted.step + fitted.size * 0.3


def _tokens(words: str) -> list[str]:
    """Where a line may break: at blanks, and between Han characters and kana."""
    tokens: list[str] = []
    for letter in words:
        wide = "\u3000" <= letter <= "\u9fff" or "\uff00" <= letter <= "\uffef"
        if (
            tokens
            and not wide
            and letter != " "
            and not tokens[-1].endswith(" ")
            and not ("\u3000" <= tokens[-1][-1] <= "\u9fff")
        ) or (tokens and letter in "、。，．！？）」"):
            tokens[-1] += letter
        else:
            tokens.append(letter)
    return tokens
