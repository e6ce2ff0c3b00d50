"""A check-in as the API shows it. Written out by hand: it is the answer of the hottest path."""

from typing import Any

from services.events.check_ins.models import CheckInRow
from services.events.check_ins.service import Answer
from services.events.check_ins.staff import Seen
from services.events.check_ins.writer import NewCheckIn
from shared.clock import SHANGHAI


def show_answer(answer: Answer) -> dict[str, Any]:
    """Return the body of `AnswerOut`."""
    check_in = answer.check_in
    shown = (
        _show_new(check_in)
        if isinstance(check_in, NewCheckIn)
        else show_row(check_in, answer.event_title)
    )
    return _with_circumstances(shown, answer)


def show_seen(seen: Seen) -> dict[str, Any]:
    """Return the body of `SeenOut`."""
    member = seen.member
    return _with_circumstances(show_row(seen.check_in, seen.event_title), seen) | {
        "member": {
            "id": str(member.id),
            "name": member.name,
            "member_no": member.member_no,
            "organisation_name": seen.organisation,
        }
    }


def _with_circumstances(check_in: dict[str, Any], answer: Answer | Seen) -> dict[str, Any]:
    return {
        "check_in": check_in,
        "replayed": answer.replayed,
        "already": answer.already,
        "returned": answer.returned,
        # Staff's devices are not asked where they are.
        "position_wanted": isinstance(answer, Answer)
        and answer.fenced
        and answer.check_in.inside is None,
    }


def show_row(row: CheckInRow, event_title: str) -> dict[str, Any]:
    """Return the body of `CheckInOut` for a stored check-in."""
    left = row.checked_out_at
    return {
        "id": str(row.id),
        "event_id": str(row.event_id),
        "session_id": str(row.session_id),
        "event_title": event_title,
        "member_id": str(row.member_id),
        "role": row.role,
        "method": row.method,
        "state": row.state,
        "checked_in_at": row.checked_in_at.astimezone(SHANGHAI).isoformat(),
        "checked_out_at": left.astimezone(SHANGHAI).isoformat() if left else None,
        "auto_checked_out": row.auto_checked_out,
        "minutes": row.minutes,
    }


def _show_new(check_in: NewCheckIn) -> dict[str, Any]:
    session = check_in.session
    return {
        "id": str(check_in.id),
        "event_id": str(session.event_id),
        "session_id": str(session.session_id),
        "event_title": session.event_title,
        "member_id": str(check_in.member_id),
        "role": check_in.role,
        "method": check_in.method,
        "state": check_in.state,
        "checked_in_at": check_in.checked_in_at.astimezone(SHANGHAI).isoformat(),
        "checked_out_at": None,
        "auto_checked_out": False,
        "minutes": None,
    }
