"""The approved rule sets as scoring takes them."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import selectinload

from services.points.rules.models import RuleSetRow
from services.points.scoring import Cap, Rule, RuleSet, Timeline
from shared.database import UnitOfWork


def to_rule(body: dict[str, Any]) -> Rule:
    return Rule(
        code=body["code"],
        category=body["category"],
        trigger=tuple(body["trigger"]),
        kinds=frozenset(body["kinds"]),
        role=body["role"],
        minimum_minutes=body["minimum_minutes"],
        value=body["value"],
        caps=tuple(Cap(cap["per"], cap["points"]) for cap in body["caps"]),
        name_zh=body["name_zh"],
        name_en=body["name_en"],
    )


def to_rule_set(row: RuleSetRow) -> RuleSet:
    if row.effective_at is None:
        message = "only approved rule sets have a place in time"
        raise ValueError(message)
    return RuleSet(
        id=row.id,
        effective_at=row.effective_at,
        rules=tuple(to_rule(rule) for rule in row.rules),
        category_caps=row.category_caps,
        monthly_gain=row.monthly_gain,
        floor=row.floor,
    )


# Any number will do that no other advisory lock of the service uses.
_POSTING = 7_236_002


def await_postings(uow: UnitOfWork) -> None:
    """Wait until no posting is under way, and let none begin before this transaction ends.

    A posting takes the rules and the list of who is scored for true until it commits. Whoever
    changes either takes a turn of its own; otherwise the posting could commit afterwards what was
    true before.
    """
    uow.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTING})


class TimelineCache:
    """The timeline, read again only when a set has been approved since.

    Approved sets never change, so their number and the newest one tell whether it is current.
    """

    def __init__(self) -> None:
        self._known: tuple[tuple[int, datetime | None], Timeline] | None = None

    def hold(self, uow: UnitOfWork) -> Timeline:
        """Return the timeline, which nobody changes before this transaction ends."""
        uow.session.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _POSTING})
        return self.get(uow)

    def get(self, uow: UnitOfWork) -> Timeline:
        approved = RuleSetRow.state == "approved"
        row = uow.session.execute(
            select(func.count(), func.max(RuleSetRow.approved_at)).where(approved)
        ).one()
        mark = (row[0], row[1])
        if self._known is None or self._known[0] != mark:
            rows = uow.session.scalars(
                select(RuleSetRow).where(approved).options(selectinload(RuleSetRow.rule_rows))
            )
            self._known = (mark, Timeline([to_rule_set(row) for row in rows]))
        return self._known[1]
