"""The two kinds of form, and what their fields share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from wtforms import Field, ValidationError
from wtforms.csrf.core import CSRF, CSRFTokenField

from app.core.signing import BadToken
from app.texts import text
from app.web.db import platform

if TYPE_CHECKING:
    import wtforms
    from markupsafe import Markup

    SelectChoice = Any  # Newer than the library's type hints.

    class FlaskForm(wtforms.Form):
        """What Flask-WTF, which has no type hints, adds to a form."""

        class Meta:
            csrf: bool
            csrf_class: type[CSRF]

            def bind_field(
                self, form: Any, unbound_field: Any, options: dict[str, Any]
            ) -> Field: ...

            def render_field(self, field: Field, render_kw: dict[str, Any]) -> Markup: ...

        def validate_on_submit(self) -> bool: ...
        def hidden_tag(self, *fields: str) -> Markup: ...
else:
    from flask_wtf import FlaskForm
    from wtforms import SelectChoice

NONCE_SECONDS = 6 * 3600


class Form(FlaskForm):
    """A form on a signed-in or team page."""

    id_prefix = ""
    """Set where a page holds several forms with fields of the same name: ids must differ."""

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            if form.id_prefix:
                options = {**options, "id": f"{form.id_prefix}{options['name']}"}
            # Features write choices as pairs, which the library is about to stop taking.
            choices = unbound_field.kwargs.get("choices")
            if isinstance(choices, list):
                options = {**options, "choices": [SelectChoice(*pair) for pair in choices]}
            return super().bind_field(form, unbound_field, options)

        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Markup:
            # A page may hold several forms: their tokens must not all have the same id.
            if isinstance(field, CSRFTokenField):
                render_kw = {"id": False, **render_kw}
            return super().render_field(field, render_kw)


class SignedNonce(CSRF):
    """A signed, expiring value instead of a cookie's token: public pages set no cookie."""

    def setup_form(self, form: Any) -> Any:
        self.purpose = f"form.{type(form).__name__}"
        return super().setup_form(form)

    def generate_csrf_token(self, csrf_token_field: Field) -> str:
        return platform().signer.sign(self.purpose, "")

    def validate_csrf_token(self, form: Any, field: Field) -> None:
        try:
            platform().signer.read(self.purpose, field.data or "", max_age=NONCE_SECONDS)
        except BadToken as error:
            raise ValidationError(
                str(text("This page was open for a long time. Please send it once more."))
            ) from error


class OpenForm(Form):
    """A form anybody may send, without a cookie."""

    class Meta(Form.Meta):
        csrf = True
        csrf_class = SignedNonce

        @property
        def csrf_context(self) -> None:
            return None


def label(message: str, **values: Any) -> str:
    """A lazy `Text` for a form, whose library wants to hear `str`; translated when it is shown."""
    return cast(str, text(message, **values))


_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def strip(value: str | None) -> str:
    """Field filter for text of several lines: no blanks around, and nothing that steers a machine.
    PostgreSQL refuses NUL, and no XML may hold the others.

    A field that was not sent at all is an empty one.
    """
    return _CONTROL.sub("", value or "").strip()


def one_line(value: str | None) -> str:
    """Field filter for names and the like: as `strip`, and whatever breaks a line is a blank.

    Names stand in mails; one with line breaks in it could write a paragraph of its own there.
    """
    return " ".join(_CONTROL.sub("", " ".join((value or "").split())).split())
