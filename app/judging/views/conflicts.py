"""What keeps a judge from a school, and the panels she sits in: her page, and the organizer's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts.models import User
from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.core import clock
from app.core.errors import Refused
from app.judging import forms, permissions, queries, rules, services
from app.judging.models import Household
from app.judging.queries import Kept
from app.judging.rules import Apart, ConflictKind
from app.judging.views.judge import judge
from app.judging.views.organizer import organizer
from app.schools import queries as schools
from app.texts import Text, ntext, text
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import session


@dataclass(frozen=True)
class Page:
    """All that is known of one judge, and the forms to add to it."""

    kept: list[tuple[Kept, str, bool]]
    """With the school's name, and whether the actor may take it back."""
    households: list[tuple[Household, str, bool, bool]]
    """With the other judge's name, and whether the actor may take it back, and confirm it."""
    form: forms.ConflictForm
    household_form: forms.HouseholdForm


def _page(about: User, removable: bool, kinds: Mapping[ConflictKind, Text]) -> Page:
    names = {school.id: school.name for school in schools.approved_schools(session())}
    kept = queries.kept_from(session(), about)
    known = {each.school_id for each in kept if each.why in (Apart.DECLARED, Apart.TEACHES)}
    others = {other.id: other.display_name for other in queries.judges(session())}
    homes = [
        (home, home.other_id if home.judge_id == about.id else home.judge_id)
        for home in queries.households_of(session(), about)
    ]
    form = forms.ConflictForm()
    form.school.choices = [
        (0, _("Choose a school")),
        *((key, name) for key, name in names.items() if key not in known),
    ]
    form.kind.choices = [(kind.value, str(words)) for kind, words in kinds.items()]
    household_form = forms.HouseholdForm()
    household_form.other.choices = [
        (0, _("Choose a judge")),
        *(
            (key, name)
            for key, name in others.items()
            if key != about.id and key not in {other for _home, other in homes}
        ),
    ]
    return Page(
        kept=[
            (
                each,
                names.get(each.school_id, ""),
                removable
                and each.conflict is not None
                and permissions.can_remove_conflict(actor(), each.conflict),
            )
            for each in kept
        ],
        households=[
            (
                home,
                others.get(other, ""),
                (removable or home.confirmed_at is None)
                and permissions.can_remove_household(actor(), home),
                home.confirmed_at is None and permissions.can_confirm_household(actor(), home),
            )
            for home, other in homes
        ],
        form=form,
        household_form=household_form,
    )


def _declare(page: Page, about: User) -> bool:
    """Whether the form about a school was sent and has been obeyed."""
    if not page.form.validate_on_submit():
        return False
    services.declare_conflict(
        session(),
        actor=actor(),
        judge=about,
        school_id=page.form.school.data,
        kind=ConflictKind(page.form.kind.data),
        now=clock.now(),
    )
    return True


def _declare_household(about: User) -> None:
    form = _page(about, False, rules.CONFLICT_NAMES).household_form
    if not form.validate():
        raise Refused(text("Please choose a judge."))
    services.declare_household(
        session(), actor=actor(), judge=about, other_id=form.other.data, now=clock.now()
    )


@judge.route("/conflicts", methods=["GET", "POST"])
@requires(Permission.JUDGE_ENTRIES)
def conflicts() -> ResponseReturnValue:
    season = contest.find_current_season(session())
    begun = rules.why_not_removable(queries.rounds(session(), season).values() if season else [])
    page = _page(actor(), begun is None, rules.CONFLICT_NAMES)
    if _declare(page, actor()):
        flash(_("Noted. You will not be given an entry of that school."), "good")
        return redirect(url_for("judge.judging.conflicts"))
    return render_template(
        "judging/judge/conflicts.html", page=page, conflict_names=rules.CONFLICT_NAMES
    ), 422 if page.form.errors else 200


@judge.post("/households")
@requires(Permission.JUDGE_ENTRIES)
def declare_household() -> ResponseReturnValue:
    _declare_household(actor())
    flash(_("Noted. It counts once the other judge has said so, too."), "good")
    return redirect(url_for("judge.judging.conflicts"))


@judge.post("/households/<int:household_id>/confirm")
@requires(Permission.JUDGE_ENTRIES)
def confirm_household(household_id: int) -> ResponseReturnValue:
    household = queries.get_household_for(session(), actor(), household_id)
    services.confirm_household(session(), actor=actor(), household=household, now=clock.now())
    flash(_("Noted. What keeps one of you from a school keeps the other, too."), "good")
    return redirect(url_for("judge.judging.conflicts"))


@judge.post("/conflicts/<int:conflict_id>/remove")
@requires(Permission.JUDGE_ENTRIES)
def remove_conflict(conflict_id: int) -> ResponseReturnValue:
    conflict = queries.get_conflict_for(session(), actor(), conflict_id)
    services.remove_conflict(session(), actor=actor(), conflict=conflict)
    flash(_("Removed."), "good")
    return redirect(url_for("judge.judging.conflicts"))


@judge.post("/households/<int:household_id>/remove")
@requires(Permission.JUDGE_ENTRIES)
def remove_household(household_id: int) -> ResponseReturnValue:
    household = queries.get_household_for(session(), actor(), household_id)
    services.remove_household(session(), actor=actor(), household=household)
    flash(_("Removed."), "good")
    return redirect(url_for("judge.judging.conflicts"))


@organizer.route("/judges/<int:judge_id>", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def conflicts_of_judge(judge_id: int) -> ResponseReturnValue:
    about = queries.get_judge_for(session(), actor(), judge_id)
    season = contest.find_current_season(session())
    page = _page(about, True, rules.CONFLICT_NAMES_OF)
    if _declare(page, about):
        flash(_("Noted. What had been assigned from that school went to others."), "good")
        return redirect(url_for("organizer.judging.conflicts_of_judge", judge_id=about.id))
    own = queries.seats(session(), season).get(about.id, set()) if season else set()
    seats = forms.SeatsForm(formdata=None, data={"panels": sorted(own)})
    seats.panels.choices = [(panel.id, panel.name) for panel in season.panels] if season else []
    return render_template(
        "judging/organizer/conflicts.html",
        judge=about,
        page=page,
        seats=seats,
        left=sum(not task.done for task in queries.queue_for(session(), about, season).tasks)
        if season
        else 0,
        conflict_names=rules.CONFLICT_NAMES_OF,
    ), 422 if page.form.errors else 200


@organizer.post("/judges/<int:judge_id>/households")
@requires(Permission.RUN_SEASON)
def declare_household_of_judge(judge_id: int) -> ResponseReturnValue:
    about = queries.get_judge_for(session(), actor(), judge_id)
    _declare_household(about)
    flash(_("Noted. What keeps one of them from a school keeps the other, too."), "good")
    return redirect(url_for("organizer.judging.conflicts_of_judge", judge_id=about.id))


@organizer.post("/households/<int:household_id>/confirm")
@requires(Permission.RUN_SEASON)
def confirm_household_of_judge(household_id: int) -> ResponseReturnValue:
    household = queries.get_household_for(session(), actor(), household_id)
    services.confirm_household(session(), actor=actor(), household=household, now=clock.now())
    flash(_("Noted. What keeps one of them from a school keeps the other, too."), "good")
    return redirect(url_for("organizer.judging.conflicts_of_judge", judge_id=household.judge_id))


@organizer.post("/judges/<int:judge_id>/relieve")
@requires(Permission.RUN_SEASON)
def relieve(judge_id: int) -> ResponseReturnValue:
    about = queries.get_judge_for(session(), actor(), judge_id)
    season = contest.get_current_season(session())
    count = services.relieve(session(), actor=actor(), season=season, judge=about, now=clock.now())
    flash(
        str(
            ntext(
                "%(n)s entry went to other judges, as far as somebody is free.",
                "%(n)s entries went to other judges, as far as somebody is free.",
                count,
            )
        ),
        "good",
    )
    return redirect(url_for("organizer.judging.overview"))


@organizer.post("/judges/<int:judge_id>/seats")
@requires(Permission.RUN_SEASON)
def seat(judge_id: int) -> ResponseReturnValue:
    about = queries.get_judge_for(session(), actor(), judge_id)
    season = contest.get_current_season(session())
    form = forms.SeatsForm()
    form.panels.choices = [(panel.id, panel.name) for panel in season.panels]
    form.validate()
    services.seat_judge(
        session(), actor=actor(), season=season, judge=about, panel_ids=form.panels.data or []
    )
    flash(_("Saved."), "good")
    return redirect(url_for("organizer.judging.conflicts_of_judge", judge_id=about.id))


@organizer.post("/conflicts/<int:conflict_id>/remove")
@requires(Permission.RUN_SEASON)
def remove_conflict_of_judge(conflict_id: int) -> ResponseReturnValue:
    conflict = queries.get_conflict_for(session(), actor(), conflict_id)
    about = conflict.judge_id
    services.remove_conflict(session(), actor=actor(), conflict=conflict)
    flash(_("Removed. What followed from it counts again."), "good")
    return redirect(url_for("organizer.judging.conflicts_of_judge", judge_id=about))


@organizer.post("/households/<int:household_id>/remove")
@requires(Permission.RUN_SEASON)
def remove_household_of_judge(household_id: int) -> ResponseReturnValue:
    household = queries.get_household_for(session(), actor(), household_id)
    about = household.judge_id
    services.remove_household(session(), actor=actor(), household=household)
    flash(_("Removed. What had gone to other judges stays with them."), "good")
    return redirect(url_for("organizer.judging.conflicts_of_judge", judge_id=about))
