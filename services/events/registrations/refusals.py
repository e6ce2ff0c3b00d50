"""Every way a registration can be refused."""

from types import MappingProxyType
from typing import Final

from services.events.refusal import Refusal
from shared.text import Text

_ALL: Final = (
    Refusal(
        "registration_not_asked", 409,
        Text("本活动无需报名，按时参加即可。", "This event asks for no registration; just come."),
    ),
    Refusal(
        "registration_too_early", 409,
        Text("报名尚未开始，请稍后再报。", "Registration has not opened yet; come back later."),
    ),
    Refusal(
        "registration_too_late", 409,
        Text("报名已截止，如仍想参加请联系组织者。",
             "Registration has closed; ask the organiser if you still want to come."),
    ),
    Refusal(
        "event_not_open", 409,
        Text("活动未发布或已结束，请向组织者确认。",
             "The event is not published or is over; ask the organiser."),
    ),
    Refusal(
        "event_cancelled", 409,
        Text("活动已取消，无需办理。", "The event was cancelled; there is nothing to do."),
    ),
    Refusal(
        "not_eligible", 403,
        Text("本活动面向其他党员；如受邀参加，请组织者将您列为嘉宾。",
             "This event is for other members; if invited, ask the organiser to name you a guest."),
    ),
    Refusal(
        "seats_taken", 409,
        Text("名额已满，候补也已结束；请先增加名额。",
             "All seats are taken and the waiting list is over; raise the capacity first."),
    ),
    Refusal(
        "not_registered", 404,
        Text("没有进行中的报名，请刷新后查看。",
             "There is no registration that stands; read it again."),
    ),
    Refusal(
        "cancel_too_late", 409,
        Text("已过可取消的时间，请直接告知组织者。",
             "It is too late to cancel by yourself; tell the organiser."),
    ),
    Refusal(
        "offer_none", 409,
        Text("目前没有需要您答复的名额，请刷新后查看。",
             "No seat is offered to you at present; read your registration again."),
    ),
    Refusal(
        "offer_lapsed", 410,
        Text("答复期限已过，名额已让给下一位；可重新报名。",
             "The time to reply is over and the seat goes to the next; you may register again."),
    ),
)  # fmt: skip

REFUSALS: Final = MappingProxyType({refusal.code: refusal for refusal in _ALL})
