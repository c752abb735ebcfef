"""The brand kit: what the films of winners wear, seen while it is changed."""

from __future__ import annotations

from contextlib import ExitStack
from io import BytesIO

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission
from app.contest import forms, queries, rules, services
from app.contest.models import Season
from app.contest.views.parts import organizer
from app.core import clock
from app.core.storage import borrow
from app.texts import gettext as _
from app.video.branding import EXAMPLES, Brand
from app.video.run import EngineFailed
from app.web.access import actor, requires
from app.web.db import platform, session

BRAND = ("accent", "brand_tag", "lower_third")
SAMPLE_TITLE = "Mālama i kou inoa: Think Before You Post"


@organizer.route("/brand", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def brand() -> ResponseReturnValue:
    season = queries.get_current_season(session())
    form = forms.BrandForm(obj=season)
    if form.validate_on_submit():
        values = {field: form[field].data for field in BRAND}
        services.update_season(
            session(), actor=actor(), season=season, values=values, now=clock.now()
        )
        flash(
            _("Saved. Films that are ready keep what they have until they are made anew."), "good"
        )
        return redirect(url_for("organizer.contest.brand"))
    return render_template(
        "contest/brand.html", form=form, season=season, cards=list(EXAMPLES)
    ), 422 if form.errors else 200


@organizer.get("/brand/<card>.jpg")
@requires(Permission.RUN_SEASON)
def brand_card(card: str) -> ResponseReturnValue:
    """One card as it would look; `accent`, `tag` and `lower_third` of the address
    stand for what is saved."""
    if card not in EXAMPLES:
        raise PageNotFound
    season = queries.get_current_season(session())
    with ExitStack() as files:
        try:
            picture = EXAMPLES[card](_brand(season, files))
        except EngineFailed as failed:
            return Response(str(failed.text), status=503, mimetype="text/plain")
    written = BytesIO()
    picture.convert("RGB").save(written, "JPEG", quality=85)
    response = Response(written.getvalue(), mimetype="image/jpeg")
    response.headers["Cache-Control"] = "no-store"
    return response


def _brand(season: Season, files: ExitStack) -> Brand:
    storage = platform().storage
    accent = request.args.get("accent", season.accent)
    lower_third = request.args.get("lower_third")
    partners = [borrow(files, storage, partner.logo_key) for partner in season.partners]
    return Brand(
        contest=season.name,
        year=season.year,
        award=_("1st place"),
        title=SAMPLE_TITLE,
        team="Nā Pueo",
        school=_("Your school"),
        licence=str(rules.LICENCE_NAMES[rules.Licence(season.licence)]),
        address=f"{platform().public_url}/watch/malama",
        tag=request.args.get("tag", season.brand_tag)[:80],
        lower_third=season.lower_third if lower_third is None else lower_third == "1",
        logo=borrow(files, storage, season.logo_key),
        partner_logos=tuple(logo for logo in partners if logo),
        accent=accent if rules.is_color(accent) else season.accent,
    )
