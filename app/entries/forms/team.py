"""What a team types and hands in: its code, its video, the still that stands for it, captions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_wtf.file import FileField
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.web.forms import Form, OpenForm, label, one_line

if TYPE_CHECKING:
    from app.media.models import Asset


class TeamCodeForm(OpenForm):
    code = StringField(
        label("Team code"),
        [DataRequired(label("Type the six letters your teacher gave you.")), Length(max=20)],
        [one_line],
        render_kw={
            "autocomplete": "off",
            "autocapitalize": "none",
            "spellcheck": "false",
            "inputmode": "text",
        },
    )


class VideoForm(Form):
    """The whole file at once, for a browser without scripts."""

    video = FileField(label("Your video"))


class PosterForm(Form):
    number = RadioField(label("The picture that stands for it"), choices=[])

    def offer(self, asset: Asset | None) -> PosterForm:
        """The stills that are there; the one in use is chosen."""
        stills = [r for r in asset.renditions if r.role.startswith("poster_")] if asset else []
        self.number.choices = [
            (r.role.removeprefix("poster_"), r.role) for r in sorted(stills, key=lambda r: r.role)
        ]
        poster = asset.rendition("poster") if asset else None
        if poster is not None and self.number.data is None:
            used = next((r.role for r in stills if r.sha256 == poster.sha256), "")
            self.number.data = used.removeprefix("poster_") or None
        return self


class CaptionsForm(Form):
    file = FileField(label("Captions file (.vtt or .srt)"))
    words = TextAreaField(
        label("Or paste the captions here"), [Length(max=100_000)], render_kw={"rows": 6}
    )
    language = SelectField(
        label("Language that is spoken"),
        choices=[
            ("en", "English"),
            ("haw", "ʻŌlelo Hawaiʻi"),
            ("es", "Español"),
            ("fil", "Filipino"),
            ("ilo", "Ilokano"),
            ("ja", "日本語"),
            ("ko", "한국어"),
            ("zh", "中文"),
            ("vi", "Tiếng Việt"),
            ("sm", "Gagana Sāmoa"),
        ],
        default="en",
    )
