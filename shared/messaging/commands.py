"""Commands for messages, the same in every service's command line."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from uuid import UUID

import click
import orjson
from sqlalchemy import select

from shared.config import Environment
from shared.database import Database
from shared.errors import Problem
from shared.messaging.letters import redrive as redrive_one
from shared.messaging.letters import redrive_waiting, set_aside
from shared.messaging.relay import Relay
from shared.messaging.tables import dead_letters as letters
from shared.redis import connect


def _database() -> "closing[Database]":
    return closing(Database(Environment().text("DATABASE_URL"), pool_size=1))


@click.group("dead-letters")
def dead_letters() -> None:
    """Messages that could not be applied, kept aside so that the others go on."""


@dead_letters.command("list")
def list_dead_letters() -> None:
    """Print each message that waits, whole, with the error that stopped it, one JSON object a line."""
    with _database() as database, database.unit_of_work() as uow:
        query = select(letters).where(
            letters.c.redriven_at.is_(None), letters.c.set_aside_at.is_(None)
        )
        for row in uow.session.execute(query.order_by(letters.c.id)):
            click.echo(
                orjson.dumps(
                    {
                        "id": row.id,
                        "consumer": row.consumer,
                        "stream": row.stream,
                        "error": row.error,
                        "attempts": row.attempts,
                        "failed_at": row.failed_at,
                        "message": row.message.decode("utf-8", "backslashreplace"),
                    }
                )
            )


@dead_letters.command("redrive")
@click.option("--id", "letter_id", type=click.UUID, help="Only this one; else all that wait.")
def redrive(letter_id: UUID | None) -> None:
    """Send messages back to their streams, for after their cause was mended."""
    redis = connect(Environment().text("REDIS_URL"))
    with _database() as database, database.unit_of_work() as uow:
        if letter_id is None:
            sent = redrive_waiting(uow, redis)
        else:
            with _refusals():
                redrive_one(uow, redis, letter_id)
            sent = 1
        uow.commit()
    click.echo(f"{sent} sent again")


@dead_letters.command("set-aside")
@click.option("--id", "letter_id", type=click.UUID, required=True)
@click.option("--reason", required=True)
def set_aside_command(letter_id: UUID, reason: str) -> None:
    """Note that a message will never be applied, and why; it is kept."""
    with _database() as database, database.unit_of_work() as uow:
        with _refusals():
            set_aside(uow, letter_id, reason)
        uow.commit()


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except Problem as refusal:
        raise click.ClickException(f"{refusal.code}: {refusal.text.en}") from refusal


@click.group("outbox")
def outbox() -> None:
    """Messages this service sends."""


@outbox.command("republish")
@click.option("--since", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]), required=True)
def republish(since: datetime) -> None:
    """Send again what was committed since a moment (2026-11-23T08:00:00+08:00).

    For when Redis lost what it had taken; readers drop what they have already applied.
    """
    redis = connect(Environment().text("REDIS_URL"))
    with _database() as database:
        marked = Relay(database, redis).republish(since)
    click.echo(f"{marked} messages will be sent again")
