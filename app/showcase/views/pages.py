"""Pages for everybody: home, rules, gallery, winners, schools, and what never changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound

from app import texts
from app.accounts import queries as people
from app.awards import queries as awards
from app.awards import rules as award_rules
from app.contest import queries as contest
from app.contest import rules as season_rules
from app.contest.models import Category, Division
from app.contest.rules import LICENCE_NAMES, Phase
from app.core import clock
from app.entries import queries as entries
from app.entries import rules as entry_rules
from app.entries.models import Entry
from app.showcase import queries, rules
from app.voting import queries as voting
from app.web.access import public
from app.web.addresses import ARCHIVE
from app.web.cache import cached
from app.web.db import session
from app.web.forms import one_line

public_pages = Blueprint("showcase", __name__)


@public_pages.get("/")
@public
@cached
def home() -> ResponseReturnValue:
    season = contest.find_current_season(session())
    if season is None:
        if not people.has_organizer(session()):
            return redirect(url_for("account.accounts.first_organizer"))
        return render_template("showcase/before.html")
    now = clock.now()
    past = contest.announced_seasons(session(), now=now)
    latest = past[0] if past else None
    best = awards.public_winners(session(), latest, now=now)[:6] if latest else []
    finalists: list[Entry] = []
    if season_rules.is_vote_open(season, now):
        finalists = queries.some_of_each(entries.public_finalists(session(), season))
    coming = season_rules.next_date(season, now)
    return render_template(
        "showcase/home.html",
        season=season,
        phase=season_rules.phase_of(season, now),
        phases=Phase,
        phase_name=season_rules.PHASE_NAMES[season_rules.phase_of(season, now)],
        coming=coming,
        registration_open=season_rules.is_registration_open(season, now),
        vote_open=season_rules.is_vote_open(season, now),
        gallery_open=season_rules.is_gallery_open(season, now),
        finalists=queries.shown(session(), finalists),
        latest=latest,
        winners=best,
        award_names=award_rules.award_names,
        news=contest.public_news(session(), now=now, most=1),
    )


@public_pages.get("/rules", endpoint="rules")
@public_pages.get("/rules/<int(max=9999):year>", endpoint="rules")
@public
@cached
def contest_rules(year: int | None = None) -> ResponseReturnValue:
    """The rules of a year, or of the season that is on."""
    season = contest.get_season_asked_for(session(), year)
    versions = contest.published_rule_sets(session(), season)
    listed = versions[0].rules
    return render_template(
        "showcase/rules.html",
        tie_words=season_rules.TIE_RULE_WORDS[season_rules.TieRule(season.tie_rule)],
        season=season,
        dates=[
            (season_rules.DATE_NAMES[name], getattr(season, name))
            for name in season_rules.DATE_ORDER
        ],
        licences=LICENCE_NAMES,
        rule_set=versions[0],
        parts=[
            (name, [rule for rule in listed if rule.part is part])
            for part, name in season_rules.RULE_PART_NAMES.items()
        ],
        faults=season_rules.faults(listed),
        changed=[
            (newer, season_rules.changes(older.rules, newer.rules))
            for newer, older in pairwise(versions)
            if newer.published_at is not None and newer.published_at >= season.submissions_open_at
        ],
    )


@dataclass(frozen=True)
class Page:
    """One page of a long list, for the pager."""

    number: int
    pages: int
    url: Callable[[int], str]

    @property
    def previous_url(self) -> str | None:
        return self.url(self.number - 1) if self.number > 1 else None

    @property
    def next_url(self) -> str | None:
        return self.url(self.number + 1) if self.number < self.pages else None


@public_pages.get("/gallery")
@public
@cached
def gallery() -> ResponseReturnValue:
    now = clock.now()
    years = queries.years_on_show(session(), now=now)
    season = next(
        (s for s in years if str(s.year) == request.args.get("year")),
        contest.get_current_season(session()),
    )
    is_open = season_rules.is_gallery_open(season, now)
    is_archived = ARCHIVE in request.environ
    wish = queries.Wish(
        category=_chosen("category", season.categories),
        division=_chosen("division", season.divisions),
        school=request.args.get("school", type=int),
        language=request.args.get("language", "")[:20],
        words=one_line(request.args.get("q"))[:80],
    )
    found = queries.gallery(session(), season, wish, now=now)
    pages = max(1, -(-len(found.found) // queries.PAGE))
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    here = found.found[(number - 1) * queries.PAGE : number * queries.PAGE]
    kept = rules.without_nothing(
        {
            "year": season.year if is_archived or (years and season is not years[0]) else None,
            "category": wish.category,
            "division": wish.division,
            "school": wish.school,
            "language": wish.language,
            "q": wish.words,
        }
    )

    def url(page: int) -> str:
        return f"{url_for('public.showcase.gallery')}?{urlencode({**kept, 'page': page})}"

    return render_template(
        "showcase/gallery.html",
        season=season,
        years=years,
        is_open=is_open,
        entries=queries.shown(session(), here),
        count=len(found.found),
        schools=found.schools,
        in_category=found.in_category,
        in_division=found.in_division,
        languages=texts.named(found.languages),
        wish=wish,
        page=Page(number, pages, url),
    )


@public_pages.get("/schools/<int:school_id>")
@public
@cached
def school(school_id: int) -> ResponseReturnValue:
    """What a school made over the years."""
    only = request.environ.get(ARCHIVE)
    shown = queries.get_school_years(session(), school_id, only=only, now=clock.now())
    return render_template("showcase/school.html", shown=shown, award_names=award_rules.award_names)


def _chosen(name: str, parts: Sequence[Category] | Sequence[Division]) -> int | None:
    """The id of the part of the season that the address names; anything else means all."""
    wanted = request.args.get(name, type=int)
    return wanted if wanted in {part.id for part in parts} else None


@public_pages.get("/winners")
@public
@cached
def winners() -> ResponseReturnValue:
    past = contest.announced_seasons(session(), now=clock.now())
    if not past:
        season = contest.find_current_season(session())
        return render_template("showcase/no_winners.html", season=season)
    return _winners_page(past[0].year)


@public_pages.get("/winners/<int(max=9999):year>")
@public
@cached
def winners_of(year: int) -> ResponseReturnValue:
    return _winners_page(year)


def _winners_page(year: int) -> ResponseReturnValue:
    now = clock.now()
    season = contest.get_season_of_year(session(), year)
    if not season_rules.is_announced(season, now):
        raise PageNotFound
    return render_template(
        "showcase/winners.html",
        season=season,
        winners=awards.public_winners(session(), season, now=now),
        withdrawn=awards.withdrawn_awards(session(), season, now=now),
        seasons=contest.announced_seasons(session(), now=now),
        award_name=award_rules.award_name,
        places=award_rules.PLACES,
        is_giveable=entry_rules.is_giveable,
        has_public_count=voting.is_recountable(session(), season, now),
    )


@public_pages.get("/privacy")
@public
@cached
def privacy() -> ResponseReturnValue:
    return render_template("showcase/privacy.html", season=contest.find_current_season(session()))


@public_pages.get("/accessibility")
@public
@cached
def accessibility() -> ResponseReturnValue:
    return render_template(
        "showcase/accessibility.html", season=contest.find_current_season(session())
    )


@public_pages.get("/help")
@public
@cached
def help_page() -> ResponseReturnValue:
    return render_template("showcase/help.html", season=contest.find_current_season(session()))
