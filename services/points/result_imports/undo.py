"""An import is taken back as one, by linked reversals.

What other imports named as well is then as the last of them says; what none of them names is
annulled.
"""

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from services.points.ledger.decided import post_decided
from services.points.ledger.posting import fact_from
from services.points.ledger.recorded import RecordedFact
from services.points.ledger.statements import FACT_COLUMNS
from services.points.result_imports.holding import batches, measured
from shared.crash import crash_point
from shared.database import UnitOfWork
from shared.errors import Conflict
from shared.imports.kinds import Summary
from shared.text import Text

_TOUCHED: Final = """
    SELECT f.member_id, f.year FROM import_facts i
    JOIN facts f ON f.member_id = i.member_id AND f.id = i.fact_id
    WHERE i.import_id = :import_id
"""
# What undoing would change. `heir` is what the last other import that stands says of the fact.
_BROUGHT: Final = text(f"""
    SELECT {FACT_COLUMNS}, f.source_key, f.title, f.revision,
        heir.fact_id IS NOT NULL AS stays, heir.minutes AS minutes_then,
        to_char(f.occurred_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month,
        EXISTS (
            SELECT FROM closed_months c JOIN ledger_entries e
                ON e.member_id = f.member_id AND e.fact_id = f.id
                AND e.organisation_id = c.organisation_id
            WHERE c.month = to_char(f.occurred_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')
        ) AS closed
    FROM import_facts i JOIN facts f ON f.member_id = i.member_id AND f.id = i.fact_id
    LEFT JOIN LATERAL (
        SELECT o.fact_id, o.minutes FROM import_facts o JOIN imports j ON j.id = o.import_id
        WHERE o.member_id = i.member_id AND o.fact_id = i.fact_id
            AND o.import_id <> i.import_id AND j.state <> 'undone'
        ORDER BY o.place DESC LIMIT 1
    ) AS heir ON true
    WHERE i.import_id = :import_id AND f.state = 'present'
        AND (heir.fact_id IS NULL OR heir.minutes IS DISTINCT FROM f.minutes)
    ORDER BY f.member_id, f.id
""")  # noqa: S608 - a constant


def check_undo(uow: UnitOfWork, import_id: UUID) -> None:
    """Refuse to undo what lies in a month whose statement is closed.

    Raises:
        Conflict: `month_closed`.
    """
    rows = uow.session.execute(_BROUGHT, {"import_id": import_id}).all()
    if closed := sorted({row.month for row in rows if row.closed}):
        months = "、".join(closed)
        raise Conflict(
            "month_closed",
            Text(
                f"{months} 已公示结束，不能整批撤销，请逐项更正。",
                f"{', '.join(closed)}: closed; put single entries right by adjustments.",
            ),
            extra={"months": closed},
        )


def undo(uow: UnitOfWork, import_id: UUID, reason: str) -> Summary:
    """Take back what an import brought; return how many facts, and the points by rule.

    Raises:
        Conflict: `month_closed`.
    """
    check_undo(uow, import_id)
    rows = uow.session.execute(_BROUGHT, {"import_id": import_id}).all()

    def post() -> None:
        for batch in batches(rows):
            post_decided(uow, [_without(row, reason) for row in batch])
            crash_point("import_between_batches")

    by_rule = measured(uow, import_id, _TOUCHED, post)
    annulled = sum(not row.stays for row in rows)
    return {
        "annulled": annulled,
        "put_back": len(rows) - annulled,
        "points_undone": sum(by_rule.values()),
    }


def _without(row: Row[Any], reason: str) -> RecordedFact:
    """Return a fact as it is without the import."""
    fact = fact_from(row[: len(FACT_COLUMNS.split(","))])
    news = RecordedFact(fact, row.source_key, row.title, revision=row.revision + 1)
    if row.stays:
        return replace(news, fact=replace(fact, minutes=row.minutes_then))
    return replace(news, state="annulled", reason=reason)
