"""Who can be seen or heard in an entry, and what their forms allow."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Permission
from app.core import clock
from app.core.errors import Refused
from app.entries import forms, queries, rules, services
from app.entries.views.teacher import entry_page, teacher
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import session


@teacher.post("/<int:entry_id>/people")
@requires(Permission.ENTER_CONTEST)
def add_person(entry_id: int) -> ResponseReturnValue:
    entry = queries.get_entry_to_edit(session(), actor(), entry_id)
    form = forms.PersonForm()
    if form.validate_on_submit():
        person = services.add_person(
            session(), actor=actor(), entry=entry, alias=form.alias.data or "", now=clock.now()
        )
        return redirect(url_for("teacher.entries.release", entry_id=entry.id, person_id=person.id))
    return entry_page(entry, status=422, person_form=form)


@teacher.route("/<int:entry_id>/people/<int:person_id>", methods=["GET", "POST"])
@requires(Permission.ENTER_CONTEST)
def release(entry_id: int, person_id: int) -> ResponseReturnValue:
    """What one person's signed form allows, rung by rung."""
    entry = queries.get_entry_to_edit(session(), actor(), entry_id)
    person = queries.get_person(entry, person_id)
    signed = person.releases[0] if person.releases else None
    form = forms.ReleaseForm(
        rungs=sorted(person.rungs),
        form_name=signed.form_name if signed else None,
        signed_on=signed.signed_on if signed else None,
    )
    if form.validate_on_submit() and form.signed_on.data is not None:
        try:
            services.attest_release(
                session(),
                actor=actor(),
                entry=entry,
                person=person,
                rungs=form.chosen(),
                form_name=form.form_name.data or "",
                signed_on=form.signed_on.data,
                now=clock.now(),
            )
        except Refused as error:
            form.signed_on.errors = [str(error.reason)]
        else:
            flash(_("Recorded for %(name)s.", name=person.alias), "good")
            return redirect(url_for("teacher.entries.show", entry_id=entry.id, _anchor="people"))
    return render_template(
        "entries/teacher/release.html",
        entry=entry,
        person=person,
        form=form,
        rung_words=rules.RUNG_WORDS,
    ), 422 if form.errors else 200


@teacher.post("/<int:entry_id>/people/<int:person_id>/remove")
@requires(Permission.ENTER_CONTEST)
def remove_person(entry_id: int, person_id: int) -> ResponseReturnValue:
    entry = queries.get_entry_to_edit(session(), actor(), entry_id)
    person = queries.get_person(entry, person_id)
    services.remove_person(session(), actor=actor(), entry=entry, person=person, now=clock.now())
    return redirect(url_for("teacher.entries.show", entry_id=entry.id, _anchor="people"))
