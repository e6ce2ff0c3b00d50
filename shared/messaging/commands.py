"""Commands for messages, the same in every service's command line."""

from contextlib import closing
from datetime import datetime
from uuid import UUID

import click
import orjson
from sqlalchemy import func, select, update

from shared.config import Environment
from shared.database import Database
from shared.messaging.envelope import FIELD, stream_key
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
    """Print each message that waits, with the error that stopped it, one JSON object a line."""
    with _database() as database, database.unit_of_work() as uow:
        query = select(letters).where(letters.c.redriven_at.is_(None)).order_by(letters.c.id)
        for row in uow.session.execute(query):
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
    """Send messages back to their streams, for after their cause was mended.

    Every group of the stream sees them again; those that had applied them know them and do
    nothing.
    """
    redis = connect(Environment().text("REDIS_URL"))
    with _database() as database, database.unit_of_work() as uow:
        query = select(letters).where(letters.c.redriven_at.is_(None)).with_for_update()
        if letter_id is not None:
            query = query.where(letters.c.id == letter_id)
        rows = uow.session.execute(query.order_by(letters.c.id)).all()
        for row in rows:
            redis.xadd(stream_key(row.stream), {FIELD: row.message})
            uow.session.execute(
                update(letters).where(letters.c.id == row.id).values(redriven_at=func.now())
            )
        uow.commit()
    click.echo(f"{len(rows)} sent again")


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
