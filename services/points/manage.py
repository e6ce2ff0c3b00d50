"""The points service's command line: ``python -m services.points.manage --help``."""

from pathlib import Path

import click

from services.points.checker.commands import check_command
from services.points.roster.commands import bootstrap_command, tell_roster_command
from shared.config import Environment
from shared.database.migrate import migrate
from shared.messaging.commands import dead_letters, outbox

MIGRATIONS = Path(__file__).parent / "migrations"


@click.group()
def manage() -> None:
    """Look after the points service."""


@manage.command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest schema."""
    migrate(MIGRATIONS, Environment().text("DATABASE_URL"))


manage.add_command(bootstrap_command)
manage.add_command(check_command)
manage.add_command(dead_letters)
manage.add_command(outbox)
manage.add_command(tell_roster_command)


if __name__ == "__main__":
    manage()
