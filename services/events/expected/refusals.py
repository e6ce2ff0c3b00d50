"""Every way leave can be refused before anybody decides on it."""

from types import MappingProxyType
from typing import Final

from services.events.refusal import Refusal
from shared.text import Text

_ALL: Final = (
    Refusal(
        "leave_not_needed", 409,
        Text("应到名单中没有此人，无需请假。",
             "This member is not among those expected, so no leave is needed."),
    ),
    Refusal(
        "leave_too_late", 409,
        Text("活动已经结束，请直接向书记说明情况。",
             "The event is over; tell the branch secretary instead."),
    ),
    Refusal(
        "event_not_open", 409,
        Text("活动未发布或已结束，请向组织者确认。",
             "The event is not published or is over; ask the organiser."),
    ),
    Refusal(
        "event_cancelled", 409,
        Text("活动已取消，无需请假。", "The event was cancelled; there is nothing to do."),
    ),
    Refusal(
        "leave_declined", 409,
        Text("请假未获批准，如情况有变请直接联系组织者。",
             "Leave was declined; if things have changed, speak to the organiser."),
    ),
    Refusal(
        "leave_decided", 409,
        Text("该请假已处理或已撤回，请刷新列表。",
             "This leave is decided or withdrawn already; read the list again."),
    ),
    Refusal(
        "leave_unknown", 404,
        Text("没有这条请假，请刷新后查看。", "There is no such leave; read it again."),
    ),
)  # fmt: skip

REFUSALS: Final = MappingProxyType({refusal.code: refusal for refusal in _ALL})
