"""What an event says about registration, and how many have a seat or wait."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from services.events.catalogue import policy as life
from services.events.catalogue import service as catalogue
from services.events.catalogue.models import EventRow, RegistrationSettingsRow
from services.events.registrations import policy, seats
from services.events.registrations.models import SEATED, RegistrationRow
from services.events.registrations.policy import Terms
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import Conflict
from shared.text import Text


@dataclass(frozen=True, slots=True)
class Overview:
    """An event's registration at a glance; `settings` is None where it asks for none."""

    settings: RegistrationSettingsRow | None
    seated: int
    waiting: int

    @property
    def version(self) -> int:
        return self.settings.version if self.settings else 0

    @property
    def seats_left(self) -> int | None:
        if self.settings is None or self.settings.capacity is None:
            return None
        return max(0, self.settings.capacity - self.seated)


def overview(uow: UnitOfWork, event_id: UUID) -> Overview:
    """Count an event's registrations."""
    state = RegistrationRow.state
    seated, waiting = uow.session.execute(
        select(
            func.count().filter(state.in_(SEATED)), func.count().filter(state == "waiting")
        ).where(RegistrationRow.event_id == event_id)
    ).one()
    return Overview(uow.session.get(RegistrationSettingsRow, event_id), seated, waiting)


def set_up(uow: UnitOfWork, event: EventRow, data: dict[str, Any]) -> Overview:
    """Say how a locked event is registered for; more seats go to those who wait.

    With fewer seats than are taken nobody loses one: nobody gets one until enough have gone.

    Raises:
        Conflict: `event_not_editable`.
        Unprocessable: see `policy.check_times`.
    """
    life.check_editable(event.state)
    names = ("capacity", "opens_at", "closes_at", "cancel_until", "reply_hours")
    terms = (data[name] for name in names)
    policy.check_times(Terms(event.state, event.starts_at, *terms))
    row = uow.session.get(RegistrationSettingsRow, event.id)
    if row is None:
        row = RegistrationSettingsRow(event_id=event.id, version=0)
        uow.session.add(row)
    for name, value in data.items():
        setattr(row, name, value)
    row.version += 1
    catalogue.changed(uow, event)
    held = seats.hold(uow, event.id)
    seats.give(uow, held)
    return overview(uow, event.id)


def take_down(uow: UnitOfWork, principal: Principal, event_id: UUID) -> None:
    """Ask for no registration after all, as long as nobody has registered.

    Raises:
        NotFound, Forbidden: see `catalogue.get_to_run`.
        Conflict: `event_not_editable`, `registration_used`.
    """
    event = catalogue.get_to_run(uow, principal, event_id, lock=True)
    life.check_editable(event.state)
    used = uow.session.scalar(
        select(RegistrationRow.id).where(RegistrationRow.event_id == event_id).limit(1)
    )
    if used is not None:
        raise Conflict(
            "registration_used",
            Text(
                zh="已有人报名，不能撤掉报名；可以截止报名，或不限名额。",
                en="People have registered; close registration, or lift the capacity instead.",
            ),
        )
    row = uow.session.get(RegistrationSettingsRow, event_id)
    if row is not None:
        uow.session.delete(row)
        catalogue.changed(uow, event)
