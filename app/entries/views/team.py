"""The team's page: type the code, upload the video, see whether it is fine. No account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound

from app.contest import queries as contest
from app.contest.rules import for_teams, numbers_in
from app.core import clock
from app.core.errors import NotUnderstood, Refused
from app.entries import forms, queries, rules, services
from app.entries.models import Entry
from app.entries.views.captions import are_saved, captions_from_editor
from app.entries.views.cues import credits_slate
from app.entries.views.preflight import UPLOAD_LIMITS, preflight_of
from app.entries.views.teacher import POSTERS, WATCHABLE, state_json
from app.media import queries as media
from app.media import services as media_services
from app.media.models import Asset
from app.media.views import captions_response, deliver_rendition, ways_json
from app.schools import queries as schools
from app.schools import rules as school_rules
from app.texts import Text, text
from app.texts import gettext as _
from app.web import access
from app.web.bodies import json_object, whole_number
from app.web.db import platform, release, session
from app.web.files import received_file, visitor_network

team = Blueprint("entries", __name__)


@team.url_value_preprocessor
def make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let a team's form with a whole video in it be as large as a video may be. This must be said
    before anything reads the form, and looking for the form's token reads it."""
    if endpoint != "team.entries.whole_file" or not access.team_code():
        return
    entry = queries.find_entry_by_team_code(session(), access.team_code())
    if entry is not None:
        most = numbers_in(queries.get_rule_set_for(session(), entry).rules)["max_megabytes"]
        request.max_content_length = most * 1000**2 + 1024**2
    release()  # Receiving takes minutes; nobody waits for this connection meanwhile.


@team.route("/", methods=["GET", "POST"])
@access.public
def enter() -> ResponseReturnValue:
    """Type the code. Wrong codes are counted, so that nobody can try them all."""
    if request.method == "GET" and access.team_code():
        if queries.find_entry_by_team_code(session(), access.team_code()):
            return redirect(url_for("team.entries.show"))
        cookie.pop("team_code", None)
    form = forms.TeamCodeForm()
    if form.validate_on_submit():
        code = rules.read_team_code(form.code.data or "")
        session().rollback()  # Counting takes a transaction of its own.
        # Counted before the code is looked at: tries at the same moment must not slip through.
        now = clock.now()
        if reason := _why_no_more_tries(now):
            form.code.errors = [str(reason)]
            return render_template("entries/team/enter.html", form=form), 429
        if queries.find_entry_by_team_code(session(), code) is None:
            form.code.errors = [
                _("No team has this code. Look again, letter by letter, or ask your teacher.")
            ]
            return render_template("entries/team/enter.html", form=form), 422
        session().rollback()
        for limit in _code_limits():
            platform().limits.give_back(limit.what, limit.who, per=limit.per, now=now)
        cookie["team_code"] = code
        return redirect(url_for("team.entries.show"))
    return render_template("entries/team/enter.html", form=form), 422 if form.errors else 200


@dataclass(frozen=True)
class CodeLimit:
    """What wrong codes are counted by, for whom, and how many there may be in what time."""

    what: str
    who: str
    most: int
    per: timedelta
    words: Text


def _code_limits() -> list[CodeLimit]:
    return [
        CodeLimit(
            "team-code",
            visitor_network(),
            rules.WRONG_CODES,
            rules.WRONG_CODES_PER,
            text("There were many wrong codes from here. Please wait ten minutes."),
        ),
        CodeLimit(
            "team-code-anywhere",
            "",
            rules.WRONG_CODES_ANYWHERE,
            rules.WRONG_CODES_ANYWHERE_PER,
            text("Somebody is trying many wrong codes just now. Please try again in an hour."),
        ),
    ]


def _why_no_more_tries(now: datetime) -> Text | None:
    """Count a code that is being tried, and say so if it is one too many.

    What a network tries beyond its own limit does not count against everybody else.
    """
    limits = platform().limits
    for limit in _code_limits():
        if not limits.take(limit.what, limit.who, most=limit.most, per=limit.per, now=now):
            return limit.words
    return None


@team.post("/leave")
@access.team
def leave() -> ResponseReturnValue:
    """Forget the code on this device: classroom devices go from hand to hand."""
    cookie.pop("team_code", None)
    return redirect(url_for("team.entries.enter"))


def _entry() -> Entry:
    return queries.get_entry_by_team_code(session(), access.team_code())


def _asset(entry: Entry) -> Asset | None:
    return media.get_asset(session(), entry.asset_id) if entry.asset_id else None


@team.get("/video")
@access.team
def show() -> ResponseReturnValue:
    if queries.find_entry_by_team_code(session(), access.team_code()) is None:
        cookie.pop("team_code", None)
        flash(_("That code no longer works. Ask your teacher for the new one."), "warn")
        return redirect(url_for("team.entries.enter"))
    return _page(_entry())


def _page(entry: Entry, *, status: int = 200, **bound: Any) -> ResponseReturnValue:
    season = contest.get_season(session(), entry.season_id)
    asset = _asset(entry)
    window = queries.window_for(session(), entry)
    listed = queries.get_rule_set_for(session(), entry).rules
    returned = entry.decisions[-1] if entry.status == rules.EntryStatus.RETURNED else None
    half_sent = queries.find_incoming(session(), entry)
    if half_sent is not None and not media_services.can_go_on(platform().storage, half_sent):
        half_sent = None
    context = {
        "captions_form": forms.CaptionsForm(formdata=None, language=entry.captions_language),
        "video_form": forms.VideoForm(formdata=None),
        "poster_form": forms.PosterForm(formdata=None).offer(asset),
        **bound,
    }
    return render_template(
        "entries/team/show.html",
        entry=entry,
        season=season,
        asset=asset,
        standing=media.standing(session(), asset, now=clock.now()) if asset else None,
        preflight=preflight_of(entry, asset) if asset else None,
        upload_limits=UPLOAD_LIMITS,
        locked=school_rules.why_not_taking_part(entry.school)
        or rules.why_not_editable(entry, window, clock.now()),
        submissions_close_at=window.closes_at,
        limits=numbers_in(listed),
        checklist=for_teams(listed),
        returned=returned,
        broken=rules.broken(returned.reasons, listed) if returned else [],
        notes=[note for note in entry.notes if returned and note.sent_at is not None],
        credits=rules.credits_of(entry),
        disagreed=schools.why_not_agreed(session(), entry.school_id, season.id),
        arrived=media_services.percent_arrived(platform().storage, half_sent)
        if half_sent
        else None,
        **context,
    ), status


@team.post("/upload")
@access.team
def begin() -> ResponseReturnValue:
    """Open an upload (or go on with the open one) and say which parts are missing."""
    body = json_object()
    size = whole_number(body.get("size"))
    part_bytes = whole_number(body.get("part_bytes", platform().part_bytes))
    storage = platform().storage
    try:
        asset = services.begin_team_upload(
            session(),
            storage,
            entry=_entry(),
            size=size,
            fingerprint=_fingerprint(body),
            part_bytes=min(platform().part_bytes, max(part_bytes, storage.least_part_bytes)),
            replace=body.get("replace") is True,
            now=clock.now(),
        )
    except services.AnotherUnderWay as other:
        return {"error": str(other.reason), "under_way": other.percent}, 409
    return {
        "part_bytes": asset.upload.part_bytes if asset.upload else part_bytes,
        "missing": media_services.parts_missing(storage, asset),
    }


def _fingerprint(body: dict[str, Any]) -> str:
    fingerprint = body.get("fingerprint")
    if not isinstance(fingerprint, str):
        raise NotUnderstood
    return fingerprint


@team.post("/upload/parts")
@access.team
def parts() -> ResponseReturnValue:
    """Addresses for some parts; each comes with the CRC-32 of its bytes."""
    body = json_object()
    listed, wanted = body.get("parts"), []
    if not isinstance(listed, list):
        raise NotUnderstood
    for each in listed[:20]:
        if not isinstance(each, dict):
            raise NotUnderstood
        wanted.append((whole_number(each.get("number")), str(each.get("crc32", ""))))
    asset = services.get_incoming_of_file(session(), _entry(), _fingerprint(body))
    addresses = media_services.part_addresses(platform().storage, asset, wanted)
    return {
        "parts": [
            {"number": number, "ways": ways_json(address)} for number, address in addresses.items()
        ]
    }


@team.post("/upload/complete")
@access.team
def complete() -> ResponseReturnValue:
    entry = _entry()
    services.complete_team_upload(
        session(),
        platform().storage,
        entry=entry,
        fingerprint=_fingerprint(json_object()),
        now=clock.now(),
    )
    return state_json(entry)


@team.post("/file")
@access.team
def whole_file() -> ResponseReturnValue:
    """The whole file in one form, where scripts are off. It is spooled to disk, never to memory."""
    with received_file("video") as path:
        services.receive_team_file(
            session(), platform().storage, entry=_entry(), path=path, now=clock.now()
        )
    return redirect(url_for("team.entries.show"))


@team.get("/state")
@access.team
def state() -> ResponseReturnValue:
    return state_json(_entry())


@team.post("/captions")
@access.team
def captions() -> ResponseReturnValue:
    entry = _entry()
    form = forms.CaptionsForm()
    if request.headers.get("X-Autosave") == "1":
        return captions_from_editor(entry, form, None)
    if are_saved(entry, form, None):
        flash(_("The captions are saved. Play the video to see them."), "good")
        return redirect(url_for("team.entries.show"))
    return _page(entry, status=422, captions_form=form)


@team.get("/video/<role>")
@access.team
def video(role: str) -> ResponseReturnValue:
    if role not in (*WATCHABLE, *POSTERS):
        raise PageNotFound
    return deliver_rendition(_asset(_entry()), role)


@team.post("/poster")
@access.team
def poster() -> ResponseReturnValue:
    """Which picture stands for the film."""
    entry = _entry()
    asset = _asset(entry)
    form = forms.PosterForm().offer(asset)
    if asset is None or not form.validate_on_submit():
        raise Refused(text("Please choose one of the pictures."))
    services.choose_poster(session(), entry=entry, number=int(form.number.data), now=clock.now())
    flash(_("That picture stands for your video now."), "good")
    return redirect(url_for("team.entries.show"))


@team.get("/captions.vtt")
@access.team
def captions_file() -> ResponseReturnValue:
    return captions_response(_entry().captions)


@team.get("/credits.png")
@access.team
def credits_picture() -> ResponseReturnValue:
    return credits_slate(_entry())
