"""Departures. What they come to is for `check_ins.stay` to say."""

from typing import Any
from uuid import UUID

from services.events.catalogue import service as catalogue
from services.events.catalogue.snapshot import SessionSnapshot
from services.events.check_ins import corrections, staff, standing
from services.events.check_ins.models import CheckInRow
from services.events.check_ins.record import hold_session, record_marks, work_out
from services.events.check_ins.refusals import REFUSALS, Refusal
from services.events.check_ins.stay import Mark
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import Unprocessable
from shared.ids import new_id
from shared.text import Text


def check_out(uow: UnitOfWork, principal: Principal, check_in_id: UUID) -> corrections.Checked:
    """Record that somebody leaves now; of who has left already nothing changes.

    Raises:
        NotFound: `check_in_unknown`.
        Conflict: `check_in_annulled`.
    """
    checked = corrections.hold(uow, principal, check_in_id)
    row, now = checked.check_in, uow.clock.now()
    if row.state == "annulled":
        raise corrections.annulled()
    mark = Mark(
        id=new_id(),
        member_id=row.member_id,
        direction="out",
        at=now,
        received_at=now,
        request_hash=b"",
        recorded_by=None if row.member_id == principal.member_id else principal.member_id,
    )
    _leave(uow, checked.session, row, mark)
    return checked


def see_out(
    uow: UnitOfWork, principal: Principal, key: bytes, event_id: UUID, wanted: dict[str, Any]
) -> staff.Seen | Refusal:
    """Record that somebody leaves, by pass or by name; `wanted` has the fields of `CheckOutIn`.

    Staff may say when that was, which is how they correct what was taken for granted when the
    session ended.

    Raises:
        NotFound: `event_unknown`, `session_unknown`.
        Forbidden: `not_your_event`.
        Unprocessable: `member_unknown`, `left_when`.
    """
    catalogue.get_to_run(uow, principal, event_id)
    member = staff.find_member(uow, key, wanted)
    if isinstance(member, Refusal):
        return member
    client_ref, digest = wanted["client_ref"] or new_id(), staff.hash_of("out", member.id, wanted)
    earlier = standing.find_earlier(uow, member.id, client_ref)
    if earlier is not None:
        return staff.seen_before(uow, earlier, member, event_id, digest)
    now = uow.clock.now()
    picked = staff.pick(uow, event_id, wanted["session_id"], now)
    session = hold_session(uow, picked.session_id)
    row = standing.of_member(uow, session, member.id)
    if row is None:
        return REFUSALS["not_checked_in"]
    if row.state == "annulled":
        return REFUSALS["member_annulled"]
    at = wanted["at"]
    if at is not None and not row.checked_in_at <= at <= now:
        raise Unprocessable(
            "left_when",
            Text(
                zh="离开时间须在签到之后、现在之前。",
                en="Somebody leaves after arriving, and not in the future; correct the time.",
            ),
        )
    mark = Mark(
        id=client_ref,
        member_id=member.id,
        direction="out",
        at=at or now,
        received_at=now,
        request_hash=digest,
        recorded_by=principal.member_id,
    )
    already = not _leave(uow, session, row, mark, told_when=at is not None)
    return staff.see(uow, row, session.event_title, member, already=already)


def _leave(
    uow: UnitOfWork,
    session: SessionSnapshot,
    row: CheckInRow,
    mark: Mark,
    *,
    told_when: bool = False,
) -> bool:
    """Record a departure unless the member is out already; tell whether it was recorded.

    Once a timed session is over everybody has left it; only a time that somebody gives says when.
    """
    if session.timed and mark.received_at > session.over_at and not told_when:
        work_out(uow, session, [row.member_id])
        return False
    if row.checked_out_at is not None and not told_when:
        return False
    record_marks(uow, session, [mark])
    return True
