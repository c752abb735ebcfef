"""Everything about the judging to take away: tables for spreadsheets, and one archive."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response
from flask.typing import ResponseReturnValue
from zipstream import ZIP_DEFLATED, ZipStream

from app.accounts import queries as people
from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.contest.models import Season
from app.core import audit, clock
from app.entries import queries as entries
from app.judging import queries, rules
from app.judging.rules import RoundKind
from app.judging.views.organizer import organizer, ranking_rows
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import session
from app.web.sheets import Cell, csv_bytes, csv_response


def _score_rows(season: Season) -> Iterator[list[Cell]]:
    """Every score of every round, one a line, scorecards that do not count among them."""
    yield [
        _("Round"),
        _("Entry"),
        _("Judge"),
        _("Criterion"),
        _("Score"),
        _("Counts"),
        _("Typed in from paper"),
        _("Stepped aside"),
    ]
    criteria = {criterion.id: criterion.name for criterion in season.criteria}
    for kind, round_ in queries.rounds(session(), season).items():
        given = queries.assignments_of(session(), round_)
        about = entries.entries_by_id(session(), {a.entry_id for a in given})
        names = people.people_by_id(session(), {a.judge_id for a in given})
        for assignment in given:
            card = assignment.scorecard
            counted = rules.counted_scores(assignment, season.criteria)
            for criterion, value in sorted((card.values if card else {}).items()):
                yield [
                    str(rules.ROUND_NAMES[kind]),
                    about[assignment.entry_id].code,
                    names[assignment.judge_id].display_name,
                    criteria.get(criterion, ""),
                    value,
                    _("yes") if counted is not None and criterion in counted else _("no"),
                    _("yes") if card is not None and card.typed_in_by else _("no"),
                    _("yes") if assignment.recusal else _("no"),
                ]


def _note_rows(season: Season) -> Iterator[list[Cell]]:
    yield [_("Entry"), _("Kind"), _("Second"), _("Words"), _("Goes to the team")]
    notes = queries.notes_by_entry(session(), season)
    about = entries.entries_by_id(session(), set(notes))
    for entry_id, listed in notes.items():
        for note in listed:
            yield [
                about[entry_id].code,
                str(rules.NOTE_NAMES[rules.NoteKind(note.kind)]),
                note.second,
                note.words,
                _("yes") if note.approved_at else _("no"),
            ]


def _rubric_rows(season: Season) -> Iterator[list[Cell]]:
    yield [_("Criterion"), _("Weight in percent"), *(str(n) for n in range(1, 6))]
    for criterion in season.criteria:
        yield [criterion.name, criterion.weight, *criterion.levels]


@organizer.get("/scores.csv")
@requires(Permission.RUN_SEASON)
def scores_csv() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    return csv_response(f"scores-{season.year}.csv", _score_rows(season))


@organizer.post("/archive.zip")
@requires(Permission.RUN_SEASON)
def archive() -> ResponseReturnValue:
    """All tables and every sealed document in one file. Taking it away stands in the audit log."""
    season = contest.get_current_season(session())
    files = {
        "scores.csv": csv_bytes(_score_rows(season)),
        "notes.csv": csv_bytes(_note_rows(season)),
        "rubric.csv": csv_bytes(_rubric_rows(season)),
    }
    for kind in queries.rounds(session(), season):
        files[f"ranking-{kind}.csv"] = csv_bytes(ranking_rows(season, RoundKind(kind)))
    for number, seal in enumerate(queries.seals(session(), season), 1):
        files[f"seal-{number}.json"] = seal.document.encode()
        files[f"seal-{number}.sha256"] = f"{seal.digest}  seal-{number}.json\n".encode()
    audit.record(session(), actor(), "judging.exported", season.id, files=sorted(files))
    zipped = ZipStream(compress_type=ZIP_DEFLATED)
    for name, data in files.items():
        zipped.add(data, f"judging-{season.year}/{name}")
    response = Response(bytes(zipped), mimetype="application/zip")
    stamp = f"{clock.now():%Y-%m-%d}"
    response.headers["Content-Disposition"] = (
        f'attachment; filename="judging-{season.year}-{stamp}.zip"'
    )
    return response
