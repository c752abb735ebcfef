"""Sign-in and settings for everybody with an account."""

from __future__ import annotations

import secrets

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user
from werkzeug.exceptions import NotFound as PageNotFound

from app.accounts import forms, queries, rules, services
from app.accounts.models import User
from app.accounts.permissions import ROLE_NAMES, Role
from app.core import clock
from app.core.errors import Refused
from app.core.signing import BadToken
from app.texts import gettext as _
from app.web.access import actor, find_actor, login_manager, public, signed_in
from app.web.db import INERT, platform, reading, session
from app.web.files import visitor_network

account = Blueprint("accounts", __name__)

HOMES: dict[Role, str] = {
    Role.ORGANIZER: "organizer.reports.dashboard",
    Role.SCREENER: "organizer.entries.screening",
    Role.JUDGE: "judge.judging.queue",
    Role.TEACHER: "teacher.entries.index",
}


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_user(token: str) -> User | None:
    now = clock.now()
    user = queries.find_signed_in(session(), token, now=now, demonstration=platform().demonstration)
    if user is not None and request.method not in INERT:
        services.note_seen(session(), token=token, now=now)
    return user


def home_of(user: User) -> str:
    """Where somebody lands after signing in."""
    for role, endpoint in HOMES.items():
        if role in user.roles:
            return url_for(endpoint)
    return url_for("account.accounts.settings")


def _open_sign_in(user: User) -> None:
    # A fresh cookie for a fresh sign-in: whatever was in the old one is not carried over.
    cookie.clear()
    services.start_sign_in(session(), user=user, now=clock.now())
    login_user(user)
    cookie.permanent = True


def _token_payload(purpose: str, token: str, max_age: int) -> list[object] | None:
    try:
        payload = platform().signer.read(purpose, token, max_age=max_age)
    except BadToken:
        return None
    return list(payload)


def _stale_link() -> ResponseReturnValue:
    return render_template("accounts/stale_link.html"), 410


@account.get("/")
@signed_in
def settings() -> ResponseReturnValue:
    return render_template(
        "accounts/settings.html",
        address=forms.ChangeAddressForm(),
        password=forms.ChangePasswordForm(),
        role_names=[ROLE_NAMES[role] for role in sorted(actor().roles)],
    )


@account.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    if request.method == "GET" and (person := find_actor()):
        return redirect(home_of(person))
    form = forms.SignInForm(next=request.args.get("next"))
    if form.validate_on_submit():
        email = rules.normalize_email(form.email.data or "")
        limits, now = platform().limits, clock.now()
        network, per = visitor_network(), rules.FAILED_SIGN_INS_PER
        who = f"{email}|{network}"
        if limits.spent("sign-in", who, most=rules.FAILED_SIGN_INS, per=per, now=now) or (
            limits.spent(
                "sign-ins", network, most=rules.FAILED_SIGN_INS_OF_A_NETWORK, per=per, now=now
            )
        ):
            form.password.errors = [
                _("There were many wrong tries. Please wait a quarter of an hour, then try again.")
            ]
            return _sign_in_page(form), 429
        with reading() as read_only:
            known = services.check_password(
                read_only, email=email, password=form.password.data or ""
            )
        if known is None:
            limits.count("sign-in", who, per=per, now=now)
            limits.count("sign-ins", network, per=per, now=now)
            form.password.errors = [_("That address and password do not go together.")]
            return _sign_in_page(form), 422
        if known.email_confirmed_at is None:
            if _may_mail("confirm", email):
                services.send_confirmation_again(session(), queries.get_user(session(), known.id))
            return render_template("accounts/check_mail.html", email=email, why="confirm")
        user = queries.get_user(session(), known.id)
        services.renew_hash(user=user, password=form.password.data or "")
        _open_sign_in(user)
        return redirect(rules.safe_target(form.next.data) or home_of(user))
    return _sign_in_page(form), 422 if form.errors else 200


def _may_mail(what: str, email: str) -> bool:
    """Count a mail that somebody asks us to send to `email`; False when it is one too many."""
    limits, now, per = platform().limits, clock.now(), rules.MAILS_ASKED_FOR_PER
    network = visitor_network()
    if limits.spent(what, email, most=rules.MAILS_ASKED_FOR, per=per, now=now) or limits.spent(
        what, network, most=rules.MAILS_ASKED_FOR_BY_A_NETWORK, per=per, now=now
    ):
        return False
    for who in (email, network):
        limits.count_in(session(), what, who, per=per, now=now)
    return True


def _sign_in_page(form: forms.SignInForm) -> str:
    people = queries.demonstration_people(session()) if platform().demonstration else []
    return render_template(
        "accounts/sign_in.html",
        form=form,
        people=people,
        press=forms.PressForm(formdata=None),
        role_names=ROLE_NAMES,
    )


@account.post("/sign-in/as/<int:user_id>")
@public
def sign_in_as(user_id: int) -> ResponseReturnValue:
    """One click, in a demonstration only, for people of the demonstration only."""
    if not platform().demonstration:
        raise PageNotFound
    user = queries.get_user(session(), user_id)
    if not user.demonstration or not forms.PressForm().validate_on_submit():
        raise PageNotFound
    _open_sign_in(user)
    return redirect(home_of(user))


@account.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    services.end_sign_in(session(), token=actor().get_id())
    logout_user()
    cookie.clear()
    return redirect(url_for("public.showcase.home"))


@account.route("/confirm/<token>", methods=["GET", "POST"])
@public
def confirm(token: str) -> ResponseReturnValue:
    payload = _token_payload("confirm-email", token, rules.CONFIRM_SECONDS)
    if payload is None:
        return _stale_link()
    form = forms.PressForm()
    if form.validate_on_submit():
        user_id, email = int(str(payload[0])), str(payload[1])
        user = queries.get_user(session(), user_id)
        if user.email_confirmed_at is not None:
            # The link has done its work; it must not stay a way in without a password.
            flash(_("Your address is confirmed already. Please sign in."))
            return redirect(url_for("account.accounts.sign_in"))
        services.confirm_email(session(), user_id=user_id, email=email, now=clock.now())
        _open_sign_in(user)
        flash(_("Your address is confirmed. Welcome!"), "good")
        return redirect(home_of(user))
    return render_template("accounts/confirm.html", form=form, email=payload[1])


@account.route("/forgotten", methods=["GET", "POST"])
@public
def forgotten() -> ResponseReturnValue:
    form = forms.AddressForm()
    if form.validate_on_submit():
        email = rules.normalize_email(form.email.data or "")
        if _may_mail("reset", email):
            services.request_reset(session(), email=email)
        return render_template("accounts/check_mail.html", email=email, why="reset")
    return render_template("accounts/forgotten.html", form=form), 422 if form.errors else 200


@account.route("/reset/<token>", methods=["GET", "POST"])
@public
def reset(token: str) -> ResponseReturnValue:
    payload = _token_payload("reset-password", token, rules.RESET_SECONDS)
    if payload is None:
        return _stale_link()
    form = forms.NewPasswordForm()
    if form.validate_on_submit():
        try:
            user = services.reset_password(
                session(),
                user_id=int(str(payload[0])),
                fingerprint=str(payload[1]),
                password=form.password.data or "",
                now=clock.now(),
            )
        except Refused as error:
            form.password.errors = [str(error.reason)]
        else:
            _open_sign_in(user)
            flash(_("Your new password is set, and other devices are signed out."), "good")
            return redirect(home_of(user))
    return render_template("accounts/reset.html", form=form), 422 if form.errors else 200


@account.route("/invitation/<token>", methods=["GET", "POST"])
@public
def invitation(token: str) -> ResponseReturnValue:
    payload = _token_payload("invitation", token, rules.INVITATION_SECONDS)
    if payload is None:
        return _stale_link()
    user = queries.get_user(session(), int(str(payload[0])))
    if user.password_hash is not None:
        return redirect(url_for("account.accounts.sign_in"))
    form = forms.NewPasswordForm()
    if form.validate_on_submit():
        try:
            services.accept_invitation(
                session(),
                user_id=user.id,
                email=str(payload[1]),
                password=form.password.data or "",
                now=clock.now(),
            )
        except Refused as error:
            form.password.errors = [str(error.reason)]
        else:
            _open_sign_in(user)
            flash(_("Welcome, %(name)s.", name=user.name), "good")
            return redirect(home_of(user))
    return render_template(
        "accounts/invitation.html", form=form, person=user
    ), 422 if form.errors else 200


@account.post("/address")
@signed_in
def request_address() -> ResponseReturnValue:
    form = forms.ChangeAddressForm()
    if form.validate_on_submit():
        email = rules.normalize_email(form.email.data or "")
        try:
            if _may_mail("address", email):
                services.request_address_change(
                    session(), actor=actor(), current=form.current.data or "", email=email
                )
        except Refused as error:
            form.current.errors = [str(error.reason)]
        else:
            return render_template("accounts/check_mail.html", email=email, why="address")
    return _settings_again(form, forms.ChangePasswordForm(formdata=None))


@account.route("/new-address/<token>", methods=["GET", "POST"])
@public
def new_address(token: str) -> ResponseReturnValue:
    payload = _token_payload("new-address", token, rules.CONFIRM_SECONDS)
    if payload is None:
        return _stale_link()
    form = forms.PressForm()
    if form.validate_on_submit():
        services.change_address(
            session(),
            user_id=int(str(payload[0])),
            old=str(payload[1]),
            new=str(payload[2]),
            now=clock.now(),
        )
        return render_template("accounts/address_changed.html", email=payload[2])
    return render_template("accounts/new_address.html", form=form, email=payload[2])


@account.post("/password")
@signed_in
def change_password() -> ResponseReturnValue:
    form = forms.ChangePasswordForm()
    if form.validate_on_submit():
        user = actor()
        try:
            services.change_password(
                session(),
                actor=user,
                current=form.current.data or "",
                password=form.password.data or "",
            )
        except Refused as error:
            form.password.errors = [str(error.reason)]
        else:
            _open_sign_in(user)
            flash(_("Your password is changed, and other devices are signed out."), "good")
            return redirect(url_for("account.accounts.settings"))
    return _settings_again(forms.ChangeAddressForm(formdata=None), form)


def _settings_again(
    address: forms.ChangeAddressForm, password: forms.ChangePasswordForm
) -> ResponseReturnValue:
    names = [ROLE_NAMES[role] for role in sorted(actor().roles)]
    return render_template(
        "accounts/settings.html", address=address, password=password, role_names=names
    ), 422


@account.route("/first-organizer", methods=["GET", "POST"])
@public
def first_organizer() -> ResponseReturnValue:
    """The first page of an empty installation; the terminal shows the code that opens it."""
    if queries.has_organizer(session()):
        raise PageNotFound
    form = forms.FirstOrganizerForm()
    if form.validate_on_submit():
        expected = platform().signer.digest("first-organizer", "")[:12]
        if not secrets.compare_digest((form.token.data or "").encode(), expected.encode()):
            form.token.errors = [_("That is not the start code shown in the terminal.")]
        else:
            try:
                user = services.create_first_organizer(
                    session(),
                    email=form.email.data or "",
                    name=form.name.data or "",
                    password=form.password.data or "",
                    now=clock.now(),
                )
            except Refused as error:
                form.password.errors = [str(error.reason)]
            else:
                _open_sign_in(user)
                return redirect(home_of(user))
    return render_template("accounts/first_organizer.html", form=form), 422 if form.errors else 200
