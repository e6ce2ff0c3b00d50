"""What the branch calendar refuses, each with what to do next."""

from shared.errors import NotFound, Problem, Unprocessable
from shared.text import Text

_KINDS = {
    "branch": Text("党支部", "a branch"),
    "cross_cutting": Text("跨支部小组", "a cross-cutting group"),
}


def rule_unknown() -> Problem:
    return NotFound(
        "rule_unknown",
        Text("没有这条规则，请从列表中选择。", "There is no such rule; choose one of the list."),
    )


def rule_not_marked() -> Problem:
    return Unprocessable(
        "rule_not_marked",
        Text(
            "这一项按活动签到认定，不能手工标记；请发布活动并签到，或导入出勤。",
            "This is known from events; hold one and check people in, or import the attendance.",
        ),
    )


def rule_of_others(kind: str) -> Problem:
    wanted = _KINDS[kind]
    return Unprocessable(
        "rule_of_others",
        Text(
            f"这条规则针对{wanted.zh}，请另选组织。",
            f"This rule is asked of {wanted.en}; choose another organisation.",
        ),
        extra={"organisation_kind": kind},
    )


def member_elsewhere() -> Problem:
    return Unprocessable(
        "member_elsewhere",
        Text(
            "责任人须是本组织的党员，请另选。",
            "Who answers for it must belong to the organisation; choose somebody else.",
        ),
    )


def year_ahead() -> Problem:
    return Unprocessable(
        "year_ahead",
        Text("这一年尚未开始，请到时再标记。", "That year has not begun; note it when it has."),
    )


def year_over(year: int) -> Problem:
    return Unprocessable(
        "year_over",
        Text(
            f"已过去的年度不再更改，请从 {year} 年起设置。",
            f"What was asked of a year that is over stays; set it from {year} on.",
        ),
    )


def figure_of_the_source(names: list[str]) -> Problem:
    return Unprocessable(
        "figure_of_the_source",
        Text(
            f"条例已有明确规定，不能更改：{'、'.join(names)}。",
            f"The regulations set these; leave them as they are: {', '.join(names)}.",
        ),
        extra={"figures": names},
    )


def figures_invalid(errors: object) -> Problem:
    return Unprocessable(
        "figures_invalid",
        Text(
            "规则参数不完整或超出范围，请按所列字段修改。",
            "What the rule asks is not complete or out of bounds; change the fields listed.",
        ),
        extra={"errors": {"json": {"figures": errors}}},
    )
