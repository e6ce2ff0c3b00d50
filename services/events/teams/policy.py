"""What can be done with a team, as it is and by whom. Pure."""

from collections.abc import Mapping
from uuid import UUID

from services.events.refusal import Refusal
from services.events.teams.refusals import REFUSALS

# Who is in a team, by member: `invited` or `joined`.
Members = Mapping[UUID, str]


def may_invite(members: Members, largest: int) -> Refusal | None:
    """Return why nobody more can be invited: an invitation holds a place, as nobody comes in vain."""
    return REFUSALS["team_full"] if len(members) >= largest else None


def may_join(members: Members, member: UUID, largest: int, *, elsewhere: bool) -> Refusal | None:
    """Return why a member cannot join, or None; a place is free, or held by the own invitation."""
    if elsewhere:
        return REFUSALS["in_a_team"]
    others = len(members.keys() - {member})
    return REFUSALS["team_full"] if others >= largest else None


def may_leave(members: Members, member: UUID, captain: UUID) -> Refusal | None:
    """Return why a member cannot leave, or None."""
    if member not in members:
        return REFUSALS["not_in_team"]
    return REFUSALS["captain_stays"] if member == captain else None


def may_lead(members: Members, member: UUID) -> Refusal | None:
    """Return why somebody cannot be captain, or None."""
    return None if members.get(member) == "joined" else REFUSALS["captain_not_in_team"]
