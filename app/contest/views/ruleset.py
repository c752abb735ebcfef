"""The organizer's pages about the rules: a draft, what it changes, and putting it in force."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Permission
from app.contest import forms, queries, rules, services
from app.contest.models import Season
from app.contest.rules import Rule, RulePart
from app.contest.views.parts import organizer
from app.core import clock
from app.core.errors import NotFound, Refused
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import session

WORDS = ("words", "team", "screener", "fault")


@organizer.get("/rules")
@requires(Permission.RUN_SEASON)
def rule_list() -> ResponseReturnValue:
    return _list_page(queries.get_current_season(session()), forms.PublishRulesForm(formdata=None))


def _list_page(season: Season, form: forms.PublishRulesForm) -> ResponseReturnValue:
    current = queries.get_rule_set(session(), season)
    draft = queries.find_draft_rules(session(), season)
    shown = draft.rules if draft else current.rules
    return render_template(
        "contest/rule_list.html",
        season=season,
        current=current,
        draft=draft,
        parts=[
            (name, [rule for rule in shown if rule.part is part])
            for part, name in rules.RULE_PART_NAMES.items()
        ],
        changed=rules.changes(current.rules, draft.rules) if draft else [],
        opened=clock.now() >= season.submissions_open_at,
        form=form,
    ), 422 if form.errors else 200


@organizer.route("/rules/add", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def add_rule() -> ResponseReturnValue:
    return _edit(None)


@organizer.route("/rules/<code>", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def edit_rule(code: str) -> ResponseReturnValue:
    return _edit(code)


def _edit(code: str | None) -> ResponseReturnValue:
    season = queries.get_current_season(session())
    drafted = queries.find_draft_rules(session(), season) or queries.get_rule_set(session(), season)
    rule = drafted.find(code) if code is not None else None
    if code is not None and rule is None:
        raise NotFound
    numbers = dict(rule.numbers) if rule else {}
    form = forms.RuleForm(obj=rule, data=numbers).holding(numbers)
    if form.validate_on_submit():
        values = {name: getattr(form, name).data or "" for name in WORDS}
        values |= {
            "part": RulePart(form.part.data),
            "curable": bool(form.curable.data),
            "numbers": {name: form[name].data for name in numbers},
        }
        try:
            saved = services.save_rule(
                session(), actor=actor(), season=season, code=code, values=values
            )
        except Refused as error:
            form.words.errors = [str(error.reason)]
        else:
            flash(_("Saved in the draft. Nobody else sees it until you publish."), "good")
            if rule is not None:
                _warn_of_old_numbers(rule, saved)
            return redirect(url_for("organizer.contest.rule_list"))
    return render_template(
        "contest/rule.html", season=season, rule=rule, form=form
    ), 422 if form.errors else 200


def _warn_of_old_numbers(before: Rule, saved: Rule) -> None:
    for name, old in rules.old_numbers_typed(before, saved).items():
        flash(
            _(
                "The number changed, and the words may still say the old one, %(old)s. Write "
                "{%(name)s} in its place, and they follow the number.",
                old=old,
                name=name,
            ),
            "warn",
        )


@organizer.post("/rules/<code>/remove")
@requires(Permission.RUN_SEASON)
def remove_rule(code: str) -> ResponseReturnValue:
    season = queries.get_current_season(session())
    services.remove_rule(session(), actor=actor(), season=season, code=code)
    flash(
        _("Taken out of the draft. The rules in force stay as they are until you publish."), "good"
    )
    return redirect(url_for("organizer.contest.rule_list"))


@organizer.post("/rules/discard")
@requires(Permission.RUN_SEASON)
def discard_draft() -> ResponseReturnValue:
    season = queries.get_current_season(session())
    services.discard_draft(session(), actor=actor(), season=season)
    flash(_("The draft is gone. The rules in force did not change."), "good")
    return redirect(url_for("organizer.contest.rule_list"))


@organizer.post("/rules/publish")
@requires(Permission.RUN_SEASON)
def publish_rules() -> ResponseReturnValue:
    season = queries.get_current_season(session())
    form = forms.PublishRulesForm()
    if form.validate_on_submit():
        try:
            published = services.publish_rules(
                session(),
                actor=actor(),
                season=season,
                note=form.note.data or "",
                now=clock.now(),
            )
        except Refused as error:
            form.note.errors = [str(error.reason)]
        else:
            flash(_("Version %(n)s of the rules is in force.", n=published.version), "good")
            return redirect(url_for("organizer.contest.rule_list"))
    return _list_page(season, form)
