"""What a winner's cards say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import ImageColor

from app.video.branding.canvas import GOLD


@dataclass(frozen=True)
class Brand:
    """What the cards say; what is empty is left out. `address` is printed on the end card, and as a
    QR code; `accent` is the colour of the award's ribbon; logos are pictures Pillow can open."""

    contest: str
    year: int
    award: str
    title: str
    team: str
    school: str
    licence: str
    address: str
    code: str = ""
    """What stations file the announcement under; at most twelve letters and digits."""
    contact: str = ""
    """Whom a station asks."""
    tag: str = ""
    """One more line on the end card: whom to call, what to do."""
    lower_third: bool = False
    """Whether title and makers stand at the foot of the film in its first seconds."""
    logo: Path | None = None
    partner_logos: tuple[Path, ...] = ()
    accent: str = GOLD

    @classmethod
    def from_json(cls, values: Mapping[str, Any], folder: Path) -> Brand:
        """A brand from parsed JSON; logo paths count from `folder`.

        Raises `ValueError` when a value is missing, unknown or of the wrong kind.
        """
        unknown = set(values) - set(cls.__dataclass_fields__)
        if unknown:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        words = ("contest", "award", "title", "team", "school", "licence", "address")
        missing = [name for name in ("contest", "award", "title", "year") if not values.get(name)]
        if missing:
            raise ValueError(f"missing: {', '.join(missing)}")
        code = str(values.get("code", ""))
        if not re.fullmatch(r"[A-Za-z0-9]{0,12}", code):
            raise ValueError("code: at most twelve letters and digits")
        logo = values.get("logo")
        accent = str(values.get("accent", GOLD))
        ImageColor.getrgb(accent)
        return cls(
            **{name: str(values.get(name, "")) for name in words},
            year=int(values["year"]),
            logo=folder / str(logo) if logo else None,
            partner_logos=tuple(folder / str(name) for name in values.get("partner_logos", ())),
            accent=accent,
            code=code,
            contact=str(values.get("contact", "")),
            tag=str(values.get("tag", "")),
            lower_third=bool(values.get("lower_third", False)),
        )

    @property
    def edition(self) -> str:
        """The contest with its year, which a contest's name may already hold."""
        return self.contest if str(self.year) in self.contest else f"{self.contest} {self.year}"

    @property
    def shown_address(self) -> str:
        """The address as people write it down."""
        return self.address.split("://", 1)[-1].rstrip("/")

    @property
    def makers(self) -> str:
        return " · ".join(part for part in (self.team, self.school) if part)

    @property
    def copyright(self) -> str:
        """The line written into the file, as long players show it."""
        owner = f"© {self.year} {self.makers or self.contest}"
        return f"{owner}. {self.licence}" if self.licence else owner
