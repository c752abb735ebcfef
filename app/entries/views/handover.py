"""Taking a teacher out of her school, or leaving it: the page asks who takes her entries."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Permission
from app.core import clock
from app.core.errors import NotFound, require
from app.entries import forms, queries, services
from app.schools import permissions as school_permissions
from app.schools import queries as schools
from app.schools import rules as school_rules
from app.schools.models import Membership
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import session

teacher_handover = Blueprint("handover", __name__)
organizer_handover = Blueprint("handover", __name__)


@teacher_handover.route("/teachers/<int:membership_id>/remove", methods=["GET", "POST"])
@requires(Permission.ENTER_CONTEST)
def remove(membership_id: int) -> ResponseReturnValue:
    leaver = schools.get_teacher_for(session(), actor(), membership_id)
    left = leaver.user_id == actor().id
    after = url_for("teacher.entries.index") if left else url_for("teacher.schools.show")
    return _remove(leaver, after, url_for("teacher.schools.show"), by_organizer=False)


@organizer_handover.route("/teachers/<int:membership_id>/remove", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def remove_by_organizer(membership_id: int) -> ResponseReturnValue:
    leaver = schools.get_teacher_for(session(), actor(), membership_id)
    page = url_for("organizer.schools.review", school_id=leaver.school_id)
    return _remove(leaver, page, page, by_organizer=True)


@organizer_handover.post("/<int:school_id>/relist")
@requires(Permission.RUN_SEASON)
def relist(school_id: int) -> ResponseReturnValue:
    school = schools.get_school_for(session(), actor(), school_id)
    services.relist_school(session(), actor=actor(), school=school, now=clock.now())
    flash(_("%(school)s stands on your list again.", school=school.name), "good")
    return redirect(url_for("organizer.schools.review", school_id=school.id))


def _remove(
    leaver: Membership, after: str, back: str, *, by_organizer: bool
) -> ResponseReturnValue:
    if leaver.waiting_since is not None:
        raise NotFound
    mine = schools.find_membership(session(), actor())
    require(school_permissions.can_remove(actor(), leaver, mine))
    colleagues = [m for m in schools.members(session(), leaver.school) if m.id != leaver.id]
    entries = queries.entries_of_teacher(session(), leaver)
    reason = school_rules.why_not_leaving(leaver, len(colleagues), leaver.school)
    form = forms.HandoverForm().offer(colleagues if entries else [])
    left = leaver.user_id == actor().id
    if reason is None and form.validate_on_submit():
        name = leaver.user.display_name
        heir = next((m for m in colleagues if str(m.id) == form.heir.data), None)
        services.remove_teacher(
            session(),
            actor=actor(),
            teacher=leaver,
            heir=heir,
            end_codes=bool(form.end_codes.data) and not left,
            now=clock.now(),
        )
        if left:
            flash(_("You have left the school."), "good")
        else:
            flash(_("%(name)s no longer belongs to the school.", name=name), "good")
        return redirect(after)
    return render_template(
        "entries/handover.html",
        leaver=leaver,
        left=left,
        entries=entries,
        colleagues=colleagues,
        reason=reason,
        form=form,
        back=back,
        by_organizer=by_organizer,
    ), 422 if form.errors else 200
