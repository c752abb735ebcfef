"""What organizers tell everybody: the list of it, of all seasons, and the page to write on."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Permission
from app.contest import forms, queries, services
from app.contest.models import NewsItem
from app.contest.views.parts import organizer
from app.core import clock
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import session


@organizer.get("/news")
@requires(Permission.RUN_SEASON)
def news() -> ResponseReturnValue:
    return render_template(
        "contest/news.html",
        season=queries.get_current_season(session()),
        items=queries.all_news(session()),
    )


@organizer.route("/news/add", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def add_news() -> ResponseReturnValue:
    return _edit(None)


@organizer.route("/news/<int:item_id>", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def edit_news(item_id: int) -> ResponseReturnValue:
    return _edit(queries.get_news_item(session(), item_id))


def _edit(item: NewsItem | None) -> ResponseReturnValue:
    season, now = queries.get_current_season(session()), clock.now()
    held = {"title": item.title, "words": item.words} if item else {}
    at = forms.as_typed(item.published_at if item else now, season.zone)
    form = forms.NewsForm(data={**held, "published_at": at})
    if form.validate_on_submit():
        services.save_news(
            session(),
            actor=actor(),
            item=item or NewsItem(season_id=season.id),
            title=form.title.data or "",
            words=form.words.data or "",
            published_at=form.published_at.moment(season.zone),
            now=now,
        )
        flash(_("Saved."), "good")
        return redirect(url_for("organizer.contest.news"))
    return render_template(
        "contest/news_item.html", form=form, item=item
    ), 422 if form.errors else 200


@organizer.post("/news/<int:item_id>/remove")
@requires(Permission.RUN_SEASON)
def remove_news(item_id: int) -> ResponseReturnValue:
    item = queries.get_news_item(session(), item_id)
    services.remove_news(session(), actor=actor(), item=item)
    flash(_("Removed."), "good")
    return redirect(url_for("organizer.contest.news"))
