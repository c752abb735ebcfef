"""The organizer's list of schools, and one school: is it really it, who teaches there."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form as WTForm

from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.contest import services as contest_services
from app.core import clock
from app.core.errors import Refused
from app.schools import forms, queries, rules, services
from app.schools.models import School
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import session
from app.web.sheets import csv_response

organizer = Blueprint("schools", __name__)


@dataclass(frozen=True)
class Group:
    """Schools under one heading."""

    title: str
    schools: list[School]


def _groups(schools: list[School]) -> list[Group]:
    """What waits first, then district by district, the rest last."""
    waiting = [s for s in schools if rules.is_waiting(s)]
    listed = [s for s in schools if s.listed_at is not None]
    down = [s for s in schools if s.turned_down_at is not None]
    by_district: dict[str, list[School]] = {}
    for school in schools:
        if school.approved_at is not None:
            by_district.setdefault(school.district_name, []).append(school)
    groups = [Group(_("Waiting for your approval"), waiting)]
    groups += [Group(name, by_district[name]) for name in sorted(by_district) if name]
    alone = _("No district") if len(by_district) > 1 else _("Approved")
    groups += [
        Group(alone, by_district.get("", [])),
        Group(_("On your list, not registered yet"), listed),
        Group(_("Turned down"), down),
    ]
    return [group for group in groups if group.schools]


@organizer.get("/")
@requires(Permission.RUN_SEASON)
def index() -> ResponseReturnValue:
    season = contest.find_current_season(session())
    schools = queries.schools_for(session(), actor())
    version = queries.find_agreement(session(), season.id) if season else None
    return render_template(
        "schools/organizer/index.html",
        groups=_groups(schools),
        members=queries.members_of_schools(session()),
        state_of=rules.state_of,
        agreement=version,
        accepted=queries.acceptances_of(session(), version, schools) if version else {},
    )


@organizer.get("/schools.csv")
@requires(Permission.RUN_SEASON)
def sheet() -> ResponseReturnValue:
    """All schools as a table with the headings an import reads."""
    rows = [
        [
            school.name,
            school.city,
            school.web_page,
            school.grades,
            school.district_name,
            str(rules.state_of(school)[1]),
        ]
        for school in queries.schools_for(session(), actor())
    ]
    headings = ["Name", "City", "Web page", "Grades", "District", "State"]
    return csv_response("schools.csv", [headings, *rows])


@organizer.get("/<int:school_id>")
@requires(Permission.RUN_SEASON)
def review(school_id: int) -> ResponseReturnValue:
    return _review_page(queries.get_school_for(session(), actor(), school_id))


def _review_page(school: School, **bound: WTForm) -> ResponseReturnValue:
    """One school; `bound` are forms that did not validate, with what was typed."""
    season = contest.find_current_season(session())
    zone = season.zone if season else "UTC"
    proofs, checks = queries.proofs(session(), school), queries.checks(session(), school)
    domains = queries.school_domains(session())
    members = queries.members(session(), school)
    candidates = [m.user.email for m in members if m.lead] + [school.office_email]
    at = clock.now().astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    all_forms = {
        "turn_down": forms.TurnDownForm(formdata=None),
        "call": forms.CallForm(formdata=None, at=at),
        "colleague": forms.ColleagueForm(formdata=None),
        **bound,
    }
    return render_template(
        "schools/organizer/show.html",
        school=school,
        zone=zone,
        state=rules.state_of(school),
        waiting=rules.is_waiting(school),
        why_not_approve=rules.why_not_approvable(proofs, checks),
        proofs=proofs,
        calls=[check for check in checks if check.kind == rules.CheckKind.CALL],
        asked=[a for a in candidates if a and rules.why_own(a, school.web_page, domains)],
        members=members,
        asking=queries.waiting_members(session(), school),
        why_not_lead=rules.why_not_lead,
        agreement=queries.find_agreement(session(), season.id) if season else None,
        acceptances=queries.acceptances(session(), school, season) if season else [],
        extended_to=queries.extended_to(session(), season.id, school.id) if season else None,
        **all_forms,
    ), 422 if any(form.errors for form in bound.values()) else 200


@organizer.post("/<int:school_id>/approve")
@requires(Permission.RUN_SEASON)
def approve(school_id: int) -> ResponseReturnValue:
    school = queries.get_school_for(session(), actor(), school_id)
    services.approve_school(session(), actor=actor(), school=school, now=clock.now())
    flash(_("%(school)s is approved; its teacher has been told.", school=school.name), "good")
    return redirect(url_for("organizer.schools.index"))


@organizer.post("/<int:school_id>/turn-down")
@requires(Permission.RUN_SEASON)
def turn_down(school_id: int) -> ResponseReturnValue:
    school = queries.get_school_for(session(), actor(), school_id)
    form = forms.TurnDownForm()
    if form.validate_on_submit():
        services.turn_down_school(
            session(),
            actor=actor(),
            school=school,
            reason=form.reason.data or "",
            now=clock.now(),
        )
        flash(_("%(school)s has been told.", school=school.name), "good")
        return redirect(url_for("organizer.schools.index"))
    return _review_page(school, turn_down=form)


@organizer.post("/<int:school_id>/call")
@requires(Permission.RUN_SEASON)
def record_call(school_id: int) -> ResponseReturnValue:
    school = queries.get_school_for(session(), actor(), school_id)
    season = contest.find_current_season(session())
    form = forms.CallForm()
    if form.validate_on_submit():
        try:
            services.record_call(
                session(),
                actor=actor(),
                school=school,
                called=form.called.data or "",
                source=form.source.data or "",
                at=form.moment(season.zone if season else "UTC"),
                now=clock.now(),
            )
        except Refused as error:
            form.at.errors = [str(error.reason)]
        else:
            flash(_("The call is written down."), "good")
            return redirect(url_for("organizer.schools.review", school_id=school.id))
    return _review_page(school, call=form)


@organizer.post("/<int:school_id>/teachers")
@requires(Permission.RUN_SEASON)
def invite(school_id: int) -> ResponseReturnValue:
    school = queries.get_school_for(session(), actor(), school_id)
    form = forms.ColleagueForm()
    if form.validate_on_submit():
        try:
            services.invite_teacher(
                session(),
                actor=actor(),
                school=school,
                email=form.email.data or "",
                name=form.name.data or "",
                now=clock.now(),
            )
        except Refused as error:
            form.email.errors = [str(error.reason)]
        else:
            flash(_("An invitation is on its way to %(email)s.", email=form.email.data), "good")
            return redirect(url_for("organizer.schools.review", school_id=school.id))
    return _review_page(school, colleague=form)


@organizer.post("/teachers/<int:membership_id>/let-in")
@requires(Permission.RUN_SEASON)
def let_in(membership_id: int) -> ResponseReturnValue:
    who = queries.get_teacher_for(session(), actor(), membership_id)
    services.let_in(session(), actor=actor(), teacher=who)
    flash(_("%(name)s is in and has been told.", name=who.user.display_name), "good")
    return redirect(url_for("organizer.schools.review", school_id=who.school_id))


@organizer.post("/teachers/<int:membership_id>/turn-away")
@requires(Permission.RUN_SEASON)
def turn_away(membership_id: int) -> ResponseReturnValue:
    who = queries.get_teacher_for(session(), actor(), membership_id)
    name, school_id = who.user.display_name, who.school_id
    services.turn_away(session(), actor=actor(), teacher=who)
    flash(_("%(name)s was turned away and has been told.", name=name), "good")
    return redirect(url_for("organizer.schools.review", school_id=school_id))


@organizer.post("/teachers/<int:membership_id>/lead")
@requires(Permission.RUN_SEASON)
def appoint(membership_id: int) -> ResponseReturnValue:
    heir = queries.get_teacher_for(session(), actor(), membership_id)
    services.hand_over_lead(session(), actor=actor(), school=heir.school, heir=heir)
    flash(_("%(name)s leads the school now.", name=heir.user.display_name), "good")
    return redirect(url_for("organizer.schools.review", school_id=heir.school_id))


@organizer.route("/domains", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def domains() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    form = forms.DomainsForm(domains="\n".join(season.school_domains))
    if form.validate_on_submit():
        contest_services.update_season(
            session(),
            actor=actor(),
            season=season,
            values={"school_domains": form.values()},
            now=clock.now(),
        )
        flash(_("Saved."), "good")
        return redirect(url_for("organizer.schools.domains"))
    return render_template(
        "schools/organizer/domains.html", form=form, season=season
    ), 422 if form.errors else 200


@organizer.route("/<int:school_id>/deadline", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def deadline(school_id: int) -> ResponseReturnValue:
    """More time for this school alone."""
    school = queries.get_school_for(session(), actor(), school_id)
    season = contest.get_current_season(session())
    form = forms.DeadlineForm()
    if form.validate_on_submit():
        try:
            services.extend_deadline(
                session(),
                actor=actor(),
                season=season,
                school=school,
                until=form.until.moment(season.zone),
                reason=form.reason.data or "",
                now=clock.now(),
            )
        except Refused as error:
            form.until.errors = [str(error.reason)]
        else:
            flash(_("%(school)s has more time, and its teachers know.", school=school.name), "good")
            return redirect(url_for("organizer.schools.review", school_id=school.id))
    return render_template(
        "schools/organizer/deadline.html",
        school=school,
        season=season,
        form=form,
        extensions=queries.extensions(session(), season.id, school.id),
    ), 422 if form.errors else 200
