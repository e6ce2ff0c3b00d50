"""Why a check-in cannot be confirmed, or a position not be taken."""

from types import MappingProxyType
from typing import Final

from services.events.check_ins.refusals import Refusal
from shared.text import Text

_ALL: Final = (
    Refusal(
        "check_in_unknown", 404,
        Text("没有这条签到记录，或您无权处理。",
             "There is no such check-in, or it is not yours to handle."),
    ),
    Refusal(
        "check_in_annulled", 409,
        Text("这条签到已被撤销，不能再确认。",
             "This check-in has been annulled and cannot be confirmed."),
    ),
    Refusal(
        "own_check_in", 403,
        Text("不能确认自己的签到，请由其他组织者确认。",
             "Nobody confirms the own check-in; ask another organiser."),
    ),
    Refusal(
        "event_cancelled", 409,
        Text("活动已取消，签到不能再确认。",
             "The event was cancelled; its check-ins cannot be confirmed."),
    ),
    Refusal(
        "position_not_asked", 409,
        Text("本活动不核对位置，无需发送，位置未保存。",
             "This event does not ask where you are; nothing was kept."),
    ),
    Refusal(
        "position_too_late", 409,
        Text("签到已超过十分钟，位置未保存，无需再发送。",
             "The check-in is more than ten minutes old; nothing was kept, and nothing is needed."),
    ),
)  # fmt: skip

REFUSALS: Final = MappingProxyType({refusal.code: refusal for refusal in _ALL})
