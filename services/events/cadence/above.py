"""The calendar of a unit and of the city: counts, and what is overdue; never a ranking."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import select, text

from services.events.cadence import policy, reading
from services.events.cadence.policy import Figures, Period, State, standing
from services.events.cadence.reading import TRAINING, Asked, Scope
from services.events.cadence.rules import RULES
from services.events.counts import service as ahead
from services.events.roster_copy.models import OrganisationCopy
from services.events.study_hours import service as study_hours
from shared.clock import local_day
from shared.database import UnitOfWork

KIND: Final = "cadence"
SUBJECTS: Final = ("branch", "group", "cross_cutting")
STUDY: Final = RULES[study_hours.RULE]
_TOTALS: Final = text("""
    SELECT count(*) FILTER (WHERE kind = 'branch'), count(*) FILTER (WHERE kind = 'cross_cutting')
    FROM roster_organisations WHERE path ^@ :path
""")
# Of the city's own: those that lie in no unit.
_CROSSING: Final = text("""
    SELECT g.path FROM roster_organisations g
    WHERE g.kind = 'cross_cutting' AND g.path ^@ :path AND NOT EXISTS (
        SELECT FROM roster_organisations u WHERE u.kind = 'unit' AND g.path ^@ u.path
    )
""")
_Cell = tuple[str, str]


class Tally:
    """How many organisations are in which state, by rule and period, and which are overdue."""

    def __init__(self) -> None:
        self.states: dict[_Cell, dict[State, int]] = defaultdict(lambda: dict.fromkeys(State, 0))
        self.overdue: list[tuple[str, _Cell]] = []

    def add(self, path: str, rule: str, period: str, state: State) -> None:
        self.states[rule, period][state] += 1
        if state is State.OVERDUE:
            self.overdue.append((path, (rule, period)))

    def add_counts(self, counts: Mapping[str, Mapping[str, Mapping[str, int]]]) -> None:
        """Add what another tally counted."""
        for rule, periods in counts.items():
            for period, states in periods.items():
                for state, number in states.items():
                    self.states[rule, period][State(state)] += number

    def fill(self, cells: Iterable[_Cell], totals: Mapping[str, int]) -> None:
        """Count those nothing was asked of: all others of the kind that a rule is asked of."""
        for rule, period in cells:
            states = self.states[rule, period]
            rest = totals[RULES[rule].subject] - sum(states.values())
            states[State.NOT_APPLICABLE] += max(0, rest)

    def counts(self) -> dict[str, dict[str, dict[str, int]]]:
        found: dict[str, dict[str, dict[str, int]]] = defaultdict(dict)
        for (rule, period), states in self.states.items():
            found[rule][period] = {state.value: number for state, number in states.items()}
        return found


def of_unit(
    uow: UnitOfWork, organisation: OrganisationCopy, year: int, today: date
) -> dict[str, Any]:
    """Return a unit's or general branch's counts, and what is overdue item by item."""
    tally = _count(uow, organisation.path, year, today)
    names = _below(uow, organisation.path)
    items = [
        {
            "organisation_id": names[path].id,
            "name": names[path].name,
            "rule": rule,
            "period": period,
        }
        for path, (rule, period) in sorted(tally.overdue)
        if path in names
    ]
    return {"rules": _rules(uow, year, tally), "overdue": items}


def count_unit(uow: UnitOfWork, path: str, year: int) -> dict[str, Any]:
    """Return what is kept of a unit for the city."""
    tally = _count(uow, path, year, local_day(uow.clock.now()))
    return {"rules": tally.counts(), "overdue": len(tally.overdue)}


def of_city(
    uow: UnitOfWork, organisation: OrganisationCopy, year: int, today: date
) -> dict[str, Any]:
    """Return the sums of what was counted of the units, and how much is overdue in each.

    Cross-cutting groups directly under the city are counted now.
    """
    units = ahead.read(uow, KIND, organisation.path, year)
    tally = Tally()
    for unit in units:
        if unit.counts is not None:
            tally.add_counts(unit.counts["rules"])
    _count_crossing(uow, organisation.path, year, today, tally)
    return {
        "rules": _rules(uow, year, tally),
        "counted_at": ahead.counted_at(units),
        "units": [
            {
                "organisation_id": unit.organisation_id,
                "name": unit.name,
                "overdue": None if unit.counts is None else unit.counts["overdue"],
            }
            for unit in units
        ],
    }


def _count(uow: UnitOfWork, path: str, year: int, today: date) -> Tally:
    tally, scope = Tally(), Scope(path)
    figures = reading.figures_of(uow, year)
    asked = reading.asked_of(uow, year, SUBJECTS)
    _add_cells(tally, asked, reading.cells(uow, asked, scope), today)
    cells = [(each.rule.code, each.period.name) for each in asked]
    whole = policy.period_at("year", date(year, 1, 1))
    if STUDY.code in figures:
        cells.append((STUDY.code, whole.name))
        for branch, found in study_hours.by_branch(uow, path, year).items():
            if found.asked:
                state = standing(whole, found.met, found.asked, today).state
                tally.add(branch, STUDY.code, whole.name, state)
    if TRAINING.code in figures:
        cells.append((TRAINING.code, whole.name))
        for row in reading.training(uow, scope):
            if own := reading.training_in(figures[TRAINING.code], row.since_day, year):
                state = standing(own, int(row.trained_on is not None), 1, today).state
                tally.add(row.owner_path, TRAINING.code, whole.name, state)
    branches, crossing = uow.session.execute(_TOTALS, {"path": path}).one()
    tally.fill(cells, {"branch": branches, "group": branches, "cross_cutting": crossing})
    return tally


def _count_crossing(uow: UnitOfWork, path: str, year: int, today: date, tally: Tally) -> None:
    asked = reading.asked_of(uow, year, ("cross_cutting",))
    # Those of units are counted with them.
    own = set(uow.session.scalars(_CROSSING, {"path": path}))
    rows = [row for row in reading.cells(uow, asked, Scope(path)) if row.owner_path in own]
    mine = Tally()
    _add_cells(mine, asked, rows, today)
    mine.fill([(each.rule.code, each.period.name) for each in asked], {"cross_cutting": len(own)})
    tally.add_counts(mine.counts())


def _add_cells(tally: Tally, asked: Sequence[Asked], rows: Sequence[Any], today: date) -> None:
    periods = {(each.rule.code, each.period.name): each.period for each in asked}
    for row in rows:
        state = standing(periods[row.rule, row.period], int(row.done), 1, today).state
        tally.add(row.owner_path, row.rule, row.period, state)


def _rules(uow: UnitOfWork, year: int, tally: Tally) -> list[dict[str, Any]]:
    return [
        {
            "rule": RULES[code],
            "figures": figures,
            "duty": None,
            "periods": [
                {
                    "period": period.name,
                    "first": period.first,
                    "last": period.last,
                    "counts": tally.states[code, period.name],
                }
                for period in _periods(code, figures, year)
            ],
        }
        for code, figures in reading.figures_of(uow, year).items()
        if any((code, period.name) in tally.states for period in _periods(code, figures, year))
    ]


def _periods(code: str, figures: Figures, year: int) -> list[Period]:
    kind = figures.period if RULES[code].seen_by in ("events", "marks") else "year"
    return policy.periods_in(kind, year)


def _below(uow: UnitOfWork, path: str) -> dict[str, OrganisationCopy]:
    """Return what lies at and below a path, by path."""
    query = select(OrganisationCopy).where(
        OrganisationCopy.path.startswith(path, autoescape=True),
        OrganisationCopy.kind.in_(("unit", "branch", "cross_cutting")),
    )
    return {each.path: each for each in uow.session.scalars(query)}
