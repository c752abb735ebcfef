"""The page a release link opens: a parent reads what each rung means and answers for herself."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound
from werkzeug.wrappers import Response

from app import texts
from app.contest import queries as contest
from app.core import clock
from app.core.errors import NotFound, Refused
from app.core.signing import BadToken
from app.entries import forms, queries, rules, services
from app.entries.models import AppearingPerson, Entry, ReleaseLink
from app.entries.rules import Rung, Signer
from app.texts import gettext as _
from app.web.access import public
from app.web.db import platform, session

public_pages = Blueprint("entries", __name__)

Found = tuple[ReleaseLink, AppearingPerson, Entry]


def _find(token: str) -> Found:
    """What the address is about; one that was altered, or is years old, is no page."""
    try:
        link_id = platform().signer.read(
            rules.RELEASE_PURPOSE, token, max_age=rules.LINK_LIVES_DAYS * 86400
        )
        return queries.get_release_link(session(), link_id)
    except (BadToken, NotFound) as error:
        raise PageNotFound from error


def _language(link: ReleaseLink) -> str:
    """What the visitor chose, else what her browser asks for, else what the teacher thought."""
    spoken = _spoken()
    wanted = request.args.get("lang", "")
    if wanted in spoken:
        return wanted
    expected = link.language if link.language in spoken else texts.SOURCE_LANGUAGE
    return request.accept_languages.best_match(spoken) or expected


def _spoken() -> list[str]:
    return queries.release_languages(session(), drafts=platform().demonstration)


@public_pages.route("/release/<token>", methods=["GET", "POST"])
@public
def answer(token: str) -> ResponseReturnValue:
    """Reading changes nothing; only the button does, once."""
    found = link, person, entry = _find(token)
    tag = _language(link)
    with texts.use_language(tag):
        read = rules.words_read()
        form = forms.AnswerForm(signed_on=clock.now().date(), read=read)
        if request.method == "POST" and form.read.data != read:
            # The language was taken back meanwhile, or its words have changed.
            form.form_errors.append(
                _("These words have changed since you opened the page. Please read them again.")
            )
            form.read.data = read
        elif form.validate_on_submit() and form.signed_on.data is not None:
            try:
                services.answer_release_link(
                    session(),
                    link=link,
                    person=person,
                    entry=entry,
                    answers=form.answers,
                    signer=Signer(form.signer.data),
                    signer_name=form.signer_name.data or "",
                    signed_on=form.signed_on.data,
                    copy_to=form.copy_to.data or "",
                    now=clock.now(),
                )
            except Refused as error:
                form.form_errors.append(str(error.reason))
            else:
                return redirect(url_for("public.entries.answer", token=token, lang=tag))
        return _page(found, token, tag, form)


def _page(found: Found, token: str, tag: str, form: forms.AnswerForm) -> Response:
    link, person, entry = found
    season = contest.get_season(session(), entry.season_id)
    with texts.use_language(texts.SOURCE_LANGUAGE):
        english = {rung: tuple(map(str, words)) for rung, words in rules.RUNG_WORDS.items()}
    page = render_template(
        "entries/release/answer.html",
        token=token,
        entry=entry,
        person=person,
        link=link,
        season=season,
        form=form,
        tag=tag,
        rung_words=rules.RUNG_WORDS,
        english=english if tag not in queries.reviewed_languages(session()) else {},
        closed=rules.why_not_answerable(link, clock.now()),
        spoken=texts.named(_spoken()),
        alternates=[],  # It speaks what families may sign in, and offers that itself.
        take_back=forms.TakeBackForm(formdata=None),
    )
    response = make_response(page, 422 if form.errors else 200)
    # The address is the key: it goes into no cache and to no other site.
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Content-Language"] = tag
    return response


@public_pages.post("/release/<token>/take-back/<rung>")
@public
def take_back(token: str, rung: str) -> ResponseReturnValue:
    """A yes becomes a no, at once. There is no way back here: that takes a new link."""
    link, person, entry = _find(token)
    if rung not in set(Rung):
        raise PageNotFound
    tag = _language(link)
    with texts.use_language(tag):
        if forms.TakeBackForm().validate_on_submit():
            services.take_release_back(
                session(),
                link=link,
                person=person,
                entry=entry,
                rung=Rung(rung),
                now=clock.now(),
            )
        return redirect(url_for("public.entries.answer", token=token, lang=tag))
