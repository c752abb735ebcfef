"""All commands: `flask --app wsgi …`."""

from __future__ import annotations

import click
from alembic import command
from alembic.config import Config as AlembicConfig
from flask import Flask

from app.core import clock
from app.seed.season import seed
from app.seed.stages import Stage
from app.web.db import platform

MIGRATIONS = "migrations"


def register(app: Flask) -> None:
    for each in (migrate, first_organizer, seed_season):
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
