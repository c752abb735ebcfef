"""The lists a season is made of: categories, divisions, panels, criteria and what else there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound

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
from app.web.access import actor, requires
from app.web.db import platform, session
from app.web.files import deliver
from app.web.forms import Form

organizer = Blueprint("contest", __name__)

LEVELS = ("level_1", "level_2", "level_3", "level_4", "level_5")
NO_COLUMNS = frozenset({"csrf_token", "logo", "signature", *LEVELS})


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
