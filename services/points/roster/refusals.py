"""Why the roster refuses, in one place: every sentence says what to do next."""

from shared.errors import Conflict, NotFound, Unprocessable
from shared.text import Text


def organisation_unknown() -> NotFound:
    return NotFound(
        "organisation_unknown",
        Text("没有这个组织，请重新选择。", "There is no such organisation; choose another."),
    )


def member_unknown() -> NotFound:
    return NotFound(
        "member_unknown",
        Text("没有这名党员，请重新选择。", "There is no such member; choose another."),
    )


def role_unknown() -> NotFound:
    return NotFound(
        "role_assignment_unknown",
        Text("没有这项任职，可能已被撤销，请刷新列表。", "No such assignment; reload the list."),
    )


def code_taken() -> Conflict:
    return Conflict(
        "code_taken",
        Text("这个代码已被使用，请换一个。", "This code is in use; choose another."),
    )


def member_no_taken() -> Conflict:
    return Conflict(
        "member_no_taken",
        Text(
            "这个编号已被使用，请核对后另填。", "This number is in use; check it, or use another."
        ),
    )


def moved_below_itself() -> Unprocessable:
    return Unprocessable(
        "moved_below_itself",
        Text(
            "组织不能移到自己或下级之下，请另选上级。",
            "An organisation cannot move below itself; choose another parent.",
        ),
    )


def group_has_members() -> Conflict:
    return Conflict(
        "group_has_members",
        Text(
            "党小组还有成员，请先调整成员再移动。",
            "The group still has members; move them to other groups first.",
        ),
    )


def not_a_branch() -> Unprocessable:
    return Unprocessable(
        "not_a_branch",
        Text("党员须编入党支部，请选择一个支部。", "Members belong to branches; choose a branch."),
    )


def not_a_group_of_the_branch() -> Unprocessable:
    return Unprocessable(
        "group_not_of_branch",
        Text(
            "该党小组不属于所在支部，请另选。",
            "That is no group of the member's branch; choose one.",
        ),
    )


def not_cross_cutting() -> Unprocessable:
    return Unprocessable(
        "not_cross_cutting",
        Text(
            "只有跨支部小组可在此增减成员；党小组请在党员资料中修改。",
            "Only cross-cutting groups take members here; a branch's group is set on the member.",
        ),
    )


def member_has_left() -> Conflict:
    return Conflict(
        "member_has_left",
        Text("该党员已转出，请先恢复其状态。", "This member has left; change the status first."),
    )


def already_there() -> Conflict:
    return Conflict(
        "already_there",
        Text("该党员已在这个支部，无需转移。", "The member already belongs to this branch."),
    )


def role_already_given() -> Conflict:
    return Conflict(
        "role_already_given",
        Text("该党员已有这项任职，无需重复。", "The member already holds this role there."),
    )


def duties_separate(held: str) -> Conflict:
    return Conflict(
        "duties_separate",
        Text(
            "系统管理员、安全管理员、审计须由不同的人担任，也不得兼任机关党委或工委管理员；"
            "请另选人员，或先撤销其原有角色。",
            "The duties of system, security and audit are held by different people, none of whom"
            " administers a unit or the city; choose somebody else, or end the other role first.",
        ),
        extra={"held": held},
    )


def last_of(role: str) -> Conflict:
    """Return why the last holder of a role that the city is never without keeps it."""
    return {"city_admin": last_city_admin, "security_admin": last_security_admin}[role]()


def last_security_admin() -> Conflict:
    return Conflict(
        "last_security_admin",
        Text(
            "这是最后一名安全管理员，请先任命另一名。",
            "This is the last security administrator; appoint another one first.",
        ),
    )


def last_city_admin() -> Conflict:
    return Conflict(
        "last_city_admin",
        Text(
            "这是最后一名工委管理员，请先任命另一名。",
            "This is the last city administrator; appoint another one first.",
        ),
    )
