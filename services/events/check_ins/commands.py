"""``python -m services.events.manage attendance``."""

import sys

import click
import orjson
from sqlalchemy import text

from shared.config import Environment
from shared.database import Database

_TOLD = """
    SELECT id, member_id, revision, state FROM check_ins
    UNION ALL
    SELECT id, member_id, revision, state FROM event_result_members
"""
_ALL = text(f"SELECT * FROM ({_TOLD}) AS told WHERE revision > 0 ORDER BY id")  # noqa: S608
# The newest news of each must be what it is; of what waits to be confirmed, or was annulled before
# it was, there is none.
_UNTOLD = text(f"""
    SELECT c.id FROM ({_TOLD}) AS c LEFT JOIN LATERAL (
        SELECT coalesce(max((o.data ->> 'revision')::integer), 0) AS revision, count(*) AS told FROM outbox o
        WHERE o.key = c.member_id::text
            AND c.id::text IN (o.data ->> 'check_in_id', o.data ->> 'result_id')
    ) AS news ON true
    WHERE news.revision IS DISTINCT FROM c.revision OR news.told <> c.revision
""")  # noqa: S608 - put together from a constant


@click.command("attendance")
def attendance() -> None:
    """Print check-ins and results that were told, [id, member, revision, state] a line.

    Fails, naming them, if one was not told exactly once for each of its revisions.
    """
    database = Database(Environment().text("DATABASE_URL"), pool_size=1, statement_timeout_ms=0)
    with database.unit_of_work() as uow:
        for row in uow.session.execute(_ALL, execution_options={"yield_per": 5000}):
            click.echo(orjson.dumps(list(row)))
        untold = list(uow.session.scalars(_UNTOLD))
    database.close()
    for untold_id in untold:
        click.echo(f"not told as it should be: {untold_id}", err=True)
    sys.exit(1 if untold else 0)
