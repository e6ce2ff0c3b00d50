"""The gateway service's command line: ``python -m services.gateway.manage --help``."""

import json
import sys
from contextlib import closing
from pathlib import Path
from typing import TextIO
from uuid import UUID

import click

from services.gateway.identity import accounts
from services.gateway.identity.fields import FieldKey
from services.gateway.identity.keys import make_keys
from shared.config import Environment
from shared.database import Database
from shared.database.migrate import migrate
from shared.messaging.commands import dead_letters

MIGRATIONS = Path(__file__).parent / "migrations"


@click.group()
def manage() -> None:
    """Look after the gateway service."""


@manage.command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest schema."""
    migrate(MIGRATIONS, Environment().text("DATABASE_URL"))


@manage.command("create-account")
@click.option("--username", required=True)
@click.option("--member-id", type=click.UUID, required=True)
@click.option("--password", required=True, help="Or - to read it from standard input.")
@click.option("--totp-secret", help="Base32; administrators need one.")
def create_account(username: str, member_id: UUID, password: str, totp_secret: str | None) -> None:
    """Give a member an account, or set it anew; whoever was signed in to it is signed out."""
    if password == "-":  # noqa: S105 - the sign for standard input
        password = sys.stdin.readline().rstrip("\n")
    environment = Environment()
    database = Database(environment.text("DATABASE_URL"), pool_size=1)
    key = FieldKey(environment.text("FIELD_KEY").encode())
    with closing(database), database.unit_of_work() as uow:
        try:
            account_id = accounts.put(uow, key, username, member_id, password, totp_secret)
        except ValueError as error:
            raise click.ClickException(str(error)) from error
        uow.commit()
    click.echo(account_id)


@manage.command("create-accounts")
@click.argument("file", type=click.File(), default="-")
def create_accounts(file: TextIO) -> None:
    """Give many members accounts at once, all or none, from lines of JSON.

    Each line: {"username", "member_id", "password", "totp_secret"}; the last may be null.
    """
    environment = Environment()
    database = Database(environment.text("DATABASE_URL"), pool_size=1)
    key = FieldKey(environment.text("FIELD_KEY").encode())
    with closing(database), database.unit_of_work() as uow:
        for number, line in enumerate(file, start=1):
            try:
                row = json.loads(line)
                member_id = UUID(row["member_id"])
                accounts.put(
                    uow, key, row["username"], member_id, row["password"], row["totp_secret"]
                )
            except (ValueError, KeyError, TypeError) as error:
                message = f"line {number}: {error}"
                raise click.ClickException(message) from error
        uow.commit()


@manage.command("keys")
@click.option("--private-key", type=click.Path(path_type=Path), required=True)
@click.option("--public-keys", type=click.Path(path_type=Path), required=True)
@click.option("--rotate", is_flag=True, help="Sign with a new key; the old ones still verify.")
def keys(private_key: Path, public_keys: Path, *, rotate: bool) -> None:
    """Make the pair that signs and verifies access tokens, unless it is there."""
    made = make_keys(private_key, public_keys, rotate=rotate)
    click.echo("made" if made else "already there")


manage.add_command(dead_letters)


if __name__ == "__main__":
    manage()
