"""What an import holds while it is at work, and what it does to the ledger meanwhile."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from services.points.rules.timeline import TIMELINE
from shared.database import UnitOfWork
from shared.fields import TENTHS

# Any number will do that no other advisory lock of the service uses.
_RESULTS: Final = 7_236_003
# Rows posted at once: what they touch is in memory.
_AT_ONCE: Final = 2_000

# An upsert that changes nothing: it locks the years, and makes those that are the first of theirs;
# all at once, in the one order that every posting keeps.
_HOLD_YEARS: Final = """
    INSERT INTO member_years (member_id, year)
    SELECT DISTINCT member_id, year FROM ({facts}) AS f ORDER BY member_id, year
    ON CONFLICT (member_id, year) DO UPDATE SET year = excluded.year
"""
_BY_RULE: Final = """
    SELECT e.rule_code, sum(e.points)::integer AS points FROM ledger_entries e
    JOIN (SELECT DISTINCT member_id, year FROM ({facts}) AS f) AS y USING (member_id, year)
    GROUP BY e.rule_code
"""


def hold(uow: UnitOfWork) -> None:
    """Let one import of results at a time work, and no month be closed before it ends.

    What one import named decides what undoing another means; and in a month that was closed
    between the checks and the posting, entries would arise without a decision.
    """
    # Before the postings' lock: whoever waits here must not keep others from closing a month.
    uow.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _RESULTS})
    TIMELINE.hold(uow)


def measured(
    uow: UnitOfWork, import_id: UUID, facts: str, post: Callable[[], None]
) -> dict[str, float]:
    """Post; return the points that the ledger gives more than before, by rule.

    They are those of the members' years as a whole: what a limit takes from other facts in turn
    is in them.

    Args:
        uow: of the import.
        import_id: the import.
        facts: SQL that selects (member_id, year) of what is posted; it may use ``:import_id``.
        post: does it.
    """
    values = {"import_id": import_id}
    uow.session.execute(text(_HOLD_YEARS.format(facts=facts)), values)
    by_rule = text(_BY_RULE.format(facts=facts))

    def points() -> dict[str, int]:
        return {row.rule_code: row.points for row in uow.session.execute(by_rule, values)}

    before = points()
    post()
    after = points()
    more = {code: after.get(code, 0) - before.get(code, 0) for code in sorted(before | after)}
    return {code: points / TENTHS for code, points in more.items() if points}


def batches(rows: Sequence[Row[Any]]) -> Iterator[Sequence[Row[Any]]]:
    """Yield rows in pieces of the size that is posted at once."""
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]
