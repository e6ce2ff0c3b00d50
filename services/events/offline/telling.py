"""What staff noted without network, told once they have it again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from services.events.catalogue.models import SessionRow
from services.events.catalogue.service import nearest
from services.events.catalogue.snapshot import SessionSnapshot, read_snapshots
from services.events.check_ins import flags
from services.events.check_ins.models import CheckInRow
from services.events.check_ins.record import MarkOutcome, Recorded, hold_session, record_marks
from services.events.check_ins.refusals import Refusal
from services.events.check_ins.service import device_of
from services.events.check_ins.stay import Mark
from services.events.codes import offline_lists, passes
from services.events.offline import policy, statements
from services.events.offline.refusals import REFUSALS
from services.events.passes.service import versions_of
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.text import Text

# Whoever is ticked by somebody else is ticked for a reason.
ON_THE_LIST: Final = Text("无网络时按名单登记。", "Ticked on the list while there was no network.")


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one mark; `check_in` is None for somebody who has not arrived, as far as known."""

    client_ref: UUID
    refusal: Refusal | None
    check_in: CheckInRow | None = None


@dataclass(frozen=True, slots=True)
class _Noted:
    """A mark as the device sent it, and whose it is."""

    sent: Mapping[str, Any]
    member_id: UUID


def tell(
    uow: UnitOfWork, principal: Principal, key: bytes, event_id: UUID, data: Mapping[str, Any]
) -> list[Told] | Refusal:
    """Record what was noted on a list; return what became of each mark, in the order sent.

    Safe to repeat, in any order and from several devices: each mark is known by its client_ref.
    """
    now: datetime = uow.clock.now()
    licence = offline_lists.read(key, data["list_token"])
    device = device_of(data["device"])
    refusal = policy.check_licence(licence, principal.member_id, event_id, device, now)
    if refusal is not None:
        return refusal
    sessions = read_snapshots(uow, SessionRow.event_id == event_id)
    if sessions[0].state == "cancelled":
        return REFUSALS["event_cancelled"]
    behind = timedelta(seconds=round((now - data["device_now"]).total_seconds()))
    told: dict[UUID, Told] = {}
    by_session: dict[UUID, list[_Noted]] = {}
    for sent, whose in zip(data["marks"], _members(uow, key, data["marks"]), strict=True):
        session = _session(sessions, sent, policy.put_right(sent["at"], behind, now)[0])
        refusal = whose if isinstance(whose, Refusal) else None
        if session is None or isinstance(whose, Refusal):
            told[sent["client_ref"]] = Told(
                sent["client_ref"], refusal or REFUSALS["session_unknown"]
            )
        else:
            by_session.setdefault(session.session_id, []).append(_Noted(sent, whose))
    for session_id, noted in sorted(by_session.items()):
        held = hold_session(uow, session_id)
        if held.state == "cancelled":
            return REFUSALS["event_cancelled"]
        marks = [_mark(held, one, behind, now, principal.member_id) for one in noted]
        told |= {r.mark.id: _told(r) for r in record_marks(uow, held, marks)}
    return [told[sent["client_ref"]] for sent in data["marks"]]


def _members(
    uow: UnitOfWork, key: bytes, marks: Sequence[Mapping[str, Any]]
) -> list[UUID | Refusal]:
    """Return whose each mark is, or why nobody's."""
    shown = [passes.read(key, mark["pass"]) if "pass" in mark else None for mark in marks]
    versions = versions_of(uow, [one.member_id for one in shown if one is not None])
    named = [_named(mark, one, versions) for mark, one in zip(marks, shown, strict=True)]
    ids = [whose for whose in named if isinstance(whose, UUID)]
    known = set(uow.session.scalars(text(statements.MEMBERS_KNOWN), {"ids": ids}))
    return [
        whose if isinstance(whose, Refusal) or whose in known else REFUSALS["member_unknown"]
        for whose in named
    ]


def _named(
    mark: Mapping[str, Any], shown: passes.Pass | None, versions: Mapping[UUID, int]
) -> UUID | Refusal:
    if "member_id" in mark:
        member_id: UUID = mark["member_id"]
        return member_id
    if shown is None or shown.version != versions.get(shown.member_id, passes.FIRST_VERSION):
        return REFUSALS["pass_invalid"]
    return shown.member_id


def _session(
    sessions: Sequence[SessionSnapshot], mark: Mapping[str, Any], at: datetime
) -> SessionSnapshot | None:
    wanted = mark.get("session_id")
    if wanted is None:
        return nearest(sessions, at)
    return next((session for session in sessions if session.session_id == wanted), None)


def _mark(
    session: SessionSnapshot, noted: _Noted, behind: timedelta, now: datetime, staff: UUID
) -> Mark:
    sent, by_pass = noted.sent, "pass" in noted.sent
    arrives = sent["direction"] == "in"
    at, wrong = policy.put_right(sent["at"], behind, now)
    return Mark(
        id=sent["client_ref"],
        member_id=noted.member_id,
        direction=sent["direction"],
        at=at,
        received_at=now,
        # The device's own words: how they are put right may differ by a second the next time.
        request_hash=sha256(
            f"{noted.member_id} {by_pass} {sent['direction']} {sent['at'].timestamp()}"
            f" {sent.get('session_id')}".encode()
        ).digest(),
        role=session.roles.get(noted.member_id, "participant") if arrives else None,
        method=("pass" if by_pass else "list") if arrives else None,
        recorded_by=staff,
        reason=None if by_pass else ON_THE_LIST.zh,
        flags=flags.of_mark(session, at, wrong, sent["direction"]),
    )


def _told(recorded: Recorded) -> Told:
    check_in, refusal = recorded.check_in, None
    if recorded.outcome is MarkOutcome.REUSED:
        check_in, refusal = None, REFUSALS["client_ref_reused"]
    elif recorded.outcome is MarkOutcome.ANNULLED or (
        check_in is not None and check_in.state == "annulled"
    ):
        refusal = REFUSALS["check_in_annulled"]
    return Told(recorded.mark.id, refusal, check_in)
