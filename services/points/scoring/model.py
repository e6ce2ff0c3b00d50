"""The plain data that scoring works on. Points are integers of tenths throughout."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from shared.clock import Periods


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a member did, as somebody recorded it; what it is worth is not in it.

    Attributes:
        kind: an event category or a kind of claim or import, e.g. ``lecture``.
        tags: further kinds a co-held event counts as.
        role: ``participant``, ``lecturer``, ``helper`` or, outside events, ``self``.
        source: how it came to be known: ``check_in``, ``claim``, ``import`` or ``manual``.
        group: what several facts of one activity share (an event's id), for caps per event.
        minutes: how long it lasted, where that was recorded.
        level: of an award or a lecture: branch, unit, department, city, province, national; of
            make-up study, the kind of the session that was missed.
        unit: the code of the unit that the member belonged to then, where units have rules of
            their own.
        quantity: how much, where a rule counts neither pieces nor hours; tenths if it is points.
    """

    id: UUID
    member_id: UUID
    kind: str
    occurred_at: datetime
    tags: tuple[str, ...] = ()
    role: str = "participant"
    source: str = "check_in"
    group: str = ""
    minutes: int | None = None
    level: str | None = None
    quantity: int | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many points of one rule in one period.

    `per` is ``event``, ``day``, ``month``, ``quarter`` or ``year`` (Asia/Shanghai); `points` is the
    size of the limit, positive also where the rule deducts.
    """

    per: str
    points: int


@dataclass(frozen=True, slots=True)
class Rule:
    """What one kind of fact is worth.

    Attributes:
        code: stable, e.g. ``L04``; caps and the ledger go by it.
        category: whose yearly cap it counts against, e.g. ``LIFE``.
        trigger: the source a fact must have; anything else never matches.
        kinds: a fact matches with its kind or one of its tags.
        role: the role a fact must have.
        value: the rule kind's name and its parameters, e.g. ``{"kind": "fixed", "points": 20}``.
        minimum_minutes: shorter stays do not match; a fact without minutes was whole.
    """

    code: str
    category: str
    trigger: tuple[str, ...]
    kinds: frozenset[str]
    value: Mapping[str, Any]
    role: str = "participant"
    caps: tuple[Cap, ...] = ()
    minimum_minutes: int = 0
    name_zh: str = ""
    name_en: str = ""

    def matches(self, fact: Fact) -> bool:
        return (
            fact.source in self.trigger
            and fact.role == self.role
            and (fact.kind in self.kinds or not self.kinds.isdisjoint(fact.tags))
            and (fact.minutes is None or fact.minutes >= self.minimum_minutes)
        )


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A version of all rules, in force from one moment until the next set's.

    Attributes:
        category_caps: tenths a year.
        monthly_gain: bounds what a month can add.
        floor: what deductions cannot push a year below.
        unit: the code of the unit whose set it is; "" for the city's.
        origins: of a city's set with a unit's laid over it: the set that each rule of the unit's
            comes from.
    """

    id: UUID
    effective_at: datetime
    rules: tuple[Rule, ...]
    category_caps: Mapping[str, int] = field(default_factory=dict)
    monthly_gain: int | None = None
    floor: int = 0
    unit: str = ""
    origins: Mapping[str, UUID] = field(default_factory=dict)

    def attendance_rule(self, kind: str) -> Rule | None:
        """Return the rule, the first by code, that attending a kind of event counts under."""
        found = [
            rule
            for rule in self.rules
            if kind in rule.kinds and "check_in" in rule.trigger and rule.role == "participant"
        ]
        return min(found, key=lambda rule: rule.code, default=None)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one fact earned under one rule, and how that came about.

    Attributes:
        periods: the year, quarter and month the fact lies in.
        points: granted, tenths; 0 where a limit was reached, negative for a deduction.
        worth: what the rule alone would have given.
        limit: the limit that cut it (``year``, ``month``, … of the rule, ``category``,
            ``monthly_gain``, ``floor``), or "" where it was granted whole.
        used, cap: of the rule's yearly cap after this entry, for the member's receipt; cap is
            None where the rule has none.
    """

    fact_id: UUID
    occurred_at: datetime
    periods: Periods
    rule_code: str
    category: str
    rule_set_id: UUID
    points: int
    worth: int
    limit: str
    used: int
    cap: int | None


@dataclass(slots=True)
class State:
    """What scoring a later fact of the year needs to know of the earlier ones.

    `used` holds, for each period the last scored fact lies in (``2026``, ``2026-Q4``, ``2026-11``,
    ``2026-11-20``), tenths by what they count against: a rule's code, ``category:LIFE``, the
    month's ``gain``, the period's ``points``. Facts come in order of time, so nothing looks back at
    a period that is over, and it is forgotten. ``event`` holds the use of limits per event, and
    only events that have such a limit.
    """

    used: dict[str, dict[str, int]] = field(default_factory=dict)

    def points(self, period: str) -> int:
        """Return the points of a period the last scored fact lies in; 0 of a later one."""
        return self.used.get(period, {}).get("points", 0)

    def copy(self) -> Self:
        return type(self)({period: dict(use) for period, use in self.used.items()})
