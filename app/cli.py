"""All commands: `flask --app wsgi …`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from alembic import command
from alembic.config import Config as AlembicConfig
from flask import Flask
from flask.cli import with_appcontext

from app.contest import queries as contest
from app.core import clock
from app.core.db import will_write
from app.core.errors import NotFound, Refused
from app.judging import rules as judging_rules
from app.retention import queries as schedule
from app.retention import rules as schedule_rules
from app.retention import services as schedule_services
from app.seed.season import seed
from app.seed.stages import Stage
from app.showcase.services import ARCHIVE_MARK
from app.showcase.views.archive import freezer_of
from app.voting import services as voting_services
from app.web.db import platform

MIGRATIONS = "migrations"


def register(app: Flask) -> None:
    for each in (migrate, first_organizer, seed_season, retention, voting, judging, archive):
        app.cli.add_command(each)


@click.command("migrate")
def migrate() -> None:
    """Bring the database to the newest schema."""
    settings = AlembicConfig()
    settings.set_main_option("script_location", MIGRATIONS)
    with platform().engine.connect() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
        connection.commit()
        connection.invalidate()  # It no longer follows pointers: see migrations/env.py.


@click.command("first-organizer")
def first_organizer() -> None:
    """Print the start code for the page that makes the first organizer's account."""
    click.echo(platform().signer.digest("first-organizer", "")[:12])


@click.command("seed")
@click.option("--stage", type=click.Choice([s.value for s in Stage]), default=Stage.SUBMISSIONS)
def seed_season(stage: str) -> None:
    """Fill an empty database with a demonstration season in the stage asked for."""
    if not platform().demonstration:
        raise click.ClickException("Set DEMONSTRATION=1: a demonstration lets anyone sign in.")
    try:
        seed(platform(), Stage(stage), now=clock.now(), say=click.echo)
    except ValueError as error:
        raise click.ClickException(str(error)) from error


@click.command("retention")
@click.option("--dry-run", is_flag=True, help="Only say what goes in the next 30 days.")
@click.option(
    "--reapply-tombstones",
    is_flag=True,
    help="Erase again what had been erased when an older backup was put back.",
)
def retention(dry_run: bool, reapply_tombstones: bool) -> None:
    """Keep the retention schedule now, or only say what it would do."""
    parts, now = platform(), clock.now()
    if dry_run:
        with parts.sessions() as session:
            coming = schedule.report(session, until=now + schedule_rules.AHEAD, now=now)
        for row_id, listed in coming.items():
            for due in listed:
                when = "due now" if due.at <= now else due.at.strftime("%Y-%m-%d %H:%M UTC")
                click.echo(f"{row_id:22} {when:22} {due.title or due.key} ({due.count})")
        if not coming:
            click.echo("Nothing goes in the next 30 days.")
        return
    with parts.sessions() as session:
        will_write(session)
        if reapply_tombstones:
            for each in schedule_services.reapply(session, parts.tombstones, now=now):
                click.echo(f"Erased again: {each}")
        else:
            schedule_services.ask_to_keep(session)
            click.echo("The schedule is kept as soon as a worker takes the job.")
        session.commit()


@click.command("archive")
@with_appcontext
@click.argument("year", type=int)
@click.argument("folder", type=click.Path(path_type=Path))
def archive(year: int, folder: Path) -> None:
    """Write a season into FOLDER as a site of files. What was there takes its leave at the end, all
    at once: run it again when somebody has taken a release back."""
    try:
        freezer = freezer_of(year)
    except (NotFound, Refused) as error:
        raise click.ClickException(str(error) or f"There is no season {year}.") from error
    folder = folder.resolve()
    if folder.exists() and any(folder.iterdir()) and not (folder / ARCHIVE_MARK).is_file():
        raise click.ClickException(f"{folder} holds something else. Nothing was touched.")
    count = 0
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".archive-", dir=folder.parent) as beside:
        fresh, old = Path(beside) / "new", Path(beside) / "old"
        for file in freezer.files():
            path = fresh / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as out:
                out.writelines(file.pieces())
            count += 1
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
    click.echo(f"{count} files are in {folder}. Begin with index.html.")


@click.group("voting")
def voting() -> None:
    """Keys of votes."""


@voting.command("destroy-key")
@click.argument("year", type=int)
@click.option(
    "--already-gone",
    is_flag=True,
    help="The key's file was destroyed by hand: only record that.",
)
def destroy_key(year: int, already_gone: bool) -> None:
    """Forget the voters of a season for good, before the schedule does."""
    parts, now = platform(), clock.now()
    with parts.sessions() as session:
        will_write(session)
        season = contest.find_season_of_year(session, year)
        if season is None:
            raise click.ClickException(f"There is no season {year}.")
        if not schedule_rules.has_results(season, now):
            raise click.ClickException("Its winners are not announced yet: the count may change.")
        destroyed = voting_services.forget_voters(session, parts.voters, season=season, now=now)
        if not destroyed and already_gone:
            voting_services.give_up_key(session, season=season, now=now)
        session.commit()
    if destroyed or already_gone:
        click.echo(f"The voters of {year} are forgotten: hashes and key are destroyed.")
    else:
        raise click.ClickException(
            "The hashes are deleted, but the key's file is not on this machine. Run this on the "
            "machine that has it, or with --already-gone when it was destroyed by hand."
        )


@click.group("judging")
def judging() -> None:
    """Scores and plans of any contest; nothing of the season in the database is touched."""


@judging.command("rank")
@click.argument("scores", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--weights", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--method",
    type=click.Choice([each.value for each in judging_rules.Method]),
    default=judging_rules.Method.ADJUSTED.value,
)
def rank_scores(scores: Path, weights: Path | None, method: str) -> None:
    """Rank the entries of a table with the columns entry, judge, criterion, score."""
    try:
        with scores.open(encoding="utf-8-sig", newline="") as lines:
            if weights is None:
                sheet = judging_rules.read_scores(lines)
            else:
                with weights.open(encoding="utf-8-sig", newline="") as worth:
                    sheet = judging_rules.read_scores(lines, judging_rules.read_weights(worth))
    except judging_rules.SheetRefused as refused:
        raise click.ClickException("\n".join(str(each) for each in refused.problems)) from refused
    answer = judging_rules.ranked_sheet(sheet, judging_rules.Method(method))
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))


@judging.command("simulate")
@click.option("--entries", type=int, default=60)
@click.option("--judges", type=int, default=10)
@click.option("--reviews", type=int, default=3, help="How many judges score each entry.")
@click.option("--finalists", type=int, default=8, help="0: the first round decides.")
@click.option("--runs", type=int, default=2000)
@click.option("--seed", type=int, default=1)
def simulate_judging(
    entries: int, judges: int, reviews: int, finalists: int, runs: int, seed: int
) -> None:
    """Say how often the best entry would win with such a plan, from made-up contests."""
    numbers = {
        "entries": entries,
        "judges": judges,
        "reviews": reviews,
        "finalists": finalists,
        "runs": runs,
    }
    if reason := judging_rules.why_not_simulable(**numbers):
        raise click.ClickException(str(reason))
    click.echo(json.dumps(asdict(judging_rules.simulate(**numbers, seed=seed))))
