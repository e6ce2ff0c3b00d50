"""Runs a service's Alembic migrations, from its command line and from the tests."""

from pathlib import Path

from alembic import command
from alembic.config import Config


def migrate(migrations: Path, url: str, revision: str = "head") -> None:
    """Bring the database at `url` to `revision` of the scripts in `migrations`."""
    command.upgrade(_config(migrations, url), revision)


def unmigrate(migrations: Path, url: str, revision: str = "base") -> None:
    """Take the migrations back down to `revision`."""
    command.downgrade(_config(migrations, url), revision)


def _config(migrations: Path, url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.set_main_option("path_separator", "os")
    # Alembic interpolates %, which passwords may hold.
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config
