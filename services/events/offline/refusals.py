"""Why no list can be taken along, or what was noted on one not be told."""

from types import MappingProxyType
from typing import Final

from services.events.check_ins.refusals import Refusal
from shared.text import Text

_ALL: Final = (
    Refusal(
        "nothing_to_take_along", 409,
        Text("没有正在进行或十四天内开始的场次，请临近活动时再下载名单。",
             "No session is on or begins within fourteen days; fetch the list nearer to the event."),
    ),
    Refusal(
        "event_not_open", 409,
        Text("活动未发布或已结束，请先确认活动状态。",
             "The event is not published or is over; see to its state first."),
    ),
    Refusal(
        "event_cancelled", 409,
        Text("活动已取消，无需签到。", "The event was cancelled; there is nothing to do."),
    ),
    Refusal(
        "list_invalid", 403,
        Text("离线名单无效，或不属于本活动，请联网后重新下载名单。",
             "This list is not one of ours, or of another event; fetch the list again."),
    ),
    Refusal(
        "list_not_yours", 403,
        Text("这份名单由另一人或另一台设备下载，请用下载名单的账号和设备上传。",
             "Another person or device took this list along; send from those that took it."),
    ),
    Refusal(
        "list_expired", 410,
        Text("离线名单已过期，请由组织者按姓名补签。",
             "This list has expired; have the organiser enter the names."),
    ),
    Refusal(
        "member_unknown", 422,
        Text("名册中没有这位党员，请在签到台登记。",
             "The roster has no such member; enter the person at the desk."),
    ),
    Refusal(
        "pass_invalid", 422,
        Text("签到凭证无效或已更换，请核对本人后按姓名登记。",
             "The pass is not valid or was renewed; verify the person and pick the name."),
    ),
    Refusal(
        "session_unknown", 404,
        Text("没有这个场次，请重新下载名单。",
             "The event has no such session; fetch the list again."),
    ),
    Refusal(
        "client_ref_reused", 409,
        Text("这个 client_ref 已用于另一条记录，请换新的再提交。",
             "This client_ref was used for another mark; send a new one."),
    ),
    Refusal(
        "check_in_annulled", 409,
        Text("这位党员的签到已被撤销，请向撤销人核实。",
             "This member's check-in was annulled; ask whoever annulled it."),
    ),
)  # fmt: skip

REFUSALS: Final = MappingProxyType({refusal.code: refusal for refusal in _ALL})
