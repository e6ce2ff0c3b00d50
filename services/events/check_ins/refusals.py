"""Every way a check-in can be refused: a stable code, a status, and what to do next."""

from types import MappingProxyType
from typing import Final

from services.events.refusal import Refusal
from shared.text import Text

__all__ = ["REFUSALS", "Refusal"]

_ALL: Final = (
    Refusal(
        "code_invalid", 400,
        Text("这不是本系统的签到码，请扫描会场屏幕上的二维码。",
             "This is not one of our codes; scan the one on the hall's screen."),
    ),
    Refusal(
        "rehearsal", 409,
        Text("演练成功：扫码正常。这只是演练，不计签到和积分。",
             "The rehearsal works: your scan arrived. It is no check-in and gives no points."),
    ),
    Refusal(
        "code_expired", 410,
        Text("签到码已过期，请扫描屏幕上当前的二维码。",
             "This code has expired; scan the one the screen shows now."),
    ),
    Refusal(
        "scan_too_old", 410,
        Text("这次扫码已超过七天，无法补传，请联系组织者补签。",
             "This scan is more than seven days old; ask the organiser to enter your name."),
    ),
    Refusal(
        "claim_invalid", 400,
        Text("签到凭证无效，请重新扫码。", "This claim is not valid; scan the code again."),
    ),
    Refusal(
        "claim_expired", 410,
        Text("扫码后超过两分钟未完成，请重新扫码。",
             "More than two minutes have passed since the scan; scan again."),
    ),
    Refusal(
        "claim_used", 409,
        Text("该凭证已被使用，请用自己的手机重新扫码。",
             "This claim has been used; scan the code with your own phone."),
    ),
    Refusal(
        "digits_wrong", 422,
        Text("数字码不对或已更换，请看屏幕上当前的六位数字。",
             "These digits do not match; enter the six the screen shows now."),
    ),
    Refusal(
        "digits_ambiguous", 409,
        Text("有两场活动的数字码恰好相同，请改为扫码。",
             "Two events show the same digits just now; scan the code instead."),
    ),
    Refusal(
        "too_many_attempts", 429,
        Text("尝试次数过多，请扫码，或十分钟后再试，或请工作人员登记。",
             "Too many tries; scan the code, wait ten minutes, or ask at the desk."),
        retry_after=600,
    ),
    Refusal(
        "too_many_scans", 429,
        Text("无效扫码次数过多，请一分钟后扫描会场屏幕上的码，或请工作人员登记。",
             "Too many scans that were no good; scan the hall's screen in a minute, or ask at the desk."),
        retry_after=60,
    ),
    Refusal(
        "static_code_off", 410,
        Text("这张打印的签到码已停用，请扫描现场最新的码，或向工作人员说明。",
             "This printed code is no longer in use; scan the one on display now, or ask the organiser."),
    ),
    Refusal(
        "static_code_for_participants", 403,
        Text("讲师和工作人员不能用打印的码签到，请扫会场屏幕或到签到台登记。",
             "Lecturers and helpers check in at the hall's screen or the desk, not by a printed code."),
    ),
    Refusal(
        "pass_invalid", 400,
        Text("这不是本系统的党员码，请让对方重新打开，或按姓名登记并写明理由。",
             "This is not one of our passes; ask for it again, or tick the name with a reason."),
    ),
    Refusal(
        "pass_renewed", 410,
        Text("这个党员码已更换作废，请出示新的，或按姓名登记并写明理由。",
             "This pass was replaced by a newer one; ask for that, or tick the name with a reason."),
    ),
    Refusal(
        "member_left", 403,
        Text("名册显示此人已转出，不能签到；如有误请先更正名册。",
             "By the roster this member has left; put the roster right first if that is wrong."),
    ),
    Refusal(
        "pass_not_eligible", 403,
        Text("此人不在本活动范围内；如受邀参加，请写明理由后登记。",
             "The event is not meant for this member; if invited, record it with a reason."),
    ),
    Refusal(
        "pass_too_late", 409,
        Text("签到已截止；如确已到场，请写明理由后登记。",
             "Check-in has closed; if the member was there, record it with a reason."),
    ),
    Refusal(
        "member_annulled", 409,
        Text("此人的签到已被撤销；如有误，请恢复并写明理由。",
             "This member's check-in was annulled; if that was wrong, restore it with a reason."),
    ),
    Refusal(
        "not_checked_in", 409,
        Text("此人没有签到记录，请先登记签到。",
             "This member has not checked in; record the arrival first."),
    ),
    Refusal(
        "too_early", 409,
        Text("签到尚未开始，请稍后再扫。", "Check-in has not opened yet; scan again later."),
    ),
    Refusal(
        "too_late", 409,
        Text("签到已结束，请向工作人员说明情况。", "Check-in has closed; speak to the organiser."),
    ),
    Refusal(
        "event_not_open", 409,
        Text("活动未发布或已结束，请向工作人员确认。",
             "The event is not published or is over; ask the organiser."),
    ),
    Refusal(
        "event_cancelled", 409,
        Text("活动已取消，无需签到。", "The event was cancelled; there is nothing to do."),
    ),
    Refusal(
        "not_eligible", 403,
        Text("本活动面向其他组织的党员；如受邀参加，请到签到台登记。",
             "This event is for members of another organisation; if invited, go to the desk."),
    ),
    Refusal(
        "no_seat", 409,
        Text("本活动凭报名名额入场，您没有名额；如有空位，请到签到台登记。",
             "This event lets in who has registered for a seat; ask at the desk if one is free."),
    ),
    Refusal(
        "client_ref_reused", 409,
        Text("这个 client_ref 已用于另一次扫码，请换新的再提交。",
             "This client_ref was used for another scan; send a new one."),
    ),
    Refusal(
        "check_in_annulled", 409,
        Text("您的签到已被撤销，请到签到台说明情况。",
             "Your check-in was annulled; speak to the organiser at the desk."),
    ),
)  # fmt: skip

REFUSALS: Final = MappingProxyType({refusal.code: refusal for refusal in _ALL})
