"""Who is to be reminded of what: privately, of what one answers for, and once.

Nothing is sent here (`events.reminders.duties` does).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from services.events.cadence import policy, reading
from services.events.cadence.above import STUDY, SUBJECTS
from services.events.cadence.duties import Duties, Duty
from services.events.cadence.policy import Figures, Period, State, standing
from services.events.cadence.reading import TRAINING, Asked, Scope
from services.events.cadence.rules import Rule
from services.events.roster_copy.models import OrganisationCopy
from services.events.study_hours import service as study_hours
from shared.clock import SHANGHAI, local_day
from shared.database import UnitOfWork
from shared.text import Text

DUE_SOON: Final = "cadence.due_soon"
OVERDUE: Final = "cadence.overdue"
_LAST_MINUTE: Final = time(23, 59)


@dataclass(frozen=True, slots=True)
class Reminder:
    """What one person is to be told.

    Attributes:
        kind: `DUE_SOON` or `OVERDUE`.
        subject: the organisation it is about.
        rule: what is asked.
        wanted_by: the last moment of the day by which it is wanted.
        key: the same for the same reminder, however often it is found; each is sent once.
    """

    member_id: UUID
    kind: str
    subject: UUID
    rule: Rule
    wanted_by: datetime
    text: Text
    key: str


@dataclass(frozen=True, slots=True)
class _Open:
    """Something that is not done."""

    organisation_id: UUID
    rule: Rule
    figures: Figures
    period: Period


def reminders_due(uow: UnitOfWork) -> Iterator[Reminder]:
    """Yield all reminders due today, unit by unit; those of the last days are among them again.

    Whoever answers for a rule is reminded some days (a figure of the rule) before the day it is
    wanted, and once it is overdue, for as many days after. Where nobody answers, nobody is told.
    """
    today = local_day(uow.clock.now())
    asked = [*_asked(uow, today)]
    tops = uow.session.execute(
        select(OrganisationCopy.path, OrganisationCopy.kind)
        .where(OrganisationCopy.kind.in_(("committee", "unit")))
        .order_by(OrganisationCopy.path)
    ).all()
    units = tuple(path for path, kind in tops if kind == "unit")
    for path, kind in tops:
        duties, places = Duties(uow, path), _places(uow, path)
        if kind == "unit":
            items = _open(uow, path, asked, today)
        else:
            # Directly under the committee there are no branches.
            places = {i: place for i, place in places.items() if not place.path.startswith(units)}
            items = _counted(uow, path, [a for a in asked if a.rule.subject == "cross_cutting"])
        for item in items:
            if item.organisation_id in places:
                duty = duties.of(item.organisation_id, item.rule.code)
                name = places[item.organisation_id].name
                if reminder := _reminder(item, duty, name, today):
                    yield reminder


def _places(uow: UnitOfWork, path: str) -> dict[UUID, OrganisationCopy]:
    query = select(OrganisationCopy).where(
        OrganisationCopy.path.startswith(path, autoescape=True),
        OrganisationCopy.kind.in_(("branch", "cross_cutting")),
    )
    return {place.id: place for place in uow.session.scalars(query)}


def _reminder(item: _Open, duty: Duty, organisation: str, today: date) -> Reminder | None:
    if duty.member_id is None:
        return None
    days = timedelta(days=item.figures.remind_days)
    state = standing(item.period, 0, 1, today).state
    wanted = policy.due_on(item.period, duty.due_day)
    if state is State.DUE and today >= wanted - days:
        kind, text = DUE_SOON, _due_soon(item, organisation, wanted)
    elif state is State.OVERDUE and today <= item.period.last + days:
        kind, text = OVERDUE, _overdue(item, organisation)
    else:
        return None
    key = f"{kind}:{item.organisation_id}:{item.rule.code}:{item.period.name}"
    return Reminder(
        member_id=duty.member_id,
        kind=kind,
        subject=item.organisation_id,
        rule=item.rule,
        wanted_by=datetime.combine(wanted, _LAST_MINUTE, SHANGHAI),
        text=text,
        key=key,
    )


def _open(uow: UnitOfWork, path: str, asked: list[Asked], today: date) -> Iterator[_Open]:
    """Yield what is not done of the periods that are running, and of those that just ended."""
    yield from _counted(uow, path, asked)
    yield from _study(uow, path, today)
    figures = reading.figures_of(uow, today.year).get(TRAINING.code)
    for row in reading.training(uow, Scope(path)) if figures else ():
        if figures and row.trained_on is None:
            period = policy.training_time(row.since_day, figures.months)
            yield _Open(row.owner, TRAINING, figures, period)


def _counted(uow: UnitOfWork, path: str, asked: list[Asked]) -> Iterator[_Open]:
    by_cell = {(each.rule.code, each.period.name): each for each in asked}
    for row in reading.cells(uow, asked, Scope(path)):
        if not row.done:
            each = by_cell[row.rule, row.period]
            yield _Open(row.owner, each.rule, each.figures, each.period)


def _asked(uow: UnitOfWork, today: date) -> Iterator[Asked]:
    for year in (today.year - 1, today.year):
        for each in reading.asked_of(uow, year, SUBJECTS):
            days = timedelta(days=each.figures.remind_days)
            if each.period.first <= today <= each.period.last + days:
                yield each


def _study(uow: UnitOfWork, path: str, today: date) -> Iterator[_Open]:
    for year in (today.year - 1, today.year):
        figures = reading.figures_of(uow, year).get(STUDY.code)
        period = policy.period_at("year", date(year, 1, 1))
        days = timedelta(days=figures.remind_days if figures else 0)
        # Everybody's hours are counted for it: only when somebody may be reminded of them.
        if figures is None or not period.last - days <= today <= period.last + days:
            continue
        places = {place.path: place.id for place in _places(uow, path).values()}
        for branch, found in study_hours.by_branch(uow, path, year).items():
            if found.met < found.asked and branch in places:
                yield _Open(places[branch], STUDY, figures, period)


def _due_soon(item: _Open, organisation: str, wanted: date) -> Text:
    rule, period = item.rule.name, _period_in_words(item)
    return Text(
        f"{organisation}：{period.zh}「{rule.zh}」须在 {wanted:%Y-%m-%d} 前完成，目前尚未完成。",
        f"{organisation}: “{rule.en}”{period.en} is wanted by {wanted:%Y-%m-%d}; it is not done yet.",
    )


def _overdue(item: _Open, organisation: str) -> Text:
    rule, period = item.rule.name, _period_in_words(item)
    return Text(
        f"{organisation}：{period.zh}「{rule.zh}」已逾期；如已开展，请补录签到，或标记为已完成。",
        f"{organisation}: “{rule.en}”{period.en} is overdue; if it was held, enter who attended, or"
        " note it as done.",
    )


def _period_in_words(item: _Open) -> Text:
    if item.rule is TRAINING:
        return Text("", "")
    return Text(f"{item.period.name} ", f" of {item.period.name}")
