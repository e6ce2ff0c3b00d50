"""Making series, and changing their events together."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text

from services.events.catalogue import making, sessions
from services.events.catalogue import policy as events_policy
from services.events.catalogue import service as catalogue
from services.events.catalogue.access import may_run
from services.events.catalogue.copying import shifted
from services.events.catalogue.models import EventRow
from services.events.series import policy
from services.events.series.models import SeriesRow
from shared.auth import Principal
from shared.clock import local_day
from shared.database import UnitOfWork
from shared.errors import Conflict, NotFound
from shared.ids import new_id
from shared.text import Text

# In the order in which a change of one event takes its locks, so that none waits in a circle.
_LOCK_SERIES: Final = text("SELECT FROM event_series WHERE id = :id FOR UPDATE")
_LOCK_EVENTS: Final = text("""
    SELECT FROM events WHERE series_id = :id ORDER BY id FOR NO KEY UPDATE
""")
_LOCK_SESSIONS: Final = text("""
    SELECT FROM event_sessions s JOIN events e ON e.id = s.event_id
    WHERE e.series_id = :id ORDER BY s.id FOR UPDATE OF s
""")


@dataclass(frozen=True, slots=True)
class Series:
    """A series with its events, in order of their days."""

    row: SeriesRow
    events: list[EventRow]


@dataclass(slots=True)
class Outcome:
    """Which events a change reached, and why it did not reach the others."""

    changed: list[EventRow] = field(default_factory=list)
    left: list[tuple[UUID, str]] = field(default_factory=list)


def create(
    uow: UnitOfWork,
    principal: Principal,
    template: dict[str, Any],
    recurrence: dict[str, Any],
    *,
    publish: bool,
) -> Series:
    """Make an event of each of the rule's days from the template's on.

    Raises:
        Unprocessable: `series_too_long`, `series_empty`, and as `making.create`.
        Forbidden: as `making.create`.
    """
    organisation = making.place_for(uow, principal, template)
    first_day = local_day(template["starts_at"])
    row = SeriesRow(
        id=new_id(),
        organisation_id=organisation.id,
        rule=policy.rule_of(recurrence),
        first_day=first_day,
        skip_holidays=recurrence["skip_holidays"],
        created_by=principal.member_id,
        created_at=uow.clock.now(),
    )
    days = policy.days_of(row.rule, first_day, skip_holidays=row.skip_holidays)
    uow.session.add(row)
    uow.session.flush()
    events = []
    for day in (each.day for each in days if each.holiday is None):
        data = shifted(template, day - first_day) | {"series_id": row.id, "series_day": day}
        events.append(making.draft(uow, principal, organisation, data))
    uow.session.flush()
    if publish:
        for event in events:
            catalogue.enter(uow, event, "published")
        catalogue.changed(uow, *events)
    return Series(row, events)


def get(uow: UnitOfWork, principal: Principal, series_id: UUID, *, lock: bool = False) -> Series:
    """Return a series that the asker runs, by having made it or by administering its organisation.

    Raises:
        NotFound: `series_unknown`, also for those of others.
    """
    if lock:
        for statement in (_LOCK_SERIES, _LOCK_EVENTS, _LOCK_SESSIONS):
            uow.session.execute(statement, {"id": series_id})
    row = uow.session.get(SeriesRow, series_id, populate_existing=True)
    path = row.organisation.path if row and row.organisation else ""
    if row is None or not may_run(principal, path, row.created_by, ()):
        raise NotFound(
            "series_unknown",
            Text(
                zh="没有这个系列，或它不由您办理。",
                en="There is no such series, or it is not yours to run.",
            ),
        )
    events = uow.session.scalars(
        select(EventRow)
        .where(EventRow.series_id == series_id)
        .options(*catalogue.WITH_ALL)
        .order_by(EventRow.series_day)
        .execution_options(populate_existing=True)
    ).all()
    return Series(row, list(events))


def change(
    uow: UnitOfWork,
    principal: Principal,
    series: Series,
    event_id: UUID,
    scope: str,
    changes: dict[str, Any],
) -> Outcome:
    """Carry an edit of one event over to the following or to all; see `schemas.SeriesPatch`.

    Raises:
        NotFound: `event_unknown`, where it is none of the series.
        Conflict: `event_not_editable`, `event_over`, where it is over itself.
        Forbidden: `not_for_everyone`.
        Unprocessable: times that make no sense.
    """
    edited = _one(series, event_id)
    events_policy.check_editable(edited.state)
    if _is_over(uow, edited):
        raise _over()
    begins = changes.pop("starts_at", edited.starts_at) - edited.starts_at
    ends = changes.pop("ends_at", edited.ends_at) - edited.ends_at
    attended = catalogue.attended(uow, [event.id for event in series.events])

    def edit(event: EventRow) -> None:
        times = {"starts_at": event.starts_at + begins, "ends_at": event.ends_at + ends}
        different = catalogue.check_change(
            principal, event, changes | times, attended=event.id in attended
        )
        sessions.shift(event, begins)
        catalogue.carry_out(event, different)

    chosen = _from(series, edited) if scope == "following" else series.events
    return _each(uow, series, chosen, edit)


def publish(uow: UnitOfWork, series: Series) -> Outcome:
    """Show every draft of a series to those it is for."""
    drafts = [event for event in series.events if event.state == "draft"]
    return _each(uow, series, drafts, lambda event: catalogue.enter(uow, event, "published"))


def cancel(uow: UnitOfWork, series: Series, event_id: UUID | None, reason: str) -> Outcome:
    """Call off an event and all after it, or all that are not over.

    Raises:
        NotFound: `event_unknown`, where it is none of the series.
    """
    chosen = series.events if event_id is None else _from(series, _one(series, event_id))
    return _each(
        uow, series, chosen, lambda event: catalogue.enter(uow, event, "cancelled", reason)
    )


def _each(
    uow: UnitOfWork,
    series: Series,
    events: Iterable[EventRow],
    change_one: Callable[[EventRow], None],
) -> Outcome:
    """Change events one by one; what has to stay as it is, stays and is named."""
    outcome = Outcome()
    for event in events:
        try:
            if _is_over(uow, event):
                raise _over()
            change_one(event)
        except Conflict as conflict:
            outcome.left.append((event.id, conflict.code))
        else:
            outcome.changed.append(event)
    if outcome.changed:
        series.row.version += 1
        catalogue.changed(uow, *outcome.changed)
    return outcome


def _one(series: Series, event_id: UUID) -> EventRow:
    for event in series.events:
        if event.id == event_id:
            return event
    raise NotFound(
        "event_unknown",
        Text(
            zh="这个系列中没有这场活动，请重新选择。",
            en="The series has no such event; choose again.",
        ),
    )


def _from(series: Series, first: EventRow) -> list[EventRow]:
    return series.events[series.events.index(first) :]


def _is_over(uow: UnitOfWork, event: EventRow) -> bool:
    return event.ends_at <= uow.clock.now()


def _over() -> Conflict:
    return Conflict(
        "event_over",
        Text(
            zh="这场活动已经结束，请从之后的一场改起。",
            en="This event is over; begin with a later one of the series.",
        ),
    )
