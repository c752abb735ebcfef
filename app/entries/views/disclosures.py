"""What may be a child's real disclosure: raising it, and the one person's page about it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts import queries as people
from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.core import clock
from app.core.errors import Refused
from app.entries import forms, queries, services
from app.entries.views.organizer import organizer
from app.texts import gettext as _
from app.texts import text
from app.web.access import actor, requires
from app.web.db import session


@organizer.post("/<int:entry_id>/disclosure")
@requires(Permission.SCREEN_ENTRIES)
def raise_disclosure(entry_id: int) -> ResponseReturnValue:
    entry = queries.get_entry_for(session(), actor(), entry_id)
    form = forms.DisclosureForm()
    if not form.validate_on_submit():
        raise Refused(text("That is longer than we can take. Nothing was sent."))
    services.raise_disclosure(
        session(), actor=actor(), entry=entry, words=form.words.data or "", now=clock.now()
    )
    season = contest.get_season(session(), entry.season_id)
    return redirect(url_for("organizer.entries.what_to_do", year=season.year))


@organizer.get("/disclosures/what-to-do/<int(max=9999):year>")
@requires(Permission.SCREEN_ENTRIES)
def what_to_do(year: int) -> ResponseReturnValue:
    """The season's own words about whom to call, for whoever flagged a video."""
    return render_template(
        "entries/organizer/what_to_do.html", season=contest.get_season_of_year(session(), year)
    )


@organizer.get("/disclosures")
@requires(Permission.SCREEN_ENTRIES)
def disclosures() -> ResponseReturnValue:
    """For the safeguarding lead; for everybody else there is no such page."""
    season = contest.get_current_season(session())
    found = queries.disclosures_for(session(), actor())
    raisers = people.people_by_id(session(), {disclosure.raised_by for disclosure, _e in found})
    return render_template(
        "entries/organizer/disclosures.html",
        season=season,
        found=found,
        raisers=raisers,
        form=forms.CloseDisclosureForm(formdata=None),
    )


@organizer.post("/disclosures/<int:disclosure_id>/close")
@requires(Permission.SCREEN_ENTRIES)
def close_disclosure(disclosure_id: int) -> ResponseReturnValue:
    disclosure = queries.get_disclosure_for(session(), actor(), disclosure_id)
    form = forms.CloseDisclosureForm()
    words = (form.words.data or "") if form.validate_on_submit() else ""
    services.close_disclosure(
        session(), actor=actor(), disclosure=disclosure, words=words, now=clock.now()
    )
    flash(_("Closed. The video stays held until an organizer lets it go on."), "good")
    return redirect(url_for("organizer.entries.disclosures"))
