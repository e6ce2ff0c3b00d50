"""A member's study hours, a branch's list, and the counts of those above."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from services.events.catalogue.categories import CATEGORIES
from services.events.counts import service as ahead
from services.events.figures.service import in_force
from services.events.roster_copy.models import OrganisationCopy
from services.events.study_hours import policy, statements
from services.events.study_hours.permissions import STUDY_HOURS_LIST, STUDY_HOURS_READ
from services.events.study_hours.policy import Portion, StudyFigures
from shared.auth import Principal
from shared.clock import start_of_day
from shared.database import UnitOfWork
from shared.errors import NotFound
from shared.text import Text

RULE: Final = "R9"
KIND: Final = "study_hours"
_AMOUNTS: Final = ("members", "asked", "met")
_TIMED: Final = [category.code for category in CATEGORIES.values() if category.timed]
# Above a branch, people are not listed.
_LISTED: Final = ("branch", "group", "cross_cutting")

_ITEMS: Final = text(statements.ITEMS.format(who=statements.ONESELF))
_MEMBERS: Final = {
    kind: text(statements.MEMBERS.format(who=statements.BELONGS[kind])) for kind in _LISTED
}
_COUNTS: Final = {
    kind: text(statements.COUNTS.format(who=who)) for kind, who in statements.BELONGS.items()
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How many of an organisation's members are asked for study, and how many have done it."""

    members: int
    asked: int
    met: int


def own(uow: UnitOfWork, member_id: UUID, year: int) -> dict[str, Any]:
    """Return a member's year: minutes studied and asked, and each thing with what it counts."""
    figures = figures_of(uow, year)
    rows = uow.session.execute(_ITEMS, {**_values(figures, year), "member": member_id}).all()
    studied = [row for row in rows if row.id is not None]
    counts = policy.counted((Portion(row.id, row.day, row.credit) for row in studied), figures)
    items: dict[UUID, dict[str, Any]] = {}
    for row in studied:
        item = items.setdefault(row.id, {**_item(row), "worth": 0, "counted": counts[row.id]})
        item["worth"] += row.credit
    asked, office = (rows[0].asked, rows[0].office) if rows else (False, False)
    minutes = sum(counts.values())
    return {
        "year": year,
        **_measured(minutes, figures.target(office=office, asked=asked)),
        "items": list(items.values()),
    }


def of_organisation(
    uow: UnitOfWork, principal: Principal, organisation_id: UUID, year: int
) -> dict[str, Any]:
    """Return the members of a branch to its committee, in the order of the roster; else counts.

    Raises:
        NotFound: `organisation_unknown`.
        Forbidden: `out_of_reach`.
    """
    organisation = find(uow, organisation_id)
    principal.require(STUDY_HOURS_READ, organisation.path)
    figures = figures_of(uow, year)
    values = {**_values(figures, year), "path": organisation.path}
    answer: dict[str, Any] = {
        "organisation": organisation,
        "year": year,
        "items": None,
        "below": None,
        "counted_at": None,
    }
    if organisation.kind in _LISTED and principal.reaches(STUDY_HOURS_LIST, organisation.path):
        rows = uow.session.execute(_MEMBERS[organisation.kind], values).all()
        items = [_member(row, figures) for row in rows]
        missing = [item["missing"] for item in items if item["target"] is not None]
        totals = {"members": len(items), "asked": len(missing), "met": missing.count(0)}
        return {**answer, **totals, "items": items}
    if organisation.kind == "committee":
        return answer | _of_city(uow, organisation.path, year)
    below = uow.session.execute(_COUNTS[organisation.kind], values).all()
    totals = {name: sum(getattr(row, name) for row in below) for name in _AMOUNTS}
    listed = organisation.kind not in _LISTED
    return {**answer, **totals, "below": _named(uow, below) if listed else None}


def _of_city(uow: UnitOfWork, path: str, year: int) -> dict[str, Any]:
    units = ahead.read(uow, KIND, path, year)
    totals = {
        name: sum(unit.counts[name] for unit in units if unit.counts is not None)
        for name in _AMOUNTS
    }
    below = [
        {
            "organisation_id": unit.organisation_id,
            "name": unit.name,
            **{name: unit.counts[name] if unit.counts else None for name in _AMOUNTS},
        }
        for unit in units
    ]
    return {**totals, "below": below, "counted_at": ahead.counted_at(units)}


def count_unit(uow: UnitOfWork, path: str, year: int) -> dict[str, int]:
    """Return what is kept of a unit for the city."""
    found = by_branch(uow, path, year).values()
    return {name: sum(getattr(each, name) for each in found) for name in _AMOUNTS}


def by_branch(uow: UnitOfWork, path: str, year: int) -> dict[str, Standing]:
    """Return how the branches at and below a path stand, by their own paths."""
    values = {**_values(figures_of(uow, year), year), "path": path}
    rows = uow.session.execute(_COUNTS["unit"], values)
    return {row.path: Standing(row.members, row.asked, row.met) for row in rows}


def figures_of(uow: UnitOfWork, year: int) -> StudyFigures:
    """Return what was or is asked of a year."""
    return StudyFigures.read(in_force(uow, year)[RULE].figures)


def find(uow: UnitOfWork, organisation_id: UUID, *, lock: bool = False) -> OrganisationCopy:
    """Return an organisation of the roster; `lock` lets one change at a time be made to its own.

    Raises:
        NotFound: `organisation_unknown`.
    """
    found = uow.session.get(OrganisationCopy, organisation_id, with_for_update=lock or None)
    if found is None:
        raise NotFound(
            "organisation_unknown",
            Text("没有这个组织，请重新选择。", "There is no such organisation; choose again."),
        )
    return found


def _values(figures: StudyFigures, year: int) -> dict[str, Any]:
    return {
        "first": date(year, 1, 1),
        "last": date(year, 12, 31),
        "since": start_of_day(date(year, 1, 1)),
        "until": start_of_day(date(year + 1, 1, 1)),
        "timed": _TIMED,
        "offices": list(policy.OFFICES),
        "categories": list(figures.categories),
        "not_asked": list(figures.not_asked),
        "credits": policy.credits_by_length(figures),
        "most_a_day": figures.most_a_day,
        "course_days": figures.course_days,
        "make_up": figures.make_up_hours * policy.HOUR,
        "office_minutes": figures.office_hours * policy.HOUR,
        "member_minutes": figures.member_hours * policy.HOUR,
    }


def _item(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "title": row.title,
        "event_id": row.event_id,
        "day": row.day,
    }


def _member(row: Row[Any], figures: StudyFigures) -> dict[str, Any]:
    target = figures.target(office=row.office, asked=row.asked)
    return {
        "member_id": row.member_id,
        "member_no": row.member_no,
        "name": row.name,
        **_measured(row.minutes, target),
    }


def _measured(minutes: int, target: int | None) -> dict[str, int | None]:
    missing = None if target is None else max(0, target - minutes)
    return {"minutes": minutes, "target": target, "missing": missing}


def _named(uow: UnitOfWork, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """Return counts with the branches they are of, in the order of the tree."""
    paths = [row.path for row in rows]
    found = uow.session.query(OrganisationCopy).where(OrganisationCopy.path.in_(paths))
    names = {each.path: each for each in found}
    return [
        {
            "organisation_id": names[row.path].id,
            "name": names[row.path].name,
            **{name: getattr(row, name) for name in _AMOUNTS},
        }
        for row in rows
        if row.path in names
    ]
