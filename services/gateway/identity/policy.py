"""What identity decides, free of any clock, store or network."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from shared.auth import SEPARATE_DUTIES, Grant

# Domain rule 9: administrators sign in with a second factor.
SECOND_FACTOR_ROLES: Final = SEPARATE_DUTIES | {"unit_admin", "city_admin"}

MEMBER_SESSION: Final = timedelta(days=30)
ADMINISTRATOR_SESSION: Final = timedelta(hours=12)
# A phone that lost the answer in a lift asks again with the token it still has. Whoever else holds
# that token within the half minute gets the same successor, and is found out at the next turn.
LOST_ANSWER_GRACE: Final = timedelta(seconds=30)
INVITATION_LIFETIME: Final = timedelta(days=7)
WECHAT_TICKET_LIFETIME: Final = timedelta(minutes=10)

SHORTEST_PASSWORD: Final = 10
LONGEST_PASSWORD: Final = 128
_USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{2,31}")


def needs_second_factor(roles: Iterable[Grant]) -> bool:
    """Tell whether somebody with these roles must give a second factor with the password."""
    return any(grant.role in SECOND_FACTOR_ROLES for grant in roles)


def grants_of(own_path: str, roles: Iterable[Grant], *, second_factor: bool) -> tuple[Grant, ...]:
    """Return what a session may do.

    Everybody is a member at the own branch. An administrator who came in without the second factor
    (by WeChat, to check in at an event) is that member and no more; and a role given during a
    session waits for a sign-in that earns it.
    """
    allowed = [g for g in roles if second_factor or g.role not in SECOND_FACTOR_ROLES]
    return tuple(dict.fromkeys([Grant("member", own_path), *allowed]))


def session_lifetime(*, second_factor: bool) -> timedelta:
    return ADMINISTRATOR_SESSION if second_factor else MEMBER_SESSION


def normal_username(text: str) -> str | None:
    """Return the one spelling a username is stored and looked up under, or None if it is none."""
    name = unicodedata.normalize("NFKC", text).strip().lower()
    return name if _USERNAME.fullmatch(name) else None


def password_is_acceptable(password: str, username: str) -> bool:
    """Length is what counts (NIST SP 800-63B); no rules of composition, no forced change."""
    return (
        SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD
        and password.lower() != username
        and len(set(password)) > 1
    )


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in on one device. `generation` is that of the only refresh token in force."""

    generation: int
    rotated_at: datetime
    expires_at: datetime
    revoked: bool


class Turn(Enum):
    """What becomes of a refresh token that was presented."""

    ROTATE = "rotate"
    REPEAT = "repeat"
    """The last answer was lost: give the same successor again."""
    REUSED = "reused"
    """A token that was already exchanged: somebody copied it; the whole session ends."""
    OVER = "over"


def judge_refresh(session: Session, presented: int, now: datetime) -> Turn:
    """Decide about a refresh token of generation `presented`."""
    if session.revoked or now >= session.expires_at:
        return Turn.OVER
    if presented == session.generation:
        return Turn.ROTATE
    lost = presented == session.generation - 1 and now - session.rotated_at <= LOST_ANSWER_GRACE
    return Turn.REPEAT if lost else Turn.REUSED
