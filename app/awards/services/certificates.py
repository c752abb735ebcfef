"""Certificates as a PDF, one on each page."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import segno
from fpdf import FPDF
from sqlalchemy.orm import Session

from app import texts
from app.accounts.models import User
from app.awards import permissions, queries, rules
from app.awards.queries import Sheet
from app.contest.models import Season
from app.core import audit
from app.core.errors import Refused, require
from app.core.signing import Signer
from app.core.storage import Storage, borrow
from app.schools import queries as schools
from app.schools.models import School
from app.texts import text
from app.video.lettering import BOLD, PLAIN, SHOW
from app.video.paper import Paper

MOST = 600
"""Certificates in one file."""
WIDTH, HEIGHT = 792.0, 612.0
"""US Letter on its side, in points."""
_INK, _SOFT = (29, 22, 69), (90, 84, 120)


@dataclass(frozen=True)
class _Look:
    """What all certificates of a season have in common."""

    contest: str
    year: int
    accent: tuple[int, int, int]
    day: str
    address: str
    logos: list[Path] = field(default_factory=list)
    signatories: list[tuple[str, str, Path | None]] = field(default_factory=list)


@dataclass(frozen=True)
class Printing:
    """Certificates that may be printed, with all that stands on them: drawing needs no database."""

    sheets: Sequence[Sheet]
    season: Season
    logo_keys: Sequence[str]
    signatories: Sequence[tuple[str, str, str]]
    """Name, office, and where the picture of the signature is kept."""


def ask_to_print(
    session: Session,
    *,
    actor: User,
    season: Season,
    sheets: Sequence[Sheet],
    school: School | None = None,
    now: datetime,
) -> Printing:
    """Check that these certificates may be printed, and note it.

    Names are drawn from the entry and go nowhere else: the audit log says how many were printed,
    and for which school. Raises Refused for none, for more than MOST, and for a school's before the
    announcement.
    """
    if school is None:
        require(permissions.can_give_awards(actor))
    else:
        require(permissions.can_print(actor, school, schools.find_membership(session, actor)))
        if reason := rules.why_not_printable(season, now):
            raise Refused(reason)
    if not sheets:
        raise Refused(text("There is nobody to print such a certificate for."))
    if len(sheets) > MOST:
        raise Refused(
            text("That is more than %(n)s certificates. Print them school by school.", n=MOST)
        )
    audit.record(
        session,
        actor,
        "certificates.printed",
        season.id,
        kind=sheets[0].kind,
        number=len(sheets),
        school=school.id if school else None,
    )
    return Printing(
        sheets,
        season,
        [season.logo_key, *(partner.logo_key for partner in season.partners)],
        [(each.name, each.title, each.signature_key) for each in season.signatories],
    )


def draw_certificates(
    printing: Printing, storage: Storage, signer: Signer, *, address: str, language: str
) -> bytes:
    """The PDF. `address` is the page where a code is looked up. It takes seconds: call it without
    holding the database."""
    season = printing.season
    with ExitStack() as files, texts.use_language(language):
        logos = [borrow(files, storage, key) for key in printing.logo_keys]
        look = _Look(
            contest=season.name,
            year=season.year,
            accent=_rgb(season.accent),
            day=texts.day_of(season.announced_at or season.announcement_at, season.zone),
            address=address,
            logos=[path for path in logos if path is not None],
            signatories=[
                (name, texts.said(title), borrow(files, storage, key))
                for name, title, key in printing.signatories
            ],
        )
        return _pdf(printing.sheets, look, signer)


def _rgb(color: str) -> tuple[int, int, int]:
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def _pdf(sheets: Sequence[Sheet], look: _Look, signer: Signer) -> bytes:
    pdf = FPDF(orientation="landscape", unit="pt", format="Letter")
    pdf.set_auto_page_break(False)
    pdf.set_title(f"{look.contest} {look.year}")
    pdf.set_lang(texts.language())
    pdf.set_text_shaping(True)
    paper = Paper(pdf)
    for sheet in sheets:
        pdf.add_page()
        _draw(paper, sheet, look, queries.code_of(signer, sheet.kind, sheet.key))
    return bytes(pdf.output())


def _draw(paper: Paper, sheet: Sheet, look: _Look, code: str) -> None:
    pdf, middle = paper.pdf, WIDTH / 2
    _draw_border(pdf, look.accent)
    at = _draw_logos(pdf, look.logos)
    pdf.set_text_color(*_INK)
    heading = str(rules.CERTIFICATE_NAMES[sheet.kind])
    at = paper.centered(middle, max(at + 14, 84), (WIDTH - 150, 60), heading, SHOW, 40)
    pdf.set_text_color(*_SOFT)
    paper.centered(middle, at + 6, (600, 40), f"{look.contest} {look.year}", PLAIN, 17)
    pdf.set_text_color(*_INK)
    at = paper.centered(middle, 212, (WIDTH - 150, 96), sheet.name, BOLD, 52)
    pdf.set_draw_color(*look.accent)
    pdf.set_line_width(2)
    pdf.line(middle - 160, at + 8, middle + 160, at + 8)
    paper.centered(middle, at + 24, (620, 96), str(sheet.words), PLAIN, 21, lines=3)
    _draw_signatures(paper, look)
    _draw_proof(paper, look, code)


def _draw_border(pdf: FPDF, accent: tuple[int, int, int]) -> None:
    pdf.set_draw_color(*accent)
    pdf.set_line_width(6)
    pdf.rect(26, 26, WIDTH - 52, HEIGHT - 52, round_corners=True, corner_radius=18)
    pdf.set_draw_color(*_INK)
    pdf.set_line_width(1)
    pdf.rect(36, 36, WIDTH - 72, HEIGHT - 72, round_corners=True, corner_radius=12)


def _draw_logos(pdf: FPDF, logos: Sequence[Path]) -> float:
    """A row of logos of one height; where it ends."""
    top, high, gap = 54.0, 44.0, 22.0
    if not logos:
        return top
    info = [pdf.preload_image(str(path))[2] for path in logos]
    widths = [high * each.width / each.height for each in info]
    shrink = min(1.0, (WIDTH - 160) / (sum(widths) + gap * (len(widths) - 1)))
    x = (WIDTH - (sum(widths) + gap * (len(widths) - 1)) * shrink) / 2
    for path, wide in zip(logos, widths, strict=True):
        pdf.image(str(path), x, top, wide * shrink, high * shrink)
        x += (wide + gap) * shrink
    return top + high


def _draw_signatures(paper: Paper, look: _Look) -> None:
    pdf = paper.pdf
    signing = look.signatories or [("", "", None)]
    room = (WIDTH - 280) / len(signing)
    for number, (name, title, picture) in enumerate(signing):
        middle = 62 + room * (number + 0.5)
        if picture is not None:
            pdf.image(
                str(picture), middle - room * 0.4, 436, room * 0.8, 46, keep_aspect_ratio=True
            )
        pdf.set_draw_color(*_SOFT)
        pdf.set_line_width(0.8)
        pdf.line(middle - room * 0.42, 486, middle + room * 0.42, 486)
        pdf.set_text_color(*_INK)
        at = 489.0
        if name:
            at = paper.centered(middle, at, (room * 0.9, 18), name, BOLD, 12, lines=1)
        if title:
            pdf.set_text_color(*_SOFT)
            paper.centered(middle, at, (room * 0.9, 28), title, PLAIN, 10)


def _draw_proof(paper: Paper, look: _Look, code: str) -> None:
    """The code, and where to look it up, for a phone's camera and for people."""
    pdf = paper.pdf
    image = io.BytesIO()
    segno.make(f"{look.address}/{code}", error="m").save(image, kind="png", scale=5, border=1)
    pdf.image(image, WIDTH - 168, 424, 84, 84)
    pdf.set_text_color(*_SOFT)
    middle = WIDTH - 126
    at = paper.centered(middle, 510, (160, 12), code, BOLD, 8, lines=1)
    paper.centered(middle, at, (160, 12), look.address.partition("//")[2], PLAIN, 8, lines=1)
    paper.centered(62 + (WIDTH - 280) / 2, 538, (300, 14), look.day, PLAIN, 10, lines=1)
