"""A teacher's school: its facts, who teaches there, being let in, and the agreement."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Permission
from app.accounts.rules import MAILS_ASKED_FOR, MAILS_ASKED_FOR_PER
from app.contest import queries as contest
from app.contest import rules as season_rules
from app.core import clock
from app.core.errors import NotFound, Refused
from app.schools import forms, permissions, queries, rules, services
from app.schools.models import Membership, School
from app.schools.rules import INVITATIONS_MOST, INVITATIONS_PER
from app.texts import gettext as _
from app.texts import text
from app.web.access import actor, requires
from app.web.db import platform, session

teacher = Blueprint("schools", __name__)


@teacher.route("/", methods=["GET", "POST"])
@requires(Permission.ENTER_CONTEST)
def show() -> ResponseReturnValue:
    membership = queries.find_membership(session(), actor())
    if membership is None:
        return redirect(url_for("teacher.schools.join"))
    school = membership.school
    may_edit = permissions.can_edit(actor(), school, membership)
    form = _form_of(school)
    if may_edit and form.validate_on_submit():
        services.update_school(session(), actor=actor(), school=school, values=form.school_values())
        flash(_("Saved."), "good")
        return redirect(url_for("teacher.schools.show"))
    return _teacher_page(membership, form, forms.ColleagueForm(formdata=None))


def _form_of(school: School) -> forms.SchoolForm:
    district = str(school.district_id or "")
    return forms.SchoolForm(
        school_name=school.name,
        district=district or (forms.ANOTHER if school.district_other else ""),
        district_other=school.district_other,
        city=school.city,
        web_page=school.web_page,
        grades=school.grades,
        office_email=school.office_email,
    ).offer(queries.districts(session()))


def _teacher_page(
    membership: Membership, form: forms.SchoolForm, colleague: forms.ColleagueForm
) -> ResponseReturnValue:
    school = membership.school
    season = contest.find_current_season(session())
    open_now = season is not None and season_rules.is_registration_open(season, clock.now())
    members = queries.members(session(), school)
    proofs = queries.proofs(session(), school)
    version = queries.find_agreement(session(), season.id) if season else None
    accepted = bool(version and queries.acceptances_of(session(), version, [school]))
    return render_template(
        "schools/teacher/show.html",
        school=school,
        state=rules.state_of(school),
        form=form,
        colleague=colleague,
        may_edit=permissions.can_edit(actor(), school, membership),
        membership=membership,
        members=members,
        waiting=queries.waiting_members(session(), school) if membership.lead else [],
        why_not_lead=rules.why_not_lead,
        agreement=version,
        accepted=accepted,
        asks_office=bool(
            rules.why_own(school.office_email, school.web_page, queries.school_domains(session()))
        ),
        proven=bool(proofs),
        steps=rules.next_steps(
            school,
            proven=bool(proofs),
            agreement=accepted if version else None,
            colleagues=len(members) - 1,
            entries_open=open_now,
        )
        if membership.lead
        else [],
    ), 422 if form.errors or colleague.errors else 200


@teacher.post("/teachers")
@requires(Permission.ENTER_CONTEST)
def invite() -> ResponseReturnValue:
    membership = queries.get_membership(session(), actor())
    form = forms.ColleagueForm()
    if form.validate_on_submit():
        who, per = f"school:{membership.school_id}", INVITATIONS_PER
        session().rollback()  # Counting takes a transaction of its own: refusals count as well.
        if not platform().limits.take(
            "invite-teacher", who, most=INVITATIONS_MOST, per=per, now=clock.now()
        ):
            raise Refused(text("That is a lot of invitations for one day. Go on tomorrow."))
        membership = queries.get_membership(session(), actor())
        try:
            colleague = services.invite_teacher(
                session(),
                actor=actor(),
                school=membership.school,
                email=form.email.data or "",
                name=form.name.data or "",
                now=clock.now(),
            )
        except Refused as error:
            form.email.errors = [str(error.reason)]
        else:
            flash(_("An invitation is on its way to %(email)s.", email=colleague.email), "good")
            return redirect(url_for("teacher.schools.show"))
    return _teacher_page(membership, _form_of(membership.school), form)


@teacher.post("/teachers/<int:membership_id>/let-in")
@requires(Permission.ENTER_CONTEST)
def let_in(membership_id: int) -> ResponseReturnValue:
    who = queries.get_teacher_for(session(), actor(), membership_id)
    services.let_in(session(), actor=actor(), teacher=who)
    flash(_("%(name)s is in and has been told.", name=who.user.display_name), "good")
    return redirect(url_for("teacher.schools.show"))


@teacher.post("/teachers/<int:membership_id>/turn-away")
@requires(Permission.ENTER_CONTEST)
def turn_away(membership_id: int) -> ResponseReturnValue:
    who = queries.get_teacher_for(session(), actor(), membership_id)
    name = who.user.display_name
    services.turn_away(session(), actor=actor(), teacher=who)
    flash(_("%(name)s was turned away and has been told.", name=name), "good")
    return redirect(url_for("teacher.schools.show"))


@teacher.post("/teachers/<int:membership_id>/lead")
@requires(Permission.ENTER_CONTEST)
def hand_over(membership_id: int) -> ResponseReturnValue:
    heir = queries.get_teacher_for(session(), actor(), membership_id)
    services.hand_over_lead(session(), actor=actor(), school=heir.school, heir=heir)
    flash(_("%(name)s leads the school now.", name=heir.user.display_name), "good")
    return redirect(url_for("teacher.schools.show"))


@teacher.post("/ask-office")
@requires(Permission.ENTER_CONTEST)
def ask_office() -> ResponseReturnValue:
    """Mail the school's office once more."""
    school = queries.get_membership(session(), actor()).school
    limits, now, per = platform().limits, clock.now(), MAILS_ASKED_FOR_PER
    for who in (school.office_email, f"school:{school.id}"):
        if limits.spent("ask-school", who, most=MAILS_ASKED_FOR, per=per, now=now):
            raise Refused(text("We wrote there several times this hour. Please wait a while."))
        limits.count_in(session(), "ask-school", who, per=per, now=now)
    services.ask_again(session(), actor=actor(), school=school)
    flash(_("We have written to %(address)s.", address=school.office_email), "good")
    return redirect(url_for("teacher.schools.show"))


@teacher.route("/join", methods=["GET", "POST"])
@requires(Permission.ENTER_CONTEST)
def join() -> ResponseReturnValue:
    """For a teacher without a school: choose one, or wait for its lead."""
    if queries.find_membership(session(), actor()):
        return redirect(url_for("teacher.schools.show"))
    request = queries.find_request(session(), actor())
    known = queries.schools_to_join(session())
    form = forms.JoinForm().offer(known)
    if request is None and form.validate_on_submit():
        limits, now, per = platform().limits, clock.now(), MAILS_ASKED_FOR_PER
        if limits.spent("join-school", f"{actor().id}", most=MAILS_ASKED_FOR, per=per, now=now):
            raise Refused(text("You asked several schools this hour. Please wait a while."))
        limits.count_in(session(), "join-school", f"{actor().id}", per=per, now=now)
        chosen = next(s for s in known if str(s.id) == form.school.data)
        services.join_school(session(), actor=actor(), school=chosen, now=clock.now())
        return redirect(url_for("teacher.schools.show"))
    return render_template(
        "schools/teacher/join.html", form=form, request=request, known=known
    ), 422 if form.errors else 200


@teacher.post("/join/take-back")
@requires(Permission.ENTER_CONTEST)
def take_back() -> ResponseReturnValue:
    """Choose another school after all."""
    request = queries.find_request(session(), actor())
    if request is None:
        raise NotFound
    services.turn_away(session(), actor=actor(), teacher=request)
    return redirect(url_for("teacher.schools.join"))
