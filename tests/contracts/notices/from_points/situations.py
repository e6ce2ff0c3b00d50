"""Decisions on the own points, and what members are told of them."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from shared.contracts.notices import REQUESTED_V1
from shared.contracts.points import CHANGED_V1
from tests.contracts.outbox import Wanted
from tests.points.claims.conftest import Branch, Json


def told(member: UUID, kind: str, claim: Json, **more: Any) -> Wanted:
    """One member told of a claim."""
    notice = {
        "key": f"{kind}:{claim['id']}",
        "member_ids": [str(member)],
        "kind": kind,
        "subject_type": "claim",
        "subject_id": claim["id"],
        "template": "decision",
        "urgent": False,
        "expires_at": None,
    }
    return REQUESTED_V1, [notice | more]


def a_claim_is_approved(branch: Branch) -> list[Wanted]:
    claim = branch.approved()
    sentence = "您的申报「社区值守」已通过。"
    return [
        told(branch.member, "claim.approved.3", claim, zh=sentence),
        (CHANGED_V1, [{"member_id": str(branch.member)}]),
    ]


def a_claim_is_returned_twice(branch: Branch) -> list[Wanted]:
    claim = branch.claim()
    for _ in range(2):
        branch.review(branch.leader, claim, "return", "写明社区")
        branch.call(branch.member, "POST", f"/claims/{claim['id']}/resubmit")
    return [told(branch.member, f"claim.returned.{step}", claim) for step in (2, 4)]


def a_claim_is_rejected(branch: Branch) -> list[Wanted]:
    claim = branch.forwarded()
    branch.review(branch.secretary, claim, "reject", "不属双报到")
    return [told(branch.member, "claim.rejected.3", claim)]


def a_decision_that_is_refused_tells_nobody(branch: Branch) -> list[Wanted]:
    branch.review(branch.secretary, branch.claim(), "approve")
    return []


Situation = Callable[[Branch], list[Wanted]]
SITUATIONS: Final[tuple[Situation, ...]] = (
    a_claim_is_approved,
    a_claim_is_returned_twice,
    a_claim_is_rejected,
    a_decision_that_is_refused_tells_nobody,
)
