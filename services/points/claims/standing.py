"""What somebody is to a claim. Pure."""

from typing import NamedTuple
from uuid import UUID

from services.points.claims.permissions import BRANCH_REVIEW, FIRST_REVIEW
from shared.auth import Principal


class Standing(NamedTuple):
    """Whoever is none of these is not told that the claim exists."""

    claimant: bool
    leads: bool
    reviews: bool


def standing_of(
    principal: Principal, member_id: UUID, branch_path: str, group_path: str | None
) -> Standing:
    """Tell what somebody is to a member's claim in a branch and, where it asks one, a group."""
    return Standing(
        claimant=principal.member_id == member_id,
        leads=group_path is not None and principal.reaches(FIRST_REVIEW, group_path),
        reviews=principal.reaches(BRANCH_REVIEW, branch_path),
    )
