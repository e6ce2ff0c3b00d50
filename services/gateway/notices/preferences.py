"""The kinds of notices that a member does without; they are not told at all."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text

from shared.database import UnitOfWork

_READ = text("SELECT off FROM notice_preferences WHERE member_id = :member")
_WRITE = text("""
    INSERT INTO notice_preferences (member_id, off) VALUES (:member, :off)
    ON CONFLICT (member_id) DO UPDATE SET off = excluded.off
""")


def switched_off(uow: UnitOfWork, member: UUID) -> frozenset[str]:
    """Return the kinds a member has switched off."""
    return frozenset(uow.session.scalar(_READ, {"member": member}) or ())


def switch_off(uow: UnitOfWork, member: UUID, kinds: Iterable[str]) -> None:
    """Switch these kinds off for a member, and all others on."""
    uow.session.execute(_WRITE, {"member": member, "off": sorted(kinds)})
