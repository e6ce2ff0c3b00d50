"""What may happen to an adjustment, by whom, and until when it may be appealed against. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from shared.clock import SHANGHAI, local_day
from shared.errors import Conflict, Forbidden, NotFound, Unprocessable
from shared.text import Text

LARGEST: Final = 200
"""Tenths; more than this either way is no correction."""

APPEAL_DAYS: Final = 30


def moment_of(day: date, now: datetime) -> datetime:
    """Return the moment that a decision about a day counts from: the end of the day.

    So a deduction meets what the day has brought, and the rules that were in force at its end;
    never a moment to come, whose rules may still change.

    Raises:
        Unprocessable: `day_in_future`.
    """
    if day > local_day(now):
        raise Unprocessable(
            "day_in_future",
            Text("日期不能晚于今天，请改正。", "The day lies ahead; choose today or earlier."),
        )
    end = datetime.combine(day, time.max, SHANGHAI).astimezone(UTC)
    return min(end, now)


def appeal_until(decided_at: datetime) -> date:
    """Return the last day on which what was decided then can be appealed against."""
    return local_day(decided_at) + timedelta(days=APPEAL_DAYS)


def check_not_oneself(principal_id: UUID, member_id: UUID) -> None:
    """Refuse to let anybody propose or decide about the own points.

    Raises:
        Forbidden: `own_case`.
    """
    if principal_id == member_id:
        raise Forbidden(
            "own_case",
            Text(
                "涉及本人的积分，须由他人办理，请联系上级管理员。",
                "This is about your own points: somebody else must handle it;"
                " ask an administrator above.",
            ),
        )


def check_second_person(principal_id: UUID, proposed_by: UUID) -> None:
    """Refuse a decision by who proposed.

    Raises:
        Forbidden: `second_person_needed`.
    """
    if principal_id == proposed_by:
        raise Forbidden(
            "second_person_needed",
            Text(
                "提出调整的人不能自行审批，请另一位管理员审批；如需取消，请撤回。",
                "Who proposed it cannot decide it: ask a second person, or withdraw it.",
            ),
        )


def check_proposer(principal_id: UUID, proposed_by: UUID) -> None:
    """Refuse a withdrawal by anybody but who proposed.

    Raises:
        Forbidden: `proposer_only`.
    """
    if principal_id != proposed_by:
        raise Forbidden(
            "proposer_only",
            Text(
                "只有提出的人可以撤回；如不同意，请驳回。",
                "Only who proposed it can withdraw it; reject it if you disagree.",
            ),
        )


def check_open(state: str) -> None:
    """Refuse to decide what has been decided.

    Raises:
        Conflict: `adjustment_closed`.
    """
    if state != "proposed":
        raise Conflict(
            "adjustment_closed",
            Text(
                "这项调整已有结论，不能再次处理，请刷新。",
                "This adjustment has been decided already; read it again.",
            ),
            extra={"state": state},
        )


def check_reversible(state: str, reverses: UUID | None) -> None:
    """Refuse to reverse what does not stand.

    Raises:
        Conflict: `adjustment_not_approved`, `reversal_is_final`.
    """
    if reverses is not None:
        raise Conflict(
            "reversal_is_final",
            Text(
                "撤销不能再被撤销，请另行提出新的调整。",
                "A reversal is not reversed; propose a new adjustment instead.",
            ),
        )
    if state != "approved":
        raise Conflict(
            "adjustment_not_approved",
            Text(
                "只有已批准的调整才能撤销。",
                "Only an approved adjustment can be reversed; this one never came into effect.",
            ),
            extra={"state": state},
        )


def unknown() -> NotFound:
    return NotFound(
        "adjustment_unknown",
        Text(
            "没有这项调整，或不在您的管理范围。",
            "There is no such adjustment within your part of the organisation.",
        ),
    )


def already_undone() -> Conflict:
    return Conflict(
        "already_undone",
        Text(
            "这项记录已被撤销，无需再次处理。",
            "This has been undone already; there is nothing left to undo.",
        ),
    )


def already_being_reversed() -> Conflict:
    return Conflict(
        "already_being_reversed",
        Text(
            "这项调整已有撤销，请查看该撤销的进展。",
            "A reversal of this adjustment exists already; look that one up.",
        ),
    )


def claim_already_named() -> Conflict:
    return Conflict(
        "claim_already_named",
        Text(
            "已有一项针对该申报的调整待审批。",
            "An adjustment about this claim waits for approval already; decide that one.",
        ),
    )


def claim_without_points(claim_id: UUID) -> Unprocessable:
    return Unprocessable(
        "claim_without_points",
        Text(
            "该党员没有这项已入账的申报，请核对申报编号。",
            "This member has no such claim with points posted; check the claim's id.",
        ),
        extra={"claim_id": str(claim_id)},
    )


def entry_not_of_member() -> Unprocessable:
    return Unprocessable(
        "entry_not_of_member",
        Text(
            "该党员没有这条积分明细，请核对要更正的明细。",
            "This member has no such ledger entry; check which one is to be corrected.",
        ),
    )


def not_ruled(kind: str) -> Unprocessable:
    return Unprocessable(
        "kind_not_ruled",
        Text(
            "当日生效的规则中没有可人工记录的这一类别，请选择其他类别。",
            "No rule in force on that day takes this kind by hand; choose another kind.",
        ),
        extra={"kind": kind},
    )


def not_scored() -> Unprocessable:
    return Unprocessable(
        "member_not_scored",
        Text(
            "该党员不参加积分，无需调整。",
            "This member is not scored; there is nothing to adjust.",
        ),
    )
