"""``python -m services.points.manage check``."""

import sys
from collections.abc import Iterator
from typing import TextIO
from uuid import UUID

import click
import orjson

from services.points.checker.check import check, check_attendance
from shared.config import Environment
from shared.database import Database
from shared.redis import connect


@click.command("check")
@click.option("--boards/--no-boards", default=True, help="Compare the boards in Redis as well.")
@click.option(
    "--attendance",
    type=click.File(),
    help="What `services.events.manage attendance` printed: check-ins are compared with facts.",
)
def check_command(boards: bool, attendance: TextIO | None) -> None:  # noqa: FBT001 - click's flag
    """Prove that the ledger says what facts and rules say; print the proof, fail if it is broken.

    It reads one snapshot and may run at any time; the boards lag behind by a moment, so compare
    them when nothing is being posted.
    """
    environment = Environment()
    database = Database(environment.text("DATABASE_URL"), pool_size=1, statement_timeout_ms=0)
    redis = connect(environment.text("REDIS_URL")) if boards else None
    with database.unit_of_work() as uow:
        uow.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        proof = check(uow, redis)
        if attendance is not None:
            check_attendance(uow, _lines(attendance), proof)
    database.close()
    click.echo(orjson.dumps(proof.to_json(), option=orjson.OPT_INDENT_2, default=str))
    sys.exit(1 if proof.broken else 0)


def _lines(file: TextIO) -> Iterator[tuple[UUID, UUID, int, str]]:
    for line in file:
        check_in_id, member_id, revision, state = orjson.loads(line)
        yield UUID(check_in_id), UUID(member_id), revision, state
