"""The approved rule sets as scoring takes them."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Text as SqlText
from sqlalchemy import cast, func, select, text
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


def to_body(rule: Rule) -> dict[str, Any]:
    """Return a rule as it is stored, with its code."""
    return {
        "code": rule.code,
        "name_zh": rule.name_zh,
        "name_en": rule.name_en,
        "category": rule.category,
        "trigger": list(rule.trigger),
        "kinds": sorted(rule.kinds),
        "role": rule.role,
        "minimum_minutes": rule.minimum_minutes,
        "value": dict(rule.value),
        "caps": [{"per": cap.per, "points": cap.points} for cap in rule.caps],
    }


def to_rule_set(row: RuleSetRow, unit: str = "", effective_at: datetime | None = None) -> RuleSet:
    """Return a set as scoring takes it.

    Args:
        row: a set; one that is not approved has no place in time but the one given.
        unit: the code of the unit whose it is.
        effective_at: where to place it in time; where it is when None.
    """
    moment = effective_at or row.effective_at
    if moment is None:
        message = "only approved rule sets have a place in time"
        raise ValueError(message)
    return RuleSet(
        id=row.id,
        effective_at=moment,
        rules=tuple(to_rule(rule) for rule in row.rules),
        category_caps=row.category_caps,
        monthly_gain=row.monthly_gain,
        floor=row.floor,
        unit=unit,
    )


# Any number will do that no other advisory lock of the service uses.
_POSTING = 7_236_002


def await_postings(uow: UnitOfWork) -> None:
    """Wait until no posting is under way, and let none begin before this transaction ends.

    A posting takes the rules, the list of who is scored and the months that are closed for true
    until it commits. Whoever changes one of them takes a turn of its own; otherwise the posting
    could commit afterwards what was true before.
    """
    uow.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTING})


_UNITS: Final = text("""
    SELECT o.id, o.code FROM rule_sets s JOIN organisations o ON o.id = s.organisation_id
    WHERE s.state = 'approved'
""")


class TimelineCache:
    """The timeline, read again only when a set has been approved or revoked since.

    Approved sets never change, so their number and the newest of them tell whether it is current.
    """

    def __init__(self) -> None:
        self._known: tuple[tuple[Any, ...], Timeline] | None = None

    def hold(self, uow: UnitOfWork) -> Timeline:
        """Return the timeline, which nobody changes before this transaction ends."""
        uow.session.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _POSTING})
        return self.get(uow)

    def get(self, uow: UnitOfWork) -> Timeline:
        approved = RuleSetRow.state == "approved"
        newest = func.max(RuleSetRow.approved_at), func.max(cast(RuleSetRow.id, SqlText))
        mark = tuple(uow.session.execute(select(func.count(), *newest).where(approved)).one())
        if self._known is None or self._known[0] != mark:
            self._known = (mark, read(uow))
        return self._known[1]


def read(uow: UnitOfWork) -> Timeline:
    """Read all approved sets, in the order of their approval."""
    rows = uow.session.scalars(
        select(RuleSetRow)
        .where(RuleSetRow.state == "approved")
        .options(selectinload(RuleSetRow.rule_rows))
        .order_by(RuleSetRow.approved_at, RuleSetRow.id)
    ).all()
    units = {row.id: row.code for row in uow.session.execute(_UNITS)}
    return Timeline(
        [to_rule_set(r, units[r.organisation_id] if r.organisation_id else "") for r in rows]
    )


# One a process: requests and handlers share what has been read.
TIMELINE: Final = TimelineCache()
