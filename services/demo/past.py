"""What happened before today: events that are over, and who was there."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from services.demo.city import Size, branch_codes, members_of
from shared.clock import SHANGHAI

_SEED: Final = 19_210_723
# Some come nearly always, some seldom: 0.75 on average.
_SELDOM, _ALWAYS = 0.5, 1.0


@dataclass(frozen=True, slots=True)
class _Plan:
    """A kind of event a branch holds every so many days."""

    category: str
    title: str
    every: int
    hours: int


_PLANS: Final = (
    _Plan("支部党员大会", "支部党员大会", 90, 2),
    _Plan("党课", "支部书记讲党课", 90, 2),
    _Plan("主题党日", "主题党日", 30, 2),
    _Plan("党小组会", "党小组会", 30, 1),
    _Plan("集中学习、讲座", "专题学习", 60, 2),
    _Plan("志愿服务", "社区志愿服务", 120, 3),
    _Plan("文化活动", "机关合唱排练", 120, 2),
)

Row = tuple[str, str, str, str, str, str, str, str, str]
HEADINGS: Final = (
    "event_ref", "category", "title", "organisation_code", "starts_at", "ends_at", "member_no",
    "role", "minutes",
)  # fmt: skip


def attendance(size: Size, today: date) -> Iterator[Row]:
    """Return one row for each member at each event of the days before `today`."""
    for place, (_, branch) in enumerate(branch_codes(size)):
        numbers = random.Random(_SEED + place)
        turnout = {serial: numbers.uniform(_SELDOM, _ALWAYS) for serial in members_of(place)}
        for plan in _PLANS:
            first = numbers.randrange(1, plan.every + 1)
            for back in range(first, size.days + 1, plan.every):
                day = today - timedelta(days=back)
                yield from _event(plan, branch, day, turnout, numbers)


def _event(
    plan: _Plan, branch: str, day: date, turnout: Mapping[int, float], numbers: random.Random
) -> Iterator[Row]:
    starts = datetime.combine(day, time(numbers.choice((9, 14, 15))), SHANGHAI)
    ends = starts + timedelta(hours=plan.hours)
    reference = f"{branch}-{plan.category}-{day:%Y%m%d}"
    secretary = min(turnout)
    for serial, likely in turnout.items():
        if numbers.random() > likely:
            continue
        lectures = plan.category == "党课" and serial == secretary
        yield (
            reference,
            plan.category,
            plan.title,
            branch,
            f"{starts:%Y-%m-%d %H:%M}",
            f"{ends:%Y-%m-%d %H:%M}",
            f"{serial:07d}",
            "讲师" if lectures else "参加",
            str(60 * plan.hours) if plan.category == "志愿服务" else "",
        )
