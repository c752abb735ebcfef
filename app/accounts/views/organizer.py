"""People, for organizers: inviting, roles, switching off."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound

from app.accounts import forms, queries, services
from app.accounts.permissions import ROLE_NAMES, Permission, Role
from app.core import clock
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import session

organizer = Blueprint("accounts", __name__)


@organizer.get("/")
@requires(Permission.MANAGE_PEOPLE)
def index() -> ResponseReturnValue:
    return render_template(
        "accounts/people.html",
        people=queries.people(session()),
        form=forms.InviteForm(),
        role_names=ROLE_NAMES,
    )


@organizer.post("/")
@requires(Permission.MANAGE_PEOPLE)
def invite() -> ResponseReturnValue:
    form = forms.InviteForm()
    if form.validate_on_submit():
        person = services.invite(
            session(),
            actor=actor(),
            email=form.email.data or "",
            name=form.name.data or "",
            role=Role(form.role.data),
            now=clock.now(),
        )
        flash(_("An invitation is on its way to %(email)s.", email=person.email), "good")
        return redirect(url_for("organizer.accounts.index"))
    return render_template(
        "accounts/people.html",
        people=queries.people(session()),
        form=form,
        role_names=ROLE_NAMES,
    ), 422


@organizer.post("/<int:user_id>/role")
@requires(Permission.MANAGE_PEOPLE)
def set_role(user_id: int) -> ResponseReturnValue:
    role = request.form.get("role", "")
    if role not in [r.value for r in Role]:
        raise PageNotFound
    services.set_role(
        session(),
        actor=actor(),
        person=queries.get_user_for(session(), actor(), user_id),
        role=Role(role),
        granted=request.form.get("granted") == "yes",
    )
    return redirect(url_for("organizer.accounts.index"))


@organizer.post("/<int:user_id>/switch")
@requires(Permission.MANAGE_PEOPLE)
def switch(user_id: int) -> ResponseReturnValue:
    person = queries.get_user_for(session(), actor(), user_id)
    if person.switched_off_at is None:
        services.switch_off(session(), actor=actor(), person=person, now=clock.now())
        flash(_("%(name)s can no longer sign in.", name=person.name), "good")
    else:
        services.switch_on(session(), actor=actor(), person=person)
        flash(_("%(name)s can sign in again.", name=person.name), "good")
    return redirect(url_for("organizer.accounts.index"))
