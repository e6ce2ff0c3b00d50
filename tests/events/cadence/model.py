"""The branch calendar the slow way: from what happened, one cell at a time, without any SQL."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from shared.clock import SHANGHAI

# Rule → months of its period, the kind of event, whether events from above count.
BY_BRANCH = {
    "R1": (3, "branch_meeting", False),
    "R2": (1, "committee_meeting", False),
    "R4": (3, "lecture", True),
    "R5": (1, "theme_day", True),
    "R6": (12, "organisational_life", False),
}


@dataclass
class Person:
    branch: str
    status: str = "full"
    groups: tuple[str, ...] = ()


@dataclass
class Session:
    starts: datetime
    present: set[int]


@dataclass
class Event:
    place: str
    kinds: set[str]
    state: str
    sessions: list[Session]


@dataclass
class World:
    """Branches with their groups, cross-cutting groups with their names, and what happened."""

    today: date
    known_since: dict[str, date]
    groups: dict[str, list[str]]
    crossing: dict[str, str]
    above: dict[str, str]  # place → "committee" or "unit"
    people: list[Person] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    marks: set[tuple[str, str, int]] = field(default_factory=set)


def calendar_of(world: World, branch: str, year: int) -> dict[tuple[str, str], str]:
    """Return the states of a branch's R1 to R8."""
    members = [p for p in world.people if p.branch == branch and p.status != "left"]
    full = sum(person.status == "full" for person in members)
    found = {}
    for rule, (months, kind, above) in BY_BRANCH.items():
        for period in _periods(year, months):
            done = any(
                _is_of(world, event, branch, above=above) and kind in event.kinds
                and _attended(world, event, period, branch)
                for event in world.events
            )  # fmt: skip
            asked = bool(members) and not (rule == "R2" and full < 7)
            found[rule, _name(period, months)] = _state(world, branch, period, done, asked)
    for period in _periods(year, 1):
        groups = world.groups.get(branch, [])
        done = all(
            any(
                event.place in (group, branch) and "group_meeting" in event.kinds
                and _attended(world, event, period, branch)
                for event in world.events
            )
            for group in groups
        )  # fmt: skip
        state = _state(world, branch, period, done, bool(members and groups))
        found["R3", _name(period, 1)] = state
    (period,) = _periods(year, 12)
    for rule in ("R7", "R8"):
        done = (branch, rule, year) in world.marks
        found[rule, str(year)] = _state(world, branch, period, done, bool(members))
    return found


def calendar_of_group(world: World, group: str, year: int) -> dict[tuple[str, str], str]:
    """Return the states of a cross-cutting group's R13."""
    return {
        ("R13", _name(period, 1)): _state(
            world, group, period,
            any(
                event.place == group and "youth_study" in event.kinds
                and _attended(world, event, period, group)
                for event in world.events
            ),
            "青年" in world.crossing[group],
        )
        for period in _periods(year, 1)
    }  # fmt: skip


def _is_of(world: World, event: Event, branch: str, *, above: bool) -> bool:
    if event.place == branch:
        return True
    return above and event.place in world.above and branch.startswith(event.place)


def _attended(world: World, event: Event, period: tuple[date, date], branch: str) -> bool:
    """Tell whether somebody was at the event in the period: of the branch, if it came from above."""
    if event.state not in ("published", "open", "closed"):
        return False
    for session in event.sessions:
        day = session.starts.astimezone(SHANGHAI).date()
        if period[0] <= day <= period[1]:
            for number in session.present:
                person = world.people[number]
                # Whoever has left since was there all the same.
                if event.place not in world.above or person.branch == branch:
                    return True
    return False


def _state(world: World, place: str, period: tuple[date, date], done: bool, asked: bool) -> str:
    held = [
        min(s.starts for s in event.sessions).astimezone(SHANGHAI).date()
        for event in world.events
        if event.place == place and event.state in ("published", "open", "closed")
    ]
    begun = min([world.known_since[place], *held])
    if not asked:
        return "not_applicable"
    if done:
        return "done"
    if begun > period[1] or world.today < period[0]:
        return "not_applicable"
    return "overdue" if world.today > period[1] else "due"


def _periods(year: int, months: int) -> Sequence[tuple[date, date]]:
    return [
        (
            date(year, first, 1),
            date(year, first + months - 1, monthrange(year, first + months - 1)[1]),
        )
        for first in range(1, 13, months)
    ]


def _name(period: tuple[date, date], months: int) -> str:
    year, month = period[0].year, period[0].month
    return {12: f"{year}", 3: f"{year}-Q{month // 3 + 1}", 1: f"{year}-{month:02}"}[months]
