"""The branch calendar: of one branch or group in full, of those above in counts."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row

from services.events.cadence import above, marks, policy, reading
from services.events.cadence.duties import Duties
from services.events.cadence.permissions import CADENCE_READ
from services.events.cadence.policy import Period, State, standing
from services.events.cadence.reading import TRAINING, Asked, Scope
from services.events.cadence.rules import RULES
from services.events.roster_copy.models import OrganisationCopy
from services.events.study_hours import service as study_hours
from shared.auth import Principal
from shared.clock import local_day
from shared.database import UnitOfWork

# What is asked of an organisation itself, by its kind.
_OWN: Final = {
    "branch": ("branch", "group"),
    "group": ("group",),
    "cross_cutting": ("cross_cutting",),
}
_VIEWS: Final = {"committee": above.of_city, "unit": above.of_unit, "general_branch": above.of_unit}
_Shown = dict[str, Any]


def of_organisation(
    uow: UnitOfWork, principal: Principal, organisation: OrganisationCopy, year: int
) -> _Shown:
    """Return what the rules ask of a year, and how it stands today.

    Of a branch or group: each rule and period with its state, the events behind it, and who answers
    for it. Above: of how many organisations it is done, due or overdue; of a unit also which ones
    are overdue, of the city how much is in each unit.

    Raises:
        Forbidden: `out_of_reach`.
    """
    principal.require(CADENCE_READ, organisation.path)
    today = local_day(uow.clock.now())
    view = _VIEWS.get(organisation.kind, _alone)
    return {
        "organisation": organisation,
        "year": year,
        "today": today,
        "overdue": None,
        "units": None,
        "counted_at": None,
        **view(uow, organisation, year, today),
    }


def _alone(uow: UnitOfWork, organisation: OrganisationCopy, year: int, today: date) -> _Shown:
    scope = Scope.of(uow, organisation)
    marked = marks.of_year(uow, organisation.id, year)
    periods = _counted(uow, scope, reading.asked_of(uow, year, _OWN[organisation.kind]), today)
    if organisation.kind == "branch":
        periods[above.STUDY.code] = _study(uow, scope.path, year, today)
        periods[TRAINING.code] = _training(uow, scope, year, today)
    figures = reading.figures_of(uow, year)
    shown = [code for code in RULES if code in figures and periods[code]]
    duties = Duties(uow, scope.path)
    for code in shown:
        if RULES[code].seen_by in marks.MARKED:
            periods[code] = [period | {"mark": marked.get(code)} for period in periods[code]]
    return {
        "rules": [
            {
                "rule": RULES[code],
                "figures": figures[code],
                "duty": _duty(duties, organisation, code, periods[code]),
                "periods": periods[code],
            }
            for code in shown
        ]
    }


def _counted(
    uow: UnitOfWork, scope: Scope, asked: Sequence[Asked], today: date
) -> dict[str, list[_Shown]]:
    """Return the periods of the rules that events and marks are counted for, by rule."""
    parts: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    for part in reading.parts(uow, asked, scope):
        parts[part.rule, part.period].append(part)
    events: dict[tuple[str, str], list[_Shown]] = defaultdict(list)
    for event in reading.events(uow, asked, scope):
        events[event.rule, event.period].append(_event(event))
    periods: dict[str, list[_Shown]] = defaultdict(list)
    for each in asked:
        cell = (each.rule.code, each.period.name)
        state = _state(each, parts[cell], today)
        periods[each.rule.code].append({**state, "events": events[cell]})
    return periods


def _state(each: Asked, parts: Sequence[Row[Any]], today: date) -> _Shown:
    """Return the state of a branch, or of all its groups together."""
    done = sum(part.done for part in parts)
    found = standing(each.period, done, len(parts), today, applies=bool(parts))
    grouped = each.rule.subject == "group"
    return {
        **_period(each.period),
        "state": found.state,
        "next_on": found.next_on,
        "held": min((part.held for part in parts), default=0),
        "missing": [part.name for part in parts if grouped and not part.done],
    }


def _study(uow: UnitOfWork, path: str, year: int, today: date) -> list[_Shown]:
    found = study_hours.by_branch(uow, path, year).get(path, study_hours.Standing(0, 0, 0))
    period = policy.period_at("year", date(year, 1, 1))
    state = standing(period, found.met, found.asked, today, applies=found.asked > 0)
    study = {"members": found.members, "asked": found.asked, "met": found.met}
    return [{**_period(period), "state": state.state, "next_on": state.next_on, "study": study}]


def _training(uow: UnitOfWork, scope: Scope, year: int, today: date) -> list[_Shown]:
    figures = reading.figures_of(uow, year).get(TRAINING.code)
    if figures is None:
        return []
    shown = []
    for row in reading.training(uow, scope):
        if own := reading.training_in(figures, row.since_day, year):
            found = standing(own, int(row.trained_on is not None), 1, today)
            state = {"state": found.state, "next_on": found.next_on, "done_on": row.trained_on}
            shown.append({**_period(own), **state})
    return shown


def _duty(
    duties: Duties, organisation: OrganisationCopy, code: str, periods: Sequence[_Shown]
) -> _Shown:
    """Return who answers for a rule, and until when what is due now is wanted."""
    duty = duties.of(organisation.id, code)
    due = next((one for one in periods if one["state"] is State.DUE), None)
    due_on = None
    if due:
        due_on = policy.due_on(Period(due["period"], due["first"], due["last"]), duty.due_day)
    return {**duty.shown(), "due_on": due_on}


def _period(period: Period) -> _Shown:
    return {"period": period.name, "first": period.first, "last": period.last}


def _event(row: Row[Any]) -> _Shown:
    return {
        "event_id": row.event_id,
        "title": row.title,
        "held_on": local_day(row.held_at),
        "organisation": row.subject,
        "expected": row.expected,
        "present": row.present,
        "excused": row.excused,
    }
