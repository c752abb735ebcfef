"""Which languages families may read their links in, and who found the words right."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound

from app import texts
from app.accounts import queries as people
from app.accounts.permissions import Permission
from app.core import clock
from app.core.errors import Refused
from app.entries import forms, queries, services
from app.texts import RELEASES, SOURCE_LANGUAGE
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import session

organizer_translations = Blueprint("translations", __name__)


@organizer_translations.get("/")
@requires(Permission.RUN_SEASON)
def index() -> ResponseReturnValue:
    translated = [tag for tag in texts.languages(RELEASES) if tag != SOURCE_LANGUAGE]
    return render_template(
        "entries/organizer/translations.html",
        languages=texts.named(translated),
        reviews=queries.translation_reviews(session()),
        reviewed=queries.reviewed_languages(session()),
    )


@organizer_translations.route("/<tag>", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def show(tag: str) -> ResponseReturnValue:
    """The words beside the English ones, and the form that signs them off."""
    name = _name_of(tag)
    form = forms.SignOffForm(digest=texts.digest_of(RELEASES, tag), reviewed_on=clock.now().date())
    if form.validate_on_submit() and form.reviewed_on.data is not None:
        try:
            services.sign_off_translation(
                session(),
                actor=actor(),
                language_tag=tag,
                digest=form.digest.data or "",
                reviewer=form.reviewer.data or "",
                reviewed_on=form.reviewed_on.data,
                now=clock.now(),
            )
        except Refused as error:
            form.form_errors.append(str(error.reason))
            form.digest.data = texts.digest_of(RELEASES, tag)
        else:
            flash(_("Families are offered %(language)s from now on.", language=name), "good")
            return redirect(url_for("organizer.translations.index"))
    review = queries.translation_reviews(session()).get(tag)
    return render_template(
        "entries/organizer/translation.html",
        tag=tag,
        name=name,
        sentences=texts.sentences(RELEASES, tag),
        review=review,
        recorder=people.get_user(session(), review.recorded_by) if review else None,
        reviewed=tag in queries.reviewed_languages(session()),
        form=form,
    ), 422 if form.errors else 200


@organizer_translations.post("/<tag>/withdraw")
@requires(Permission.RUN_SEASON)
def withdraw(tag: str) -> ResponseReturnValue:
    name = _name_of(tag)
    services.withdraw_translation(session(), actor=actor(), language_tag=tag)
    flash(_("%(language)s is not offered any more.", language=name), "good")
    return redirect(url_for("organizer.translations.index"))


def _name_of(tag: str) -> str:
    """What its speakers call a language that we have words in; any other has no page."""
    if tag == SOURCE_LANGUAGE or tag not in texts.languages(RELEASES):
        raise PageNotFound
    return dict(texts.named([tag]))[tag]
