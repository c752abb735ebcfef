"""Assets, their uploads and their renditions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, BaseWithId
from app.media.rules import AssetState
from app.texts import Text
from app.video.recipes import PICTURE_FORMATS, PICTURE_WIDTHS, picture_role


class Asset(BaseWithId):
    """One video, from its original to everything made of it."""

    __tablename__ = "assets"

    name: Mapped[str] = mapped_column(String(40), unique=True)
    """Random; names its files, and says nothing."""
    state: Mapped[str] = mapped_column(String(12), default=AssetState.UPLOADING)
    original_key: Mapped[str] = mapped_column(String(200))
    original_bytes: Mapped[int] = mapped_column(BigInteger)
    original_sha256: Mapped[str] = mapped_column(String(64), default="")
    min_seconds: Mapped[float]
    max_seconds: Mapped[float]
    seconds: Mapped[float | None]
    facts: Mapped[dict[str, Any]]
    reasons: Mapped[list[Any]]
    """What checking found, also what is fine: code, level, message id, values, and advice."""
    found: Mapped[list[Any]]
    """Private things the file held that we took out: message ids and values."""
    created_at: Mapped[datetime]
    received_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    original_gone_at: Mapped[datetime | None]
    """When the original's file was deleted. Its digest stays."""

    renditions: Mapped[list[Rendition]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="Rendition.height.desc()"
    )
    upload: Mapped[Upload | None] = relationship(
        lazy="selectin", cascade="all, delete-orphan", uselist=False
    )

    print: Mapped[VideoPrint | None] = relationship(
        cascade="all, delete-orphan", uselist=False, passive_deletes=True
    )

    @property
    def subject(self) -> str:
        """What its jobs are found by."""
        return f"asset:{self.id}"

    def rendition(self, role: str) -> Rendition | None:
        return next((r for r in self.renditions if r.role == role), None)

    def versions(self, family: str) -> list[Rendition]:
        """The MP4s of a family ("web", "winner"), largest first."""
        return [
            r
            for r in self.renditions
            if r.role.startswith(f"{family}_") and r.content_type == "video/mp4"
        ]

    def picture_widths(self, family: str) -> list[int]:
        """The widths in pixels that a family of small pictures ("card", "player") is there in."""
        roles = {r.role for r in self.renditions}
        return [
            width
            for width in PICTURE_WIDTHS
            if all(picture_role(family, width, kind) in roles for kind in PICTURE_FORMATS)
        ]


class Rendition(BaseWithId):
    """A version made by us: clean of whatever the original held."""

    __tablename__ = "renditions"
    __public__ = True
    __table_args__ = (UniqueConstraint("asset_id", "role"),)

    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(40))
    bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int | None]
    height: Mapped[int | None]
    seconds: Mapped[float | None]
    loudness: Mapped[float | None]
    """Integrated, in LUFS; None when there is no sound to speak of."""


class VideoPrint(Base):
    """What is kept of an asset's picture to know it again: see `app.video.measuring.likeness`."""

    __tablename__ = "video_prints"

    asset_id: Mapped[int] = mapped_column(
        ForeignKey("assets.id", ondelete="CASCADE"), primary_key=True
    )
    signs: Mapped[bytes] = mapped_column(LargeBinary)


class Resemblance(BaseWithId):
    """One asset was found to be the same file, or the same picture, as one that was here before."""

    __tablename__ = "resemblances"
    __table_args__ = (UniqueConstraint("asset_id", "other_id"),)

    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"), index=True)
    same_file: Mapped[bool]
    likeness: Mapped[float]
    """0 to 1; 1 for the same file."""


class Upload(BaseWithId):
    """A file on its way, in parts."""

    __tablename__ = "uploads"

    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"), unique=True)
    store_id: Mapped[str] = mapped_column(String(300))
    part_bytes: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Tells the same file chosen again from another; made in the browser, holds no file name."""


def keep_words(words: Text) -> dict[str, Any]:
    """A `Text` as JSON, so that it can be said in any language later."""
    return {"message": words.message, "plural": words.plural, "values": words.values}


def said_again(kept: dict[str, Any]) -> Text:
    return Text(kept["message"], kept["plural"], kept["values"])
