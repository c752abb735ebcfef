"""The season's own words in other languages: how far each is, and the page to write them on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound

from app import texts
from app.accounts.permissions import Permission
from app.contest import forms, queries, rules, services
from app.contest.models import Season
from app.contest.rules import Passage, Standing
from app.contest.views.parts import organizer
from app.core import clock
from app.texts import SOURCE_LANGUAGE
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import session


@dataclass(frozen=True)
class Progress:
    """How far a season's words are in one language."""

    tag: str
    name: str
    counts: Mapping[Standing, int]


def _others() -> list[tuple[str, str]]:
    return texts.named(tag for tag in texts.spoken() if tag != SOURCE_LANGUAGE)


def _passages(season: Season) -> list[Passage]:
    published = queries.published_rule_sets(session(), season)
    draft = queries.find_draft_rules(session(), season)
    listed = [rule for each in (*published[:1], *([draft] if draft else [])) for rule in each.rules]
    shown = [season, *queries.announced_seasons(session(), now=clock.now())]
    notes = [each.note for each in published]
    others = queries.other_passages(session(), shown)
    return rules.to_translate(shown, listed, notes, queries.all_news(session()), others)


def _standing(source: str, typed: Mapping[str, str]) -> Standing:
    if source in typed:
        return Standing.TRANSLATED
    return Standing.MISSING if texts.find_said(source) is None else Standing.DRAFT


@organizer.get("/translations")
@requires(Permission.RUN_SEASON)
def translations() -> ResponseReturnValue:
    season = queries.get_current_season(session())
    sources = [source for passage in _passages(season) for source in passage.texts]
    progress = []
    for tag, name in _others():
        typed = queries.translations_into(session(), tag)
        with texts.use_language(tag):
            counts = Counter(_standing(source, typed) for source in sources)
        progress.append(Progress(tag, name, counts))
    return render_template(
        "contest/translations.html", season=season, progress=progress, standings=Standing
    )


@organizer.route("/translations/<tag>", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def translate(tag: str) -> ResponseReturnValue:
    name = dict(_others()).get(tag)
    if name is None:
        raise PageNotFound
    season = queries.get_current_season(session())
    passages = _passages(season)
    form = forms.translations_form(_lines(passages, tag), tag)
    lost = list(forms.left_over(form, list(request.form.items())))
    if form.validate_on_submit() and not lost:
        number = services.save_translations(
            session(), actor=actor(), season=season, language=tag, words=forms.changed(form)
        )
        flash(
            str(texts.ntext("One text saved.", "%(n)s texts saved.", number))
            if number
            else _("Nothing was changed."),
            "good",
        )
        return redirect(url_for("organizer.contest.translations"))
    for words in lost:
        form.form_errors.append(
            _("The English of a text was changed while you wrote: %(words)s", words=words)
        )
    return render_template(
        "contest/translate.html", tag=tag, name=name, passages=passages, form=form
    ), 422 if form.errors else 200


def _lines(passages: Sequence[Passage], tag: str) -> list[forms.TranslationLine]:
    typed = queries.translations_into(session(), tag)
    sources = [source for passage in passages for source in passage.texts]
    earlier = typed.keys() - set(sources)
    lines = []
    with texts.use_language(tag):
        for source in sources:
            draft = None if source in typed else texts.find_said(source)
            before = None
            # Guessing takes a while; whoever sends the page has seen the guesses.
            if request.method == "GET" and source not in typed and draft is None:
                before = rules.closest(source, earlier)
            was = (before, typed[before]) if before is not None else None
            lines.append(forms.TranslationLine(source, typed.get(source, ""), draft, was))
    return lines
