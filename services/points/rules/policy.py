"""What may happen to a rule set, and when it takes effect. Pure."""

from datetime import UTC, date, datetime, time
from uuid import UUID

from shared.clock import SHANGHAI, local_day
from shared.errors import Conflict, Forbidden, Invalid
from shared.text import Text


def effective_moment(effective_from: date, approved_at: datetime) -> datetime:
    """Return the moment a set approved now takes effect.

    The start of its day in Asia/Shanghai; on the day itself the moment of approval, so that what
    has been posted stays as it is.

    Raises:
        Conflict: `effective_day_past`.
    """
    check_day(effective_from, approved_at)
    start = datetime.combine(effective_from, time(0), SHANGHAI).astimezone(UTC)
    return max(start, approved_at)


def check_day(effective_from: date, now: datetime) -> None:
    """Refuse a day that is already over: rules change forward in time."""
    if effective_from < local_day(now):
        raise Conflict(
            "effective_day_past",
            Text(
                zh="生效日已过，请退回后改为今天或以后的日期。",
                en="The effective day has passed; return the set and choose today or later.",
            ),
        )


def check_state(state: str, wanted: str) -> None:
    """Refuse what the set's state does not allow.

    Raises:
        Conflict: `rule_set_not_draft` or `rule_set_not_submitted`.
    """
    if state != wanted:
        raise Conflict(
            f"rule_set_not_{wanted}",
            Text(
                zh="规则版本的当前状态不允许此操作：只有草稿可以修改或提交，只有已提交的可以审批。",
                en="The rule set's state does not allow this: only a draft can be edited or"
                " submitted, only a submitted set can be approved or returned.",
            ),
            extra={"state": state},
        )


def check_second_person(approver: UUID, created_by: UUID, submitted_by: UUID | None) -> None:
    """Refuse an approval by someone who drafted or submitted the set.

    Raises:
        Forbidden: `second_person_needed`.
    """
    if approver in (created_by, submitted_by):
        raise Forbidden(
            "second_person_needed",
            Text(
                zh="起草或提交的人不能审批，请另一位工委管理员审批。",
                en="Who drafted or submitted a rule set cannot approve it;"
                " ask another city administrator.",
            ),
        )


def unknown_code(code: str) -> Invalid:
    return Invalid(
        "rule_code_invalid",
        Text(
            zh="规则代码须为一个大写字母加两位数字，如 L04。",
            en="A rule's code is a capital letter and two digits, e.g. L04.",
        ),
        extra={"rule": code},
    )
