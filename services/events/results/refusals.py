"""Every way of entering results can be refused."""

from datetime import datetime
from uuid import UUID

from shared.clock import SHANGHAI
from shared.errors import Conflict, Forbidden, NotFound, Unprocessable
from shared.text import Text


def unknown() -> NotFound:
    return NotFound(
        "result_unknown",
        Text("没有这项成绩，请刷新列表。", "The event has no such result; reload the list."),
    )


def event_without_results() -> Conflict:
    return Conflict(
        "event_without_results",
        Text(
            "未发布或已取消的活动不登记成绩，请先发布活动。",
            "A draft or a cancelled event has no results; publish it first.",
        ),
    )


def too_early(counts_at: datetime) -> Conflict:
    begins = counts_at.astimezone(SHANGHAI)
    return Conflict(
        "results_too_early",
        Text(
            f"最后一场 {begins:%m月%d日 %H:%M} 才开始，请在开始之后确认成绩。",
            f"The last session begins on {begins:%m-%d at %H:%M}; confirm results after that.",
        ),
    )


def own_case() -> Forbidden:
    return Forbidden(
        "own_case",
        Text(
            "成绩中有您本人，请由其他组织者或管理员确认。",
            "You are named yourself; let another organiser or administrator confirm it.",
        ),
    )


def level_not_yours() -> Forbidden:
    return Forbidden(
        "level_not_yours",
        Text(
            "市级、省级奖项请由机关党委或工委管理员确认。",
            "Prizes of the city or province are confirmed by the unit's or city's administrator.",
        ),
    )


def team_empty() -> Unprocessable:
    return Unprocessable(
        "team_empty",
        Text(
            "这支队伍还没有人加入，请逐一填写队员。",
            "Nobody has joined this team; name its members one by one.",
        ),
    )


def level_missing() -> Unprocessable:
    return Unprocessable(
        "level_missing",
        Text(
            "竞赛获奖须填写级别：单位级、市级或省级。",
            "A prize needs its level: unit, city or province.",
        ),
    )


def place_missing() -> Unprocessable:
    return Unprocessable(
        "place_missing", Text("名次须填写第几名。", "A placing needs its place: write which.")
    )


def members_unknown(ids: list[UUID]) -> Unprocessable:
    return Unprocessable(
        "member_unknown",
        Text(
            "名册中没有其中的党员，或已转出，请核对。",
            "The roster does not have some of these members, or they have left; check the ids.",
        ),
        extra={"member_ids": ids},
    )


def reason_needed() -> Unprocessable:
    return Unprocessable(
        "reason_needed",
        Text(
            "成绩已确认，更正须说明原因。",
            "The result is confirmed; say why it is changed (`reason`).",
        ),
    )


def confirmed() -> Conflict:
    return Conflict(
        "result_confirmed",
        Text(
            "成绩已确认，不能删除；如有误请撤回并说明原因。",
            "The result is confirmed; withdraw it with a reason instead.",
        ),
    )


def not_confirmed() -> Conflict:
    return Conflict(
        "result_not_confirmed",
        Text("成绩尚未确认，可以直接删除。", "The result is not confirmed yet; delete it instead."),
    )


def withdrawn() -> Conflict:
    return Conflict(
        "result_withdrawn",
        Text("成绩已撤回，请重新登记一项。", "The result was withdrawn; enter a new one."),
    )


def full(most: int) -> Conflict:
    return Conflict(
        "results_full",
        Text(
            f"一场活动最多 {most} 项成绩，请合并团队成绩。",
            f"At most {most} results an event; enter a team's as one.",
        ),
    )
