"""What staff record: passes they scan, names they tick, lists on paper.

Equal to a scan in every way. It is written in the request's own transaction, so that the audit log
and the answer to an Idempotency-Key stand or fall with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, any_, literal, or_, select

from services.events.catalogue import service as catalogue
from services.events.catalogue.models import SessionRow
from services.events.catalogue.sessions import session_unknown
from services.events.catalogue.snapshot import SessionSnapshot, read_snapshots
from services.events.check_ins import policy, standing
from services.events.check_ins.models import CheckInRow
from services.events.check_ins.record import MarkOutcome, hold_session, record_marks
from services.events.check_ins.refusals import REFUSALS, Refusal
from services.events.check_ins.stay import Mark
from services.events.passes import service as passes
from services.events.roster_copy.members import as_principal
from services.events.roster_copy.models import MemberCopy, OrganisationCopy
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import Unprocessable
from shared.ids import new_id
from shared.text import Text as Sentence

# What a phone is told, and what staff are told in its place.
_FOR_STAFF: Final = {"not_eligible": "pass_not_eligible", "too_late": "pass_too_late"}


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody before the staff: who it is, and the check-in; as `service.Answer` besides."""

    check_in: CheckInRow
    event_title: str
    member: MemberCopy
    organisation: str | None
    replayed: bool = False
    already: bool = False
    returned: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """What became of one line of a list: ``checked_in``, ``already`` or ``annulled``."""

    given: str
    member: MemberCopy
    outcome: str
    check_in: CheckInRow


def admit(
    uow: UnitOfWork, principal: Principal, key: bytes, event_id: UUID, wanted: dict[str, Any]
) -> Seen | Refusal:
    """Check somebody in by pass or by name; `wanted` has the fields of `TickIn`.

    A pass is as good as the own phone, and under the same rules. Staff who give a reason may admit
    guests, and take in after the event who was there.

    Raises:
        NotFound: `event_unknown`, `session_unknown`.
        Forbidden: `not_your_event`.
        Unprocessable: `member_unknown`.
    """
    catalogue.get_to_run(uow, principal, event_id)
    member = find_member(uow, key, wanted)
    if isinstance(member, Refusal):
        return member
    client_ref, digest = wanted["client_ref"] or new_id(), hash_of("in", member.id, wanted)
    earlier = standing.find_earlier(uow, member.id, client_ref)
    if earlier is not None:
        return seen_before(uow, earlier, member, event_id, digest)
    now, reason = uow.clock.now(), wanted["reason"]
    session = hold_session(uow, pick(uow, event_id, wanted["session_id"], now).session_id)
    refusal = (
        policy.decide(session, as_principal(member), now)
        if reason is None
        else policy.decide_at_desk(session, now)
    )
    if refusal is not None:
        return REFUSALS[_FOR_STAFF.get(refusal.code, refusal.code)] if reason is None else refusal
    row = standing.of_member(uow, session, member.id)
    # Nobody comes back once it is over: of who was here, the times that are known stand.
    over = row is not None and row.state == "present" and now > session.over_at
    if row is not None and (over or standing.is_in(session, row)):
        return see(uow, row, session.event_title, member, already=True)
    returned = row is not None and row.checked_out_at is not None
    already = row is not None and row.state != "annulled"
    mark = Mark(
        id=client_ref,
        member_id=member.id,
        direction="in",
        at=arrived(session, now),
        received_at=now,
        request_hash=digest,
        role=wanted["role"] or session.roles.get(member.id, "participant"),
        method="pass" if wanted.get("pass_") else "desk",
        recorded_by=principal.member_id,
        reason=reason,
    )
    (recorded,) = record_marks(uow, session, [mark])
    if recorded.check_in is None or recorded.outcome is MarkOutcome.ANNULLED:
        return REFUSALS["member_annulled"]
    return see(
        uow, recorded.check_in, session.event_title, member, already=already, returned=returned
    )


def take_list(
    uow: UnitOfWork, principal: Principal, event_id: UUID, wanted: dict[str, Any]
) -> list[Listed] | Refusal:
    """Check in whoever signed a paper list, all of them or, if one is unknown, nobody.

    Raises:
        NotFound: `event_unknown`, `session_unknown`.
        Forbidden: `not_your_event`.
        Unprocessable: `members_unknown`, `session_needed`.
    """
    catalogue.get_to_run(uow, principal, event_id)
    now = uow.clock.now()
    picked = pick(uow, event_id, wanted["session_id"], now, only=True)
    members = _resolve(uow, wanted["members"])
    session = hold_session(uow, picked.session_id)
    refusal = policy.decide_at_desk(session, now)
    if refusal is not None:
        return refusal
    known = standing.of_members(uow, session, [member.id for member in members.values()])
    absent = {
        member.id: member
        for member in members.values()
        if member.id not in known or known[member.id].state != "present"
    }
    marks = [
        Mark(
            id=new_id(),
            member_id=member.id,
            direction="in",
            # Who signed was there; that it is typed in later does not make anyone late.
            at=min(now, session.starts_at),
            received_at=now,
            request_hash=b"",
            role=session.roles.get(member.id, "participant"),
            method="list",
            recorded_by=principal.member_id,
            reason=wanted["reason"],
        )
        for member in absent.values()
    ]
    recorded = {r.mark.member_id: r for r in record_marks(uow, session, marks)}
    rows = known | {m: r.check_in for m, r in recorded.items() if r.check_in is not None}
    listed: list[Listed] = []
    for given, member in members.items():
        done = recorded.pop(member.id, None)
        outcome = "already" if done is None else "checked_in"
        if rows[member.id].state == "annulled":
            outcome = "annulled"
        listed.append(Listed(given, member, outcome, rows[member.id]))
    return listed


def find_member(uow: UnitOfWork, key: bytes, wanted: dict[str, Any]) -> MemberCopy | Refusal:
    """Return whom a pass or an id names.

    Raises:
        Unprocessable: `member_unknown`.
    """
    if wanted.get("pass_"):
        found = passes.read(uow, key, wanted["pass_"])
        return REFUSALS[found] if isinstance(found, str) else found
    member = uow.session.get(MemberCopy, wanted["member_id"])
    if member is None:
        raise Unprocessable(
            "member_unknown",
            Sentence(
                zh="名册中没有这位党员，请先在名册中登记。",
                en="The roster has no such member; enter the member there first.",
            ),
        )
    return REFUSALS["member_left"] if member.status == "left" else member


def pick(
    uow: UnitOfWork, event_id: UUID, wanted: UUID | None, now: datetime, *, only: bool = False
) -> SessionSnapshot:
    """Return the session asked for, or the one that is on; with `only`, none is guessed.

    Raises:
        NotFound: `session_unknown`.
        Unprocessable: `session_needed`.
    """
    sessions = [
        session
        for session in read_snapshots(uow, SessionRow.event_id == event_id)
        if wanted is None or session.session_id == wanted
    ]
    if not sessions:
        raise session_unknown()
    if only and len(sessions) > 1:
        raise Unprocessable(
            "session_needed",
            Sentence(
                zh="活动有多个场次，请选择名单属于哪一场。",
                en="The event has several sessions; say which one the list is of.",
            ),
        )
    return catalogue.nearest(sessions, now)


def arrived(session: SessionSnapshot, now: datetime) -> datetime:
    """Return when somebody arrived who is recorded now: of who is recorded afterwards, the start."""
    return now if now <= session.over_at else session.starts_at


def hash_of(direction: str, member_id: UUID, wanted: dict[str, Any]) -> bytes:
    """Return what tells two requests under one client_ref apart."""
    told = [wanted.get(name) for name in ("session_id", "role", "reason", "at")]
    return sha256(repr([direction, str(member_id), *map(str, told)]).encode()).digest()


def seen_before(
    uow: UnitOfWork,
    earlier: standing.Earlier,
    member: MemberCopy,
    event_id: UUID,
    digest: bytes,
) -> Seen | Refusal:
    """Answer a request whose client_ref is known."""
    if earlier.request_hash != digest or earlier.check_in.event_id != event_id:
        return REFUSALS["client_ref_reused"]
    return see(uow, earlier.check_in, earlier.event_title, member, replayed=True)


def see(
    uow: UnitOfWork,
    row: CheckInRow,
    event_title: str,
    member: MemberCopy,
    **more: bool,
) -> Seen:
    """Return the answer that lets staff compare the name with the face."""
    organisation = uow.session.get(OrganisationCopy, member.organisation_id)
    return Seen(row, event_title, member, organisation.name if organisation else None, **more)


def _resolve(uow: UnitOfWork, given: Sequence[str]) -> dict[str, MemberCopy]:
    """Return the members that ids and numbers name, by what was given.

    Raises:
        Unprocessable: `members_unknown`, naming each that the roster does not have (any more).
    """
    ids = {text: identity for text in given if (identity := _as_id(text)) is not None}
    numbers = [text for text in given if text not in ids]
    rows = uow.session.scalars(
        select(MemberCopy).where(
            or_(
                MemberCopy.id == any_(literal(list(ids.values()), ARRAY(Uuid))),
                MemberCopy.member_no == any_(literal(numbers, ARRAY(Text))),
            ),
            MemberCopy.status != "left",
        )
    ).all()
    by_id, by_number = {row.id: row for row in rows}, {row.member_no: row for row in rows}
    found = {text: by_id.get(ids[text]) if text in ids else by_number.get(text) for text in given}
    unknown = [text for text, member in found.items() if member is None]
    if unknown:
        raise Unprocessable(
            "members_unknown",
            Sentence(
                zh="名单中有人不在名册或已转出（见 unknown），请更正后重新提交；本次未登记任何人。",
                en="Some are not on the roster, or have left (see `unknown`); correct them and send"
                " the list again. Nobody was recorded.",
            ),
            extra={"unknown": unknown},
        )
    return {text: member for text, member in found.items() if member is not None}


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
