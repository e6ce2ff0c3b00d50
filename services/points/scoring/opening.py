"""The fact that a year begins for a member, which base points come from. Pure."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid5

from services.points.scoring.model import Fact, RuleSet
from services.points.scoring.timeline import Timeline
from shared.clock import SHANGHAI

KIND: Final = "year_opening"


def year_begins(year: int) -> datetime:
    """Return the first moment of a year in Asia/Shanghai."""
    return datetime(year, 1, 1, tzinfo=SHANGHAI).astimezone(UTC)


def opening_fact(member_id: UUID, year: int) -> Fact:
    """Return the one fact that opens a member's year; made twice it is the same."""
    return Fact(
        id=uuid5(member_id, f"{KIND}:{year}"),
        member_id=member_id,
        kind=KIND,
        occurred_at=year_begins(year),
        role="self",
        source="system",
    )


def opens_years(rule_set: RuleSet | None) -> bool:
    """Tell whether a set gives anything for the beginning of a year."""
    return rule_set is not None and any(KIND in rule.kinds for rule in rule_set.rules)


def is_opened(timeline: Timeline, year: int) -> bool:
    """Tell whether a year begins with base points anywhere in the city."""
    begins = year_begins(year)
    return any(opens_years(timeline.at(begins, unit)) for unit in ("", *timeline.units))
