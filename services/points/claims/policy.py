"""What may happen to a claim, when, and by whom. Pure.

submit → first_review → (forward) → branch_review → approved | rejected
              ↘ returned ↙  → resubmit → where it began;  withdraw from any of the three.
"""

from datetime import date, timedelta
from typing import Final

from services.points.claims import refusals
from services.points.claims.kinds import KINDS
from shared.clock import periods_of

OPEN: Final = ("first_review", "branch_review", "returned")
# Decision → the step it is in the history.
DECISIONS: Final = {
    "forward": "forwarded",
    "return": "returned",
    "approve": "approved",
    "reject": "rejected",
}
# Step → the state it leads to.
STATE_AFTER: Final = {
    "forwarded": "branch_review",
    "returned": "returned",
    "approved": "approved",
    "rejected": "rejected",
    "withdrawn": "withdrawn",
    "annulled": "annulled",
}
REVIEW_DAYS: Final = 3
"""Working days for each review."""
CLAIMED_BACK_DAYS: Final = 60
_ROUND_ENDS: Final = 25
_BY_GROUP: Final = frozenset({"forward", "return"})
_BY_BRANCH: Final = frozenset({"approve", "return", "reject"})


def first_state(*, group_reviews: bool) -> str:
    """Return where a submitted claim waits: with its group's leader, if there is one to ask."""
    return "first_review" if group_reviews else "branch_review"


def round_of(today: date) -> str:
    """Return the month whose round a claim made today belongs to, e.g. ``2026-11``.

    Source: the monthly rhythm in the domain glossary, claims until the 25th.
    """
    if today.day > _ROUND_ENDS:
        today = today.replace(day=1) + timedelta(days=31)
    return periods_of(today).month


def check_day(day: date, made_on: date, today: date) -> None:
    """Refuse a day that lies ahead, or too long before the claim was made.

    Raises:
        Unprocessable: `claim_day_in_future` or `claim_day_too_long_ago`.
    """
    if day > today:
        raise refusals.day_in_future()
    if (made_on - day).days > CLAIMED_BACK_DAYS:
        raise refusals.day_too_long_ago(CLAIMED_BACK_DAYS)


def check_fields(kind: str, level: str | None, *, attached: bool) -> None:
    """Refuse what a kind of claim does not take, or lacks.

    Raises:
        Unprocessable: `claim_level_wrong` or `attachment_not_wanted`.
    """
    wanted = KINDS[kind]
    if level not in (wanted.levels or (None,)):
        raise refusals.level_wrong(wanted.levels)
    if attached and not wanted.attachment:
        raise refusals.attachment_not_wanted()


def check_open(state: str) -> None:
    """Refuse what nobody does to a closed claim.

    Raises:
        Conflict: `claim_closed`.
    """
    if state not in OPEN:
        raise refusals.claim_closed(state)


def check_returned(state: str) -> None:
    """Refuse to change what the reviewers have before them.

    Raises:
        Conflict: `claim_closed` or `claim_not_returned`.
    """
    check_open(state)
    if state != "returned":
        raise refusals.not_returned(state)


def possible(state: str, *, leads: bool, reviews: bool, overdue: bool) -> frozenset[str]:
    """Return the decisions somebody may take.

    Args:
        state: the claim's.
        leads: whether they lead the group that reviews first.
        reviews: whether they review for the branch.
        overdue: whether the review's day has passed; the branch need not wait for the group then.
    """
    found: frozenset[str] = frozenset()
    if state == "first_review" and leads:
        found |= _BY_GROUP
    if reviews and (state == "branch_review" or (state == "first_review" and overdue)):
        found |= _BY_BRANCH
    return found
