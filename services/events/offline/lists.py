"""The list that a member of staff takes along to where there is no network."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from services.events.catalogue import service as catalogue
from services.events.catalogue.models import EventRow, GuestRow, RoleRow, SessionRow
from services.events.catalogue.snapshot import SessionSnapshot, read_snapshots
from services.events.catalogue.visibility import audience_of
from services.events.check_ins.refusals import Refusal
from services.events.codes import offline_lists, passes
from services.events.codes.offline_lists import Licence
from services.events.expected import sources
from services.events.offline import policy
from services.events.passes.service import versions_of
from services.events.roster_copy.members import belongs_to
from services.events.roster_copy.models import MemberCopy
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.ids import new_id
from shared.names import initials, masked

MOST_MEMBERS: Final = 5000
# Short on purpose: enough to find a name among five thousand, too little to be sure of one that was
# only guessed.
_NAME_BYTES: Final = 2
_PASS_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class OfflineList:
    """What a device takes along.

    `complete` is false where more people may come than it lists: the passes of the others are kept
    by the device and recognised when they are told.
    """

    licence: Licence
    token: str
    event: EventRow
    sessions: list[SessionSnapshot]
    members: list[dict[str, Any]]
    complete: bool


def take_along(
    uow: UnitOfWork, principal: Principal, key: bytes, event_id: UUID, device: bytes
) -> OfflineList | Refusal:
    """Return an event's list for one device and one member of staff.

    Raises:
        NotFound: `event_unknown`.
        Forbidden: `not_your_event`.
    """
    event = catalogue.get_to_run(uow, principal, event_id)
    now: datetime = uow.clock.now()
    found = read_snapshots(uow, SessionRow.event_id == event_id)
    sessions = policy.sessions_to_take(found, now)
    if isinstance(sessions, Refusal):
        return sessions
    licence = Licence(new_id(), principal.member_id, event_id, device, policy.expiry(sessions))
    members, complete = _listed(uow, event)
    versions = versions_of(uow, [member.id for member in members])
    listed = [
        _shown(
            licence.list_id,
            member,
            passes.issue(key, member.id, versions.get(member.id, passes.FIRST_VERSION)),
        )
        for member in members
    ]
    token = offline_lists.issue(key, licence)
    return OfflineList(licence, token, event, sessions, listed, complete)


def name_hash(salt: UUID, name: str) -> str:
    """Return what a device finds a full name by: the list's id and the name, hashed."""
    return sha256(salt.bytes + name.encode()).digest()[:_NAME_BYTES].hex()


def pass_digest(text: str) -> str:
    """Return what a device knows a pass by."""
    return sha256(text.encode()).digest()[:_PASS_BYTES].hex()


def _listed(uow: UnitOfWork, event: EventRow) -> tuple[list[MemberCopy], bool]:
    """Return whom to list, and whether nobody else may come.

    Those who are known to come; and all it is meant for, where they are not too many.
    """
    parts = select(RoleRow.member_id).where(RoleRow.event_id == event.id)
    guests = select(GuestRow.member_id).where(GuestRow.event_id == event.id)
    known = [MemberCopy.id.in_(parts), MemberCopy.id.in_(guests)]
    expected = sources.expected(event, sources.basis_of(uow, event))
    if expected is not None:
        known.append(MemberCopy.id.in_(expected))
    if event.registration is not None and event.registration.required:
        return _members(uow, known)[:MOST_MEMBERS], True
    audience = audience_of(event)
    if not audience.everyone:
        everybody = _members(uow, [*known, *(belongs_to(path) for path in audience.paths)])
        if len(everybody) <= MOST_MEMBERS:
            return everybody, True
    return _members(uow, known)[:MOST_MEMBERS], False


def _members(uow: UnitOfWork, conditions: Iterable[ColumnElement[bool]]) -> list[MemberCopy]:
    """Return those of the roster whom any condition meets; one more than a list holds at most."""
    query = select(MemberCopy).where(or_(*conditions), MemberCopy.status != "left")
    return list(uow.session.scalars(query.order_by(MemberCopy.id).limit(MOST_MEMBERS + 1)))


def _shown(salt: UUID, member: MemberCopy, good: str) -> dict[str, Any]:
    return {
        "member_id": str(member.id),
        "name": masked(member.name),
        "initials": initials(member.name),
        "name_hash": name_hash(salt, member.name),
        "pass_digest": pass_digest(good),
    }
