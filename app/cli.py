"""All commands: `flask --app wsgi …`."""

from __future__ import annotations

import click
from alembic import command
from alembic.config import Config as AlembicConfig
from flask import Flask

from app.contest import queries as contest
from app.core import clock
from app.core.db import will_write
from app.retention import queries as schedule
from app.retention import rules as schedule_rules
from app.retention import services as schedule_services
from app.seed.season import seed
from app.seed.stages import Stage
from app.voting import services as voting_services
from app.web.db import platform

MIGRATIONS = "migrations"


def register(app: Flask) -> None:
    for each in (migrate, first_organizer, seed_season, retention, voting):
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
