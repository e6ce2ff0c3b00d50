"""Who decides on an appeal, until when, and what may follow. Pure.

An appeal goes to the branch. Whoever had a hand in what is appealed against does not decide, nor
does the member: then the unit's administrator does, or the city's. Who is dismissed may go one
level up once; so may who has had no decision by the day it was due. The second decision is final.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final
from uuid import UUID

from shared.auth import Grant
from shared.clock import local_day
from shared.errors import Conflict, Forbidden, NotFound, Unprocessable
from shared.text import Text

LEVELS: Final = ("branch", "unit", "city")
WORKING_DAYS: Final = 5
ESCALATION_DAYS: Final = 10
# A month is on public notice until well into the next one: who misses something sees it there.
MISSING_DAYS: Final = 60

_LEVEL_OF_ROLE: Final = {
    "branch_secretary": "branch",
    "committee_member": "branch",
    "unit_admin": "unit",
    "city_admin": "city",
}


def level_of(grants: Iterable[Grant], path: str) -> str | None:
    """Return the highest level at which somebody decides about a branch; None for nobody."""
    held = {_LEVEL_OF_ROLE.get(grant.role) for grant in grants if path.startswith(grant.path)}
    return next((level for level in reversed(LEVELS) if level in held), None)


def levels_up_to(level: str) -> tuple[str, ...]:
    """Return the level and those below it: whose appeals somebody of the level may decide."""
    return LEVELS[: LEVELS.index(level) + 1]


def level_above(level: str) -> str | None:
    """Return the next level; None above the city."""
    return dict(pairwise(LEVELS)).get(level)


def check_in_time(last: date, now: datetime) -> None:
    """Refuse an appeal after its last day.

    Raises:
        Conflict: `appeal_too_late`.
    """
    if local_day(now) > last:
        raise Conflict(
            "appeal_too_late",
            Text(
                f"申诉期限（{last}）已过；如确有差错，请向支部反映，由支部提出更正。",
                f"The time to appeal ended on {last}; if something is wrong all the same,"
                " ask your branch to propose a correction.",
            ),
            extra={"until": last.isoformat()},
        )


def check_decider(
    principal_id: UUID, member_id: UUID, involved: Collection[UUID], held: str | None, level: str
) -> str:
    """Return the level that somebody decides at; refuse who may not.

    Raises:
        Forbidden: `own_case`, `involved_in_case`, `higher_level_decides`.
    """
    if principal_id == member_id:
        raise Forbidden(
            "own_case",
            Text(
                "本人不能处理自己的申诉，请等待支部或上级的决定。",
                "You cannot decide on your own appeal; wait for the branch or the level above.",
            ),
        )
    if principal_id in involved:
        raise Forbidden(
            "involved_in_case",
            Text(
                "您参与过此事的提出、审批或处理，请由其他人或上级决定。",
                "You had a hand in what this is about; leave it to somebody else"
                " or to the level above.",
            ),
        )
    if held is None or held not in LEVELS[LEVELS.index(level) :]:
        raise Forbidden(
            "higher_level_decides",
            Text(
                "此申诉已提交上一级，请由上一级管理员决定。",
                "This appeal has gone a level up; an administrator there decides.",
            ),
            extra={"level": level},
        )
    return held


def check_open(state: str) -> None:
    """Refuse to decide or withdraw what is over.

    Raises:
        Conflict: `appeal_closed`.
    """
    if state != "open":
        raise Conflict(
            "appeal_closed",
            Text(
                "这项申诉已有结论，不能再次处理，请刷新。",
                "This appeal is over; read it again.",
            ),
            extra={"state": state},
        )


def check_member(principal_id: UUID, member_id: UUID) -> None:
    """Refuse what only who appealed may do.

    Raises:
        Forbidden: `appellant_only`.
    """
    if principal_id != member_id:
        raise Forbidden(
            "appellant_only",
            Text(
                "只有申诉人本人可以办理。",
                "Only the member who appealed can do this; ask them to.",
            ),
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an appeal stands.

    Attributes:
        level: the lowest that may decide.
        decided_level: the highest that who decided holds; None while it is open.
    """

    state: str
    level: str
    escalated: bool
    due_on: date
    decided_at: datetime | None
    decided_level: str | None

    @property
    def next_level(self) -> str | None:
        """The level it would go up to; None above the city."""
        return level_above(self.decided_level or self.level)

    def overdue(self, now: datetime) -> bool:
        return self.state == "open" and local_day(now) > self.due_on

    def escalatable(self, now: datetime) -> str | None:
        """Return why it may go a level up now: ``dismissed`` or ``overdue``; None if it may not."""
        if self.escalated or self.next_level is None:
            return None
        if self.overdue(now):
            return "overdue"
        if self.state != "dismissed" or self.decided_at is None:
            return None
        last = local_day(self.decided_at) + timedelta(days=ESCALATION_DAYS)
        return "dismissed" if local_day(now) <= last else None


def not_escalatable(state: str, due_on: date) -> Conflict:
    return Conflict(
        "not_escalatable",
        Text(
            f"现在不能提交上一级：只有被驳回后 {ESCALATION_DAYS} 日内，或逾期（{due_on}）未决定，"
            "才可提交一次；第二次决定和工委的决定为最终决定。",
            f"This cannot go a level up now: only within {ESCALATION_DAYS} days of a dismissal, or"
            f" when nothing was decided by {due_on}, and once; a second decision, and the city's,"
            " is final.",
        ),
        extra={"state": state, "due_on": due_on.isoformat()},
    )


def unknown() -> NotFound:
    return NotFound(
        "appeal_unknown",
        Text(
            "没有这项申诉，或不在您的管理范围。",
            "There is no such appeal within your part of the organisation.",
        ),
    )


def entry_unknown() -> NotFound:
    return NotFound(
        "entry_unknown",
        Text(
            "您的积分明细中没有这一条，请从明细中选择。",
            "Your ledger has no such entry; choose one from it.",
        ),
    )


def adjustment_not_decided() -> Conflict:
    return Conflict(
        "adjustment_not_approved",
        Text(
            "这项调整尚未批准或未生效，无需申诉；审批之前，您可以向支部说明情况。",
            "This adjustment is not in effect, so there is nothing to appeal against;"
            " until it is decided, speak to your branch.",
        ),
    )


def already_appealed() -> Conflict:
    return Conflict(
        "already_appealed",
        Text(
            "您已就此提出申诉，请查看该申诉；如被驳回，可提交上一级。",
            "You have appealed about this already: look that appeal up;"
            " if it was dismissed, take it a level up.",
        ),
    )


def claim_under_review() -> Conflict:
    return Conflict(
        "claim_under_review",
        Text(
            "您就此提出的申报尚在办理：请等待审核，或补充后重新提交；逾期未审的可以申诉。",
            "Your claim about this is not decided yet: wait for its review, or complete it if it"
            " was returned. Once a review is overdue you may appeal.",
        ),
    )


def nothing_to_annul() -> Unprocessable:
    return Unprocessable(
        "annul_not_possible",
        Text(
            "只有未增加积分的人工记录（如扣分）可以撤销；其他情形请以更正补足积分。",
            "Only what was recorded by hand and added no points, a deduction, can be annulled;"
            " make good anything else by a correction with points.",
        ),
    )
