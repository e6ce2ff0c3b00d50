"""What is told about leave (请假): to whoever decides on it, and what was decided."""

from services.events.catalogue.models import EventRow
from services.events.expected.models import LeaveRow
from services.events.reminders.telling import News, tell_of_event
from services.events.roster_copy.models import MemberCopy
from shared.database import UnitOfWork
from shared.text import Text

ASKED = "leave.asked"
APPROVED = "leave.approved"
DECLINED = "leave.declined"


def tell_asked(uow: UnitOfWork, event: EventRow, leave: LeaveRow) -> None:
    """Tell those who run an event that somebody asks for leave; the reason is theirs to look up."""
    deciding = {event.created_by, *(r.member_id for r in event.roles if r.role == "organiser")}
    member = uow.session.get(MemberCopy, leave.member_id)
    name = member.name if member else ""
    text = Text(
        f"{name}就“{event.title}”请假，请审批。",
        f"{name} asks for leave from “{event.title}”; please decide.",
    )
    news = _news(leave, ASKED, text, f"{name}请假待审批")
    tell_of_event(uow, event, deciding - {leave.member_id}, news)


def tell_decided(uow: UnitOfWork, event: EventRow, leave: LeaveRow) -> None:
    """Tell a member what became of the leave, unless the member decided."""
    if leave.decided_by == leave.member_id:
        return
    if leave.state == "approved":
        text = Text(
            f"您就“{event.title}”的请假已批准。", f"Your leave from “{event.title}” is approved."
        )
        news = _news(leave, APPROVED, text, "请假已批准")
    else:
        why = leave.decision_reason or ""
        text = Text(
            f"您就“{event.title}”的请假未获批准：{why}。请按时参加，或联系组织者。",
            f"Your leave from “{event.title}” was declined: {why}. Please come, or ask the organisers.",
        )
        news = _news(leave, DECLINED, text, "请假未获批准")
    tell_of_event(uow, event, [leave.member_id], news)


def _news(leave: LeaveRow, kind: str, text: Text, note: str) -> News:
    # Leave may be withdrawn and asked for anew, and is decided on anew then.
    again = f"{leave.member_id}:{leave.asked_at.isoformat()}"
    return News(kind=kind, text=text, note=note, again=again)
