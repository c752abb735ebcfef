"""Shapes of what people type about themselves."""

from __future__ import annotations

from wtforms import EmailField, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import Email, EqualTo, InputRequired, Length

from app.accounts import rules
from app.accounts.permissions import ROLE_NAMES, Role
from app.web.forms import Form, OpenForm, label, strip

ADDRESS = [
    InputRequired(label("Please give your e-mail address.")),
    Email(label("That does not look like an e-mail address.")),
    Length(max=254),
]
NEW_PASSWORD = [
    InputRequired(label("Please choose a password.")),
    Length(max=rules.PASSWORD_MOST),
]


class SignInForm(OpenForm):
    email = EmailField(
        label("E-mail address"), ADDRESS, [strip], render_kw={"autocomplete": "username"}
    )
    password = PasswordField(
        label("Password"),
        [InputRequired(label("Please type your password.")), Length(max=rules.PASSWORD_MOST)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class AddressForm(OpenForm):
    email = EmailField(
        label("E-mail address"), ADDRESS, [strip], render_kw={"autocomplete": "email"}
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
        [InputRequired(label("Copy the start code from the terminal."))],
        [strip],
        render_kw={"autocomplete": "off"},
    )
    name = StringField(
        label("Your name"),
        [InputRequired(label("Please give your name.")), Length(max=120)],
        [strip],
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        label("E-mail address"), ADDRESS, [strip], render_kw={"autocomplete": "email"}
    )
    password = PasswordField(
        label("Password"), NEW_PASSWORD, render_kw={"autocomplete": "new-password"}
    )


class ChangePasswordForm(Form):
    current = PasswordField(
        label("Current password"),
        [InputRequired(label("Please type your current password."))],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        label("New password"), NEW_PASSWORD, render_kw={"autocomplete": "new-password"}
    )


class ChangeAddressForm(Form):
    email = EmailField(
        label("New e-mail address"), ADDRESS, [strip], render_kw={"autocomplete": "email"}
    )


class InviteForm(Form):
    name = StringField(
        label("Name"), [InputRequired(label("Please give a name.")), Length(max=120)], [strip]
    )
    email = EmailField(label("E-mail address"), ADDRESS, [strip])
    role = SelectField(
        label("Role"),
        choices=[
            (r.value, label(n.message)) for r, n in ROLE_NAMES.items() if r is not Role.TEACHER
        ],
        default=Role.JUDGE.value,
    )
