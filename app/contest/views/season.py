"""The organizer's pages about the season, and the logos everybody sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound

from app.accounts import queries as people
from app.accounts.permissions import Permission
from app.contest import forms, queries, rules, services
from app.contest.models import (
    Category,
    Criterion,
    Division,
    Panel,
    Partner,
    Prize,
    Question,
    Season,
    Signatory,
)
from app.contest.queries import AnyPart
from app.core import clock
from app.core.errors import Refused
from app.texts import Text, text
from app.texts import gettext as _
from app.web.access import actor, public, requires
from app.web.db import platform, session
from app.web.files import deliver
from app.web.forms import Form

organizer = Blueprint("contest", __name__)
public_pages = Blueprint("contest", __name__)

LEVELS = ("level_1", "level_2", "level_3", "level_4", "level_5")
NO_COLUMNS = frozenset({"csrf_token", "logo", "signature", *LEVELS})
SETTINGS = (
    "name",
    "tagline",
    "about",
    "place",
    "contact_email",
    "privacy_contact",
    "safeguarding_lead_id",
    "escalation",
    "reviews_least",
    "finalists_most",
    "tie_rule",
    "picks_most",
    "watch_first",
    "mail_weight",
    "class_weight",
    "event_weight",
    "school_cap",
    "grace_minutes",
    "licence",
)


@dataclass(frozen=True)
class Section:
    """One list an organizer edits: what it is made of and how a row reads."""

    title: Text
    lead: Text
    kind: type[AnyPart]
    form: type[Form]
    parts: str


SECTIONS: dict[str, Section] = {
    "categories": Section(
        text("Categories"),
        text("The themes entries compete in. Each has its own finalists and placements."),
        Category,
        forms.CategoryForm,
        "categories",
    ),
    "divisions": Section(
        text("Divisions"),
        text("Age groups. They show beside an entry and help judges to be fair."),
        Division,
        forms.DivisionForm,
        "divisions",
    ),
    "panels": Section(
        text("Panels"),
        text(
            "Judges who know one thing well score the criteria about it. Without panels every "
            "judge scores the whole rubric."
        ),
        Panel,
        forms.PanelForm,
        "panels",
    ),
    "rubric": Section(
        text("Rubric"),
        text("What judges score from 1 to 5, in words for each step. Weights add up to 100 %."),
        Criterion,
        forms.CriterionForm,
        "criteria",
    ),
    "prizes": Section(
        text("Prizes"),
        text("What the school gets for a place in a category."),
        Prize,
        forms.PrizeForm,
        "prizes",
    ),
    "questions": Section(
        text("Questions"),
        text("What else this season asks about an entry, and who reads the answers."),
        Question,
        forms.QuestionForm,
        "questions",
    ),
    "partners": Section(
        text("Partners"),
        text("Who carries the contest with you. Logos show on the home page and on end cards."),
        Partner,
        forms.PartnerForm,
        "partners",
    ),
    "signatories": Section(
        text("Signatories"),
        text("Who signs the certificates. Without a picture there is a line to sign on."),
        Signatory,
        forms.SignatoryForm,
        "signatories",
    ),
}


@organizer.get("/")
@requires(Permission.RUN_SEASON)
def show() -> ResponseReturnValue:
    season = queries.find_current_season(session())
    if season is None:
        return redirect(url_for("organizer.contest.create"))
    return render_template(
        "contest/season.html",
        season=season,
        phase=rules.PHASE_NAMES[rules.phase_of(season, clock.now())],
        dates=[(name, rules.DATE_NAMES[name], getattr(season, name)) for name in rules.DATE_ORDER],
        sections=SECTIONS,
        rubric_problem=rules.why_not_rubric(season.criteria),
        logo=forms.LogoForm(),
    )


@organizer.route("/new", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def create() -> ResponseReturnValue:
    current = queries.find_current_season(session())
    now = clock.now()
    form = forms.NewSeasonForm(
        name=current.name if current else None,
        zone=current.zone if current else "Pacific/Honolulu",
        year=current.year + 1 if current else now.year + 1,
    )
    if form.validate_on_submit():
        try:
            season = services.create_season(
                session(),
                actor=actor(),
                year=form.year.data or 0,
                name=form.name.data or "",
                zone=form.zone.data,
                now=now,
            )
        except Refused as error:
            form.year.errors = [str(error.reason)]
        else:
            flash(
                _("Season %(year)s is set up. Look through its dates first.", year=season.year),
                "good",
            )
            return redirect(url_for("organizer.contest.dates"))
    return render_template("contest/new_season.html", form=form), 422 if form.errors else 200


@organizer.route("/settings", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def settings() -> ResponseReturnValue:
    season = queries.get_current_season(session())
    form = forms.SeasonForm(obj=season).offer(
        people.people_who_may(session(), Permission.SCREEN_ENTRIES)
    )
    if form.validate_on_submit():
        values = {field: getattr(form, field).data for field in SETTINGS}
        if reason := rules.why_not_vote_rules(season, values, clock.now()):
            form.picks_most.errors = [str(reason)]
        else:
            services.update_season(
                session(), actor=actor(), season=season, values=values, now=clock.now()
            )
            flash(_("Saved."), "good")
            return redirect(url_for("organizer.contest.show"))
    return render_template(
        "contest/settings.html",
        form=form,
        season=season,
        vote_opened=clock.now() >= season.vote_opens_at,
    ), 422 if form.errors else 200


@organizer.route("/dates", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def dates() -> ResponseReturnValue:
    season = queries.get_current_season(session())
    was, now = services.dates_of(season), clock.now()
    form = forms.DatesForm(data={name: forms.as_typed(at, season.zone) for name, at in was.items()})
    if form.validate_on_submit():
        moments = form.moments(season.zone, was)
        wrong = rules.why_not_dates(moments, was, now)
        if not wrong:
            services.change_dates(
                session(),
                actor=actor(),
                season=season,
                dates=moments,
                reason=form.reason.data or "",
                now=now,
            )
            flash(_("The dates are saved."), "good")
            _warn_of_overlap(season)
            return redirect(url_for("organizer.contest.show"))
        for name, reason in wrong.items():
            form[name].errors = [str(reason)]
    return render_template(
        "contest/dates.html", form=form, season=season, warning=rules.why_vote_waits(season)
    ), 422 if form.errors else 200


@organizer.post("/dates/<name>/now")
@requires(Permission.RUN_SEASON)
def begin_now(name: str) -> ResponseReturnValue:
    """Move one date to this minute: "open the vote now"."""
    if name not in rules.DATE_ORDER:
        raise PageNotFound
    season = queries.get_current_season(session())
    services.begin_now(session(), actor=actor(), season=season, name=name, now=clock.now())
    flash(
        _(
            "Done: %(what)s now. Other dates moved only where they had to.",
            what=rules.DATE_NAMES[name],
        ),
        "good",
    )
    _warn_of_overlap(season)
    return redirect(url_for("organizer.contest.show"))


def _warn_of_overlap(season: Season) -> None:
    if warning := rules.why_vote_waits(season):
        flash(str(warning), "warn")


@organizer.post("/logo")
@requires(Permission.RUN_SEASON)
def logo() -> ResponseReturnValue:
    season = queries.get_current_season(session())
    uploaded = request.files.get("logo")
    if uploaded is None or not uploaded.filename:
        raise Refused(text("Choose a picture first."))
    key = services.store_logo(
        platform().storage, platform().work_dir, uploaded.stream.read(services.LOGO_BYTES + 1)
    )
    services.update_season(
        session(), actor=actor(), season=season, values={"logo_key": key}, now=clock.now()
    )
    flash(_("The logo is changed."), "good")
    return redirect(url_for("organizer.contest.show"))


def _section(name: str) -> Section:
    if name not in SECTIONS:
        raise PageNotFound
    return SECTIONS[name]


def _values_of(form: Form, part: Any) -> dict[str, Any]:
    """The form's fields as the part's columns."""
    values = {f.name: f.data for f in form if f.name not in NO_COLUMNS}
    if isinstance(part, Criterion):
        values["levels"] = [form[level].data for level in LEVELS]
    if isinstance(part, Question):
        lines = [line.strip() for line in values["choices"].splitlines()]
        values["choices"] = [line for line in lines if line]
    for picture in ("logo", "signature"):
        uploaded = request.files.get(picture)
        if picture in form and uploaded is not None and uploaded.filename:
            data = uploaded.stream.read(services.LOGO_BYTES + 1)
            key = services.store_logo(platform().storage, platform().work_dir, data)
            values[f"{picture}_key"] = key
    return values


def _form_for(season: Season, section: Section, part: Any | None) -> Form:
    position = len(getattr(season, section.parts))
    form = section.form(data=_data_of(part, position))
    if isinstance(form, forms.CriterionForm):
        form.panel_id.choices = [
            ("", _("Every judge")),
            *((panel.id, panel.name) for panel in season.panels),
        ]
    return form


def _data_of(part: Any | None, position: int) -> dict[str, Any]:
    if part is None:
        return {"position": position, "place": position + 1}
    data = {c.key: getattr(part, c.key) for c in part.__table__.columns}
    if isinstance(part, Criterion):
        data |= dict(zip(LEVELS, part.levels, strict=True))
    if isinstance(part, Question):
        data["choices"] = "\n".join(part.choices)
    return data


@organizer.get("/<name>")
@requires(Permission.RUN_SEASON)
def section(name: str) -> ResponseReturnValue:
    season: Season = queries.get_current_season(session())
    found = _section(name)
    return render_template(
        "contest/section.html",
        name=name,
        section=found,
        parts=getattr(season, found.parts),
        season=season,
        kind_names=rules.PARTNER_KIND_NAMES,
        audience_names=rules.QUESTION_AUDIENCE_NAMES,
        problem=rules.why_not_rubric(season.criteria) if name == "rubric" else None,
        stands=rules.why_not_reweighed(season, clock.now()) if name == "rubric" else None,
    )


@organizer.route("/<name>/add", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def add(name: str) -> ResponseReturnValue:
    return _edit(name, None)


@organizer.route("/<name>/<int:part_id>", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def edit(name: str, part_id: int) -> ResponseReturnValue:
    return _edit(name, part_id)


def _edit(name: str, part_id: int | None) -> ResponseReturnValue:
    season = queries.get_current_season(session())
    found = _section(name)
    part = queries.get_part(session(), found.kind, season, part_id) if part_id else None
    form = _form_for(season, found, part)
    if form.validate_on_submit():
        target = part or found.kind(season_id=season.id)
        if isinstance(target, Category) and part is None:
            target.slug = ""
        try:
            values = _values_of(form, target)
            services.save_part(
                session(),
                actor=actor(),
                season=season,
                part=target,
                values=values,
                now=clock.now(),
            )
        except Refused as error:
            session().rollback()
            flash(str(error.reason), "bad")
            return render_template(
                "contest/part.html", name=name, section=found, form=form, part=part
            ), 422
        flash(_("Saved."), "good")
        return redirect(url_for("organizer.contest.section", name=name))
    return render_template(
        "contest/part.html", name=name, section=found, form=form, part=part
    ), 422 if form.errors else 200


@organizer.get("/signatories/<int:part_id>/signature.png")
@requires(Permission.RUN_SEASON)
def signature(part_id: int) -> ResponseReturnValue:
    season = queries.get_current_season(session())
    part = queries.get_part(session(), Signatory, season, part_id)
    return deliver(part.signature_key, content_type="image/png")


@organizer.post("/<name>/<int:part_id>/remove")
@requires(Permission.RUN_SEASON)
def remove(name: str, part_id: int) -> ResponseReturnValue:
    season = queries.get_current_season(session())
    part = queries.get_part(session(), _section(name).kind, season, part_id)
    services.remove_part(session(), actor=actor(), season=season, part=part, now=clock.now())
    flash(_("Removed."), "good")
    return redirect(url_for("organizer.contest.section", name=name))


@public_pages.get("/logos/<name>")
@public
def show_logo(name: str) -> ResponseReturnValue:
    key = f"logos/{name}"
    if not queries.is_logo(session(), key):
        raise PageNotFound
    return deliver(key, content_type="image/png", public=True)
