"""Why statements refuse, in one place: every sentence says what to do next."""

from datetime import date
from uuid import UUID

from shared.errors import Conflict, Forbidden, NotFound, Unprocessable
from shared.text import Text


def statement_unknown() -> NotFound:
    return NotFound(
        "statement_unknown",
        Text(
            "没有这份公示，或不在您可以查看的范围；请刷新列表。",
            "There is no such statement for you to see; read the list again.",
        ),
    )


def code_unknown() -> NotFound:
    return NotFound(
        "verification_code_unknown",
        Text(
            "没有与此核验码对应的公示，请核对后重新输入；只能核验本支部的公示。",
            "No statement of your branch has this code; compare it with the statement again.",
        ),
    )


def not_of_the_branch() -> Forbidden:
    return Forbidden(
        "not_of_the_branch",
        Text(
            "异议由本支部党员提出；上级发现问题，请按积分调整办理。",
            "Objections are for members of the branch; those above correct points by an adjustment.",
        ),
    )


def objection_unknown() -> NotFound:
    return NotFound(
        "objection_unknown",
        Text(
            "没有这条异议，或不在您的管理范围；请刷新。", "There is no such objection; read again."
        ),
    )


def line_unknown() -> Unprocessable:
    return Unprocessable(
        "line_unknown",
        Text(
            "公示中没有这名党员，请从名单中选择。",
            "The statement has no line of this member; choose one that it has.",
        ),
    )


def not_a_branch() -> Unprocessable:
    return Unprocessable(
        "not_a_branch",
        Text("公示按支部编制，请选择一个支部。", "Statements are a branch's; choose a branch."),
    )


def month_not_over(month: str) -> Conflict:
    return Conflict(
        "month_not_over",
        Text(
            "本月公示最早在当月26日编制，月底之后才能定稿；请到时再办理。",
            "A month's statement is prepared from its 26th day on and closed after its end;"
            " come back then.",
        ),
        extra={"month": month},
    )


def statement_exists(statement_id: UUID) -> Conflict:
    return Conflict(
        "statement_exists",
        Text(
            "该支部这个月的公示已经编制，请直接打开。",
            "The branch's statement of this month is there already; open it.",
        ),
        extra={"statement_id": str(statement_id)},
    )


def wrong_state(wanted: str, state: str) -> Conflict:
    return Conflict(
        f"statement_not_{wanted}",
        Text(
            "公示的当前状态不允许此操作：草稿才能发布，公示中才能提异议和定稿；请刷新。",
            "The statement's state does not allow this: a draft can be published, a published one"
            " can be objected to and closed; read it again.",
        ),
        extra={"state": state},
    )


def notice_running(ends_on: date) -> Conflict:
    return Conflict(
        "notice_running",
        Text(
            f"公示期到{ends_on}为止，请在次日以后定稿。",
            f"The notice runs until the end of {ends_on}; close the statement after that.",
        ),
        extra={"notice_ends_on": ends_on.isoformat()},
    )


def notice_over(ends_on: date) -> Conflict:
    return Conflict(
        "notice_over",
        Text(
            f"公示期已于{ends_on}结束；对本人积分有疑问，请提出申诉。",
            f"The notice ended on {ends_on}; if your own points are wrong, appeal.",
        ),
        extra={"notice_ends_on": ends_on.isoformat()},
    )


def objections_open(count: int) -> Conflict:
    return Conflict(
        "objections_open",
        Text(
            f"还有{count}条异议未答复，请先答复再定稿。",
            f"{count} objections have no answer yet; answer them before closing.",
        ),
        extra={"open_objections": count},
    )


def earlier_month_open(month: str) -> Conflict:
    return Conflict(
        "earlier_month_open",
        Text(
            f"{month}有积分而尚未定稿，请先完成该月公示。",
            f"{month} has points and is not closed; close its statement first.",
        ),
        extra={"month": month},
    )


def objection_raised() -> Conflict:
    return Conflict(
        "objection_already_raised",
        Text(
            "您对此人的异议正在处理，请等待答复。",
            "Your objection to this line is being dealt with; wait for the answer.",
        ),
    )


def objection_answered() -> Conflict:
    return Conflict(
        "objection_answered",
        Text("这条异议已经答复，请刷新。", "This objection has been answered; read it again."),
    )


def adjustment_unknown() -> Unprocessable:
    return Unprocessable(
        "adjustment_unknown",
        Text(
            "没有这项积分调整，或不是这名党员的；请先提出调整，再填写其编号。",
            "There is no such adjustment of this member; propose it first, then name it here.",
        ),
    )


def own_objection() -> Forbidden:
    return Forbidden(
        "own_objection",
        Text(
            "本人提出的异议和对本人积分的异议，须由上级机关党委管理员答复。",
            "An objection of your own, or to your own line, is for the unit's administrator"
            " to answer.",
        ),
    )
