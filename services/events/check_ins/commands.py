"""``python -m services.events.manage attendance``."""

import sys

import click
import orjson
from sqlalchemy import text

from shared.config import Environment
from shared.database import Database

# Of one that waits to be confirmed, or was annulled before it was, points know nothing.
_CHECK_INS = text(
    "SELECT id, member_id, revision, state FROM check_ins WHERE revision > 0 ORDER BY id"
)
# The newest news of each check-in must be what the check-in is; of one that waits to be confirmed
# there is none.
_UNTOLD = text("""
    SELECT c.id FROM check_ins c LEFT JOIN LATERAL (
        SELECT coalesce(max((o.data ->> 'revision')::integer), 0) AS revision, count(*) AS told FROM outbox o
        WHERE o.key = c.member_id::text AND o.data ->> 'check_in_id' = c.id::text
    ) AS news ON true
    WHERE news.revision IS DISTINCT FROM c.revision OR news.told <> c.revision
""")


@click.command("attendance")
def attendance() -> None:
    """Print every check-in that was told, [id, member, revision, state] a line, to compare.

    Fails, naming them, if a check-in was not told exactly once for each of its revisions.
    """
    database = Database(Environment().text("DATABASE_URL"), pool_size=1, statement_timeout_ms=0)
    with database.unit_of_work() as uow:
        for row in uow.session.execute(_CHECK_INS, execution_options={"yield_per": 5000}):
            click.echo(orjson.dumps(list(row)))
        untold = list(uow.session.scalars(_UNTOLD))
    database.close()
    for check_in_id in untold:
        click.echo(f"not told as it should be: {check_in_id}", err=True)
    sys.exit(1 if untold else 0)
