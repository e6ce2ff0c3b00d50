"""What members are told of their registration: whatever they did not do themselves."""

from datetime import datetime

from services.events.catalogue.models import EventRow
from services.events.registrations.models import RegistrationRow
from services.events.reminders.telling import News, tell_of_event
from services.events.reminders.texts import moment
from shared.database import UnitOfWork
from shared.text import Text

ENTERED = "registration.entered"
LAPSED = "registration.lapsed"
OFFERED = "registration.offered"
PROMOTED = "registration.promoted"
REMOVED = "registration.removed"


def tell_given(uow: UnitOfWork, row: RegistrationRow) -> None:
    """Tell somebody who waited of the seat that was given or offered."""
    event = uow.session.get_one(EventRow, row.event_id)
    if row.state == "registered":
        text = Text(
            f"“{event.title}”有了名额，您已报名成功，无需再操作。不能参加请及时取消。",
            f"A seat at “{event.title}” has come free and is yours. Give it up if you cannot come.",
        )
        _tell(uow, event, row, PROMOTED, text, "候补成功，已为您报名")
    elif row.reply_by is not None:
        _tell(uow, event, row, OFFERED, _offer(event.title, row.reply_by), "有名额了，请尽快答复")


def tell_lapsed(uow: UnitOfWork, row: RegistrationRow) -> None:
    event = uow.session.get_one(EventRow, row.event_id)
    text = Text(
        f"“{event.title}”的名额未在期限内答复，已让给下一位。仍想参加可重新报名。",
        f"The seat at “{event.title}” was not taken in time and passed on. You may register again.",
    )
    _tell(uow, event, row, LAPSED, text, "未按时答复，名额已让出")


def tell_entered(uow: UnitOfWork, event: EventRow, row: RegistrationRow, reason: str) -> None:
    """Tell somebody whom whoever runs the event registered."""
    seated = row.state != "waiting"
    zh, en = (
        ("已为您报名", "have registered you")
        if seated
        else ("已将您列入候补", "put you on the list")
    )
    text = Text(
        f"组织者{zh}“{event.title}”：{reason}。",
        f"The organisers {en} for “{event.title}”: {reason}.",
    )
    _tell(uow, event, row, ENTERED, text, f"组织者{zh}")


def tell_removed(uow: UnitOfWork, event: EventRow, row: RegistrationRow, reason: str) -> None:
    """Tell somebody whose registration whoever runs the event has ended."""
    text = Text(
        f"组织者取消了您在“{event.title}”的报名：{reason}。有疑问请联系组织者。",
        f"The organisers cancelled your registration for “{event.title}”: {reason}. Ask them if unsure.",
    )
    _tell(uow, event, row, REMOVED, text, f"报名已取消：{reason}")


def _offer(title: str, reply_by: datetime) -> Text:
    at = moment(reply_by)
    return Text(
        f"“{title}”有一个名额留给您，请在{at.zh}前确认，逾期让给下一位。",
        f"A seat at “{title}” is kept for you until {at.en}; take it by then, or it passes on.",
    )


def _tell(
    uow: UnitOfWork, event: EventRow, row: RegistrationRow, kind: str, text: Text, note: str
) -> None:
    news = News(kind=kind, text=text, note=note, again=str(row.id))
    tell_of_event(uow, event, [row.member_id], news)
