"""Who can be seen or heard in an entry, and what their forms allow."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound

from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.core import clock
from app.core.errors import Refused
from app.entries import forms, queries, rules, services
from app.entries.models import AppearingPerson, Entry, ReleaseLink
from app.entries.views.codes import qr_code
from app.entries.views.teacher import entry_page, teacher
from app.texts import SOURCE_LANGUAGE, use_language
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import platform, session


@teacher.post("/<int:entry_id>/people")
@requires(Permission.ENTER_CONTEST)
def add_person(entry_id: int) -> ResponseReturnValue:
    entry = queries.get_entry_to_edit(session(), actor(), entry_id)
    form = forms.PersonForm()
    if form.validate_on_submit():
        person = services.add_person(
            session(), actor=actor(), entry=entry, alias=form.alias.data or "", now=clock.now()
        )
        flash(
            _(
                "%(name)s is listed. Now record the form kept at your school, or ask the family.",
                name=person.alias,
            ),
            "good",
        )
        return redirect(url_for("teacher.entries.show", entry_id=entry.id, _anchor="people"))
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
        signer=signed.signer if signed else None,
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
                signer=rules.Signer(form.signer.data),
                form_name=form.form_name.data or "",
                signed_on=form.signed_on.data,
                now=clock.now(),
            )
        except Refused as error:
            form.rungs.errors = [str(error.reason)]
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


@teacher.post("/<int:entry_id>/team")
@requires(Permission.ENTER_CONTEST)
def save_members(entry_id: int) -> ResponseReturnValue:
    entry = queries.get_entry_to_edit(session(), actor(), entry_id)
    season = contest.get_season(session(), entry.season_id)
    form = forms.MembersForm().offer(season.team_most)
    if form.validate_on_submit():
        services.save_members(
            session(), actor=actor(), entry=entry, aliases=form.named, now=clock.now()
        )
        flash(_("The team is saved."), "good")
        return redirect(url_for("teacher.entries.show", entry_id=entry.id, _anchor="team"))
    return entry_page(entry, status=422, members_form=form)


@teacher.post("/<int:entry_id>/answers")
@requires(Permission.ENTER_CONTEST)
def save_answers(entry_id: int) -> ResponseReturnValue:
    entry = queries.get_entry_to_edit(session(), actor(), entry_id)
    season = contest.get_season(session(), entry.season_id)
    form = forms.questions_form(season.questions, {})
    if form.validate_on_submit():
        services.save_answers(
            session(), actor=actor(), entry=entry, answers=form.answered, now=clock.now()
        )
        flash(_("The answers are saved."), "good")
        return redirect(url_for("teacher.entries.show", entry_id=entry.id, _anchor="questions"))
    return entry_page(entry, status=422, questions_form=form)


@teacher.post("/<int:entry_id>/people/<int:person_id>/link")
@requires(Permission.ENTER_CONTEST)
def make_link(entry_id: int, person_id: int) -> ResponseReturnValue:
    """A fresh address for the family, in the language it reads."""
    entry = queries.get_entry_to_edit(session(), actor(), entry_id)
    person = queries.get_person(entry, person_id)
    wanted = request.form.get("language", "")
    spoken = queries.release_languages(session(), drafts=platform().demonstration)
    services.make_release_link(
        session(),
        actor=actor(),
        entry=entry,
        person=person,
        language_tag=wanted if wanted in spoken else SOURCE_LANGUAGE,
        now=clock.now(),
    )
    return redirect(url_for("teacher.entries.link", entry_id=entry.id, person_id=person.id))


def _link_of(entry_id: int, person_id: int) -> tuple[Entry, AppearingPerson, ReleaseLink]:
    entry = queries.get_entry_to_edit(session(), actor(), entry_id)
    person = queries.get_person(entry, person_id)
    link = queries.release_links_of(session(), entry).get(person.id)
    if link is None or link.closed_at is not None:
        raise PageNotFound
    return entry, person, link


def _address_of(link: ReleaseLink) -> str:
    token = platform().signer.sign(rules.RELEASE_PURPOSE, link.id)
    path = url_for("public.entries.answer", token=token, lang=link.language)
    return f"{platform().public_url}{path}"


@teacher.get("/<int:entry_id>/people/<int:person_id>/link")
@requires(Permission.ENTER_CONTEST)
def link(entry_id: int, person_id: int) -> ResponseReturnValue:
    """The address to hand on, as words and as a picture for a phone."""
    entry, person, link = _link_of(entry_id, person_id)
    with use_language(link.language):
        words = tuple(map(str, rules.LINK_WORDS))
    return render_template(
        "entries/teacher/link.html",
        words=words,
        entry=entry,
        person=person,
        link=link,
        address=_address_of(link),
        season=contest.get_season(session(), entry.season_id),
    )


@teacher.get("/<int:entry_id>/people/<int:person_id>/link.svg")
@requires(Permission.ENTER_CONTEST)
def link_picture(entry_id: int, person_id: int) -> ResponseReturnValue:
    _entry, _person, link = _link_of(entry_id, person_id)
    return qr_code(_address_of(link))
