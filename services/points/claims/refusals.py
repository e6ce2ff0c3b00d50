"""Why claims are refused, in one place: every sentence says what to do next."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound, Unprocessable
from shared.text import Text


def claim_unknown() -> NotFound:
    return NotFound(
        "claim_unknown",
        Text(
            "没有这项申报，或不在您的审核范围，请刷新列表。",
            "There is no such claim for you to see; read the list again.",
        ),
    )


def member_unknown() -> NotFound:
    return NotFound(
        "member_unknown",
        Text(
            "名册中没有您的信息，请联系本单位管理员。",
            "The roster does not know you; ask your unit's administrator.",
        ),
    )


def member_has_left() -> Conflict:
    return Conflict(
        "member_has_left",
        Text(
            "您已转出，不能申报；如有误请联系本单位管理员。",
            "You have left, so you cannot claim; if that is wrong, ask your unit's administrator.",
        ),
    )


def level_wrong(levels: tuple[str, ...]) -> Unprocessable:
    if levels:
        sentence = Text(
            "请选择缺席的是哪一类会议或课程。", "Say in `level` which kind of session you missed."
        )
    else:
        sentence = Text("这类申报不分类别，请去掉 level。", "This kind has no level; leave it out.")
    return Unprocessable("claim_level_wrong", sentence, extra={"levels": list(levels)})


def attachment_not_wanted() -> Unprocessable:
    return Unprocessable(
        "attachment_not_wanted",
        Text(
            "这类申报不收附件，以免留存受益人的信息，请去掉附件。",
            "This kind takes no attachment, so that nothing is kept of who was helped; remove it.",
        ),
    )


def day_in_future() -> Unprocessable:
    return Unprocessable(
        "claim_day_in_future",
        Text("日期不能晚于今天，请改日期。", "The day lies ahead; claim what has been done."),
    )


def day_too_long_ago(days: int) -> Unprocessable:
    return Unprocessable(
        "claim_day_too_long_ago",
        Text(
            f"只能申报最近 {days} 天内的事项，更早的请向支部反映，由支部提出更正。",
            f"Only the last {days} days can be claimed; for anything earlier, ask your branch to"
            " propose a correction.",
        ),
    )


def month_closed(month: str) -> Conflict:
    return Conflict(
        "month_closed",
        Text(
            f"{month} 的公示已结束，不能再申报；如有遗漏请提出申诉。",
            f"The statement of {month} is closed; appeal if something is missing from it.",
        ),
        extra={"month": month},
    )


def claimed_already() -> Conflict:
    return Conflict(
        "claim_made_already",
        Text(
            "同一天的同一事项已经申报过，请查看该申报；若已被驳回，可提出申诉。",
            "You have claimed this already; see that claim, and appeal if it was rejected.",
        ),
    )


def client_ref_reused() -> Conflict:
    return Conflict(
        "client_ref_reused",
        Text(
            "这个 client_ref 已用于另一项申报，请换一个新的。",
            "This client_ref was used for a different claim; send a new one.",
        ),
    )


def claim_closed(state: str) -> Conflict:
    return Conflict(
        "claim_closed",
        Text(
            "这项申报已经办结，不能再办理；有异议可提出申诉。",
            "This claim is closed; whoever disagrees with the outcome appeals.",
        ),
        extra={"state": state},
    )


def not_returned(state: str) -> Conflict:
    return Conflict(
        "claim_not_returned",
        Text(
            "只有退回补充的申报可以修改和重新提交；要改请先撤回，再重新申报。",
            "Only a returned claim is changed and resubmitted; to change it now, withdraw it and"
            " claim anew.",
        ),
        extra={"state": state},
    )


def own_claim() -> Forbidden:
    return Forbidden(
        "own_claim",
        Text(
            "不能审核自己的申报，请另一位书记或本单位管理员审核。",
            "Nobody reviews the own claim; another secretary or your unit's administrator does.",
        ),
    )


def decision_not_possible(state: str, possible: list[str]) -> Conflict:
    return Conflict(
        "decision_not_possible",
        Text(
            "这项申报目前不能这样处理：初审可转交或退回；支部审核可通过、退回或驳回；初审逾期后支部可直接审核。",
            "Not possible at this stage: the first review forwards or returns; the branch approves,"
            " returns or rejects, also once a first review is overdue.",
        ),
        extra={"state": state, "possible": possible},
    )


def reason_needed() -> Invalid:
    return Invalid(
        "reason_needed",
        Text(
            "退回须写明缺什么，驳回须写明理由。",
            "Say what is missing when you return a claim, and why when you reject it.",
        ),
    )
