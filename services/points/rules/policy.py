"""What may happen to a rule set, and when it takes effect. Pure."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Final
from uuid import UUID

from services.points.scoring import Rule
from services.points.scoring.bounds import exceeding, is_own_code
from services.points.scoring.kinds import deducts
from shared.clock import SHANGHAI, local_day
from shared.errors import Conflict, Forbidden, Invalid, Unprocessable
from shared.text import Text

_CODE: Final = re.compile(r"[A-Z][0-9]{2}")
# What a rule of a unit's own may be: kinds of value that only add, counted under a city's category.
_OWN_VALUES: Final = ("fixed", "per_hour", "by_level")


def effective_moment(effective_from: date, approved_at: datetime, *, retroactive: bool) -> datetime:
    """Return the moment a set approved now takes effect.

    The start of its day in Asia/Shanghai; on the day itself the moment of approval, so that what
    has been posted stays as it is, unless the set is for the past.

    Raises:
        Conflict: `effective_day_past` or `effective_year_over`.
    """
    check_day(effective_from, approved_at, retroactive=retroactive)
    start = datetime.combine(effective_from, time(0), SHANGHAI).astimezone(UTC)
    return start if retroactive else max(start, approved_at)


def check_day(effective_from: date, now: datetime, *, retroactive: bool) -> None:
    """Refuse a day that is over, or of a year that is.

    Rules change forward in time. For the past they change only with a reason and a difference that
    a second person signs, and never for a year that has ended: its points have been used.
    """
    today = local_day(now)
    if retroactive and effective_from.year < today.year:
        raise Conflict(
            "effective_year_over",
            Text(
                zh="往年的积分已经结束，规则只能追溯到今年年初；个别差错请用更正。",
                en="Points of past years are settled: rules reach back to this January at most;"
                " put single errors right by adjustments.",
            ),
        )
    if not retroactive and effective_from < today:
        raise Conflict(
            "effective_day_past",
            Text(
                zh="生效日已过：请改为今天或以后，或写明追溯理由并附上模拟结果。",
                en="The effective day has passed: choose today or later, or give a reason for the"
                " past together with a finished simulation.",
            ),
        )


def check_state(state: str, wanted: str) -> None:
    """Refuse what the set's state does not allow.

    Raises:
        Conflict: `rule_set_not_draft`, `rule_set_not_submitted` or `rule_set_not_approved`.
    """
    if state != wanted:
        raise Conflict(
            f"rule_set_not_{wanted}",
            Text(
                zh="规则版本的当前状态不允许此操作：只有草稿可以修改或提交，只有已提交的可以审批，"
                "只有已批准而未生效的可以撤回。",
                en="The rule set's state does not allow this: only a draft can be edited or"
                " submitted, only a submitted set approved or returned, only an approved set that"
                " has not taken effect revoked.",
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
                zh="起草或提交的人不能审批，请另一位管理员审批。",
                en="Who drafted or submitted a rule set cannot approve it;"
                " ask another administrator.",
            ),
        )


def check_signature(signed: str | None, difference: dict[str, Any] | None) -> None:
    """Refuse an approval for the past that does not name the difference it signs.

    Raises:
        Conflict: `difference_not_signed`.
    """
    if difference is not None and signed != difference["digest"]:
        raise Conflict(
            "difference_not_signed",
            Text(
                zh="追溯生效须确认模拟得出的差额：请核对后附上其校验值。",
                en="Approving rules for the past signs the simulated difference: check it and send"
                " its digest.",
            ),
            # As it is shown elsewhere: points, not tenths.
            extra={"difference": difference | {"points": difference["points"] / 10}},
        )


def check_not_begun(effective_at: datetime | None, now: datetime) -> None:
    """Refuse to revoke what already counts.

    Raises:
        Conflict: `rule_set_in_force`.
    """
    if effective_at is not None and effective_at <= now:
        raise Conflict(
            "rule_set_in_force",
            Text(
                zh="该版本已经生效，不能撤回；请起草并审批新的版本。",
                en="The set is in force already; draft and approve another instead.",
            ),
        )


def check_floor(floor: int, below: int) -> None:
    """Refuse a set under whose floor members would stand.

    Raises:
        Unprocessable: `below_floor`.
    """
    if below:
        raise Unprocessable(
            "below_floor",
            Text(
                zh="按此规则有党员的积分会低于下限，请降低下限或提高基础分。",
                en="Members would stand below the floor under these rules; lower the floor or"
                " raise the base points.",
            ),
            extra={"members": below, "floor": floor / 10},
        )


def check_code(code: str, *, of_unit: bool) -> None:
    """Refuse what is no rule's code; codes with U are for rules that units add.

    Raises:
        Invalid: `rule_code_invalid`.
        Unprocessable: `rule_code_reserved`.
    """
    if not _CODE.fullmatch(code):
        raise Invalid(
            "rule_code_invalid",
            Text(
                zh="规则代码须为一个大写字母加两位数字，如 L04。",
                en="A rule's code is a capital letter and two digits, e.g. L04.",
            ),
            extra={"rule": code},
        )
    if not of_unit and is_own_code(code):
        raise Unprocessable(
            "rule_code_reserved",
            Text(
                zh="以 U 开头的代码留给各单位自设规则，请换一个字母。",
                en="Codes with U belong to rules that units add; choose another letter.",
            ),
            extra={"rule": code},
        )


def check_bounds(city: Sequence[Rule], category_caps: dict[str, int], rule: Rule) -> None:
    """Refuse a unit's rule that is more than what the city set.

    Raises:
        Unprocessable: `exceeds_city`, with the fields that do.
    """
    above = next((other for other in city if other.code == rule.code), None)
    fields = exceeding(above, rule) if above else _own_excess(category_caps, rule)
    if fields:
        raise exceeds_city(rule.code, fields)


def _own_excess(category_caps: dict[str, int], rule: Rule) -> list[str]:
    """Return what of a rule that the unit adds lies outside the city's bounds."""
    yearly = [cap.points for cap in rule.caps if cap.per == "year"]
    wrong = {
        "code": not is_own_code(rule.code),
        "category": rule.category not in category_caps,
        "trigger": "system" in rule.trigger or "manual" in rule.trigger,
        "value": rule.value["kind"] not in _OWN_VALUES or deducts(rule.value),
        "caps": not yearly or yearly[0] > category_caps.get(rule.category, 0),
    }
    return [field for field, is_wrong in wrong.items() if is_wrong]


def exceeds_city(code: str | None, fields: Sequence[str]) -> Unprocessable:
    return Unprocessable(
        "exceeds_city",
        Text(
            zh="单位规则只能增设（代码以 U 开头并有年度上限）或调低，不能超出全市规则，请修改所列字段。",
            en="A unit may add rules (codes with U, with a yearly cap) or lower the city's, never"
            " exceed them; change the fields named.",
        ),
        extra={"rule": code, "fields": list(fields)},
    )
