"""All commands: `flask --app wsgi …`."""

from __future__ import annotations

import click
from alembic import command
from alembic.config import Config as AlembicConfig
from flask import Flask

from app.web.db import platform

MIGRATIONS = "migrations"


def register(app: Flask) -> None:
    for each in (migrate, first_organizer):
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


@click.command("first-organizer")
def first_organizer() -> None:
    """Print the start code for the page that makes the first organizer's account."""
    click.echo(platform().signer.digest("first-organizer", "")[:12])
