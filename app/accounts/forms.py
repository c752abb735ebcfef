"""Shapes of what people type about themselves."""

from __future__ import annotations

from wtforms import EmailField, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, Email, EqualTo, Length

from app.accounts import rules
from app.accounts.permissions import ROLE_NAMES, Role
from app.web.forms import Form, OpenForm, label, one_line

ADDRESS = [
    DataRequired(label("Please give your e-mail address.")),
    Email(label("That does not look like an e-mail address.")),
    Length(max=254),
]
NEW_PASSWORD = [
    DataRequired(label("Please choose a password.")),
    Length(max=rules.PASSWORD_MOST),
]


class SignInForm(OpenForm):
    email = EmailField(
        label("E-mail address"), ADDRESS, [one_line], render_kw={"autocomplete": "username"}
    )
    password = PasswordField(
        label("Password"),
        [DataRequired(label("Please type your password.")), Length(max=rules.PASSWORD_MOST)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class AddressForm(OpenForm):
    email = EmailField(
        label("E-mail address"), ADDRESS, [one_line], render_kw={"autocomplete": "email"}
    )


class NewPasswordForm(OpenForm):
    password = PasswordField(
        label("New password"), NEW_PASSWORD, render_kw={"autocomplete": "new-password"}
    )
    again = PasswordField(
        label("The same again"),
        [EqualTo("password", label("The two passwords are not the same."))],
        render_kw={"autocomplete": "new-password"},
    )


class PressForm(OpenForm):
    """A page with a button and nothing to fill in."""


class FirstOrganizerForm(OpenForm):
    token = StringField(
        label("Start code"),
        [DataRequired(label("Copy the start code from the terminal."))],
        [one_line],
        render_kw={"autocomplete": "off"},
    )
    name = StringField(
        label("Your name"),
        [DataRequired(label("Please give your name.")), Length(max=120)],
        [one_line],
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        label("E-mail address"), ADDRESS, [one_line], render_kw={"autocomplete": "email"}
    )
    password = PasswordField(
        label("Password"), NEW_PASSWORD, render_kw={"autocomplete": "new-password"}
    )


class ChangePasswordForm(Form):
    current = PasswordField(
        label("Current password"),
        [DataRequired(label("Please type your current password."))],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        label("New password"), NEW_PASSWORD, render_kw={"autocomplete": "new-password"}
    )


class ChangeAddressForm(Form):
    id_prefix = "address-"

    current = PasswordField(
        label("Your password"),
        [DataRequired(label("Please type your password."))],
        render_kw={"autocomplete": "current-password"},
    )
    email = EmailField(
        label("New e-mail address"), ADDRESS, [one_line], render_kw={"autocomplete": "email"}
    )


class InviteForm(Form):
    name = StringField(
        label("Name"), [DataRequired(label("Please give a name.")), Length(max=120)], [one_line]
    )
    email = EmailField(label("E-mail address"), ADDRESS, [one_line])
    role = SelectField(
        label("Role"),
        choices=[
            (r.value, label(n.message)) for r, n in ROLE_NAMES.items() if r is not Role.TEACHER
        ],
        default=Role.JUDGE.value,
    )
