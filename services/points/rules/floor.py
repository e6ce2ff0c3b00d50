"""No set under whose floor somebody would stand, on its day or when the next year begins."""

from dataclasses import replace
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from sqlalchemy import text

from services.points.rules import policy
from services.points.rules.models import RuleSetRow
from services.points.rules.timeline import TIMELINE, to_rule_set
from services.points.scoring import Timeline, score
from services.points.scoring.opening import opening_fact, year_begins
from shared.clock import SHANGHAI, local_day
from shared.database import UnitOfWork

_STANDING_BELOW: Final = text("""
    SELECT count(*) FROM members m
    LEFT JOIN member_years y ON y.member_id = m.id AND y.year = :year
    WHERE m.scored AND m.status <> 'left' AND coalesce(y.points, 0) < :floor
""")
# The third part of a path is its unit's code.
_BEGINNING_BELOW: Final = text("""
    SELECT count(*) FROM members m JOIN organisations o ON o.id = m.organisation_id
    WHERE m.scored AND m.status <> 'left' AND CASE
        WHEN split_part(o.path, '/', 3) = ANY(CAST(:units AS text[]))
        THEN split_part(o.path, '/', 3) = ANY(CAST(:short AS text[]))
        ELSE '' = ANY(CAST(:short AS text[]))
    END
""")
_CODE: Final = text("SELECT code FROM organisations WHERE id = :id")
_SOMEBODY: Final = UUID(int=0)


def check_floor(uow: UnitOfWork, row: RuleSetRow) -> None:
    """Refuse a set that has a day, if members would stand below the floor.

    Raises:
        Unprocessable: `below_floor`.
    """
    day = row.effective_from
    if day is None:
        return
    today = local_day(uow.clock.now())
    if row.difference is not None:
        policy.check_floor(row.floor, row.difference["below_floor"])
    elif row.organisation_id is None and row.floor > 0 and day != date(day.year, 1, 1):
        # A unit's set changes nobody's floor, and what has been earned stays.
        values = {"year": today.year, "floor": row.floor}
        policy.check_floor(row.floor, uow.session.scalar(_STANDING_BELOW, values) or 0)
    _check_beginning(uow, row, max(day, today))


def _check_beginning(uow: UnitOfWork, row: RuleSetRow, day: date) -> None:
    """Refuse a set under which the first year that begins from a day on begins too low."""
    year = day.year if day == date(day.year, 1, 1) else day.year + 1
    unit = uow.session.scalar(_CODE, {"id": row.organisation_id}) or ""
    start = datetime.combine(day, time(0), SHANGHAI)
    timeline = Timeline([*TIMELINE.get(uow).rule_sets, to_rule_set(row, unit, start)])
    short = {}
    for place in {unit} if unit else {"", *timeline.units}:
        opening = replace(opening_fact(_SOMEBODY, year), unit=place)
        rules = timeline.at(year_begins(year), place)
        _, state = score([opening], timeline)
        if rules is not None and state.points(str(year)) < rules.floor:
            short[place] = rules.floor
    if short:
        values = {"units": list(timeline.units), "short": list(short)}
        policy.check_floor(max(short.values()), uow.session.scalar(_BEGINNING_BELOW, values) or 0)
