"""The events service's command line: ``python -m services.events.manage --help``."""

from pathlib import Path

import click

from services.events.check_ins.commands import attendance
from shared.config import Environment
from shared.database.migrate import migrate
from shared.messaging.commands import dead_letters, outbox

MIGRATIONS = Path(__file__).parent / "migrations"


@click.group()
def manage() -> None:
    """Look after the events service."""


@manage.command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest schema."""
    migrate(MIGRATIONS, Environment().text("DATABASE_URL"))


manage.add_command(attendance)
manage.add_command(dead_letters)
manage.add_command(outbox)


if __name__ == "__main__":
    manage()
