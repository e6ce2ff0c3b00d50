"""What the audit log keeps of people who are not signed in yet: administrators who sign in.

A member's sign-in is nobody's business; an administrator's is noted, and so is a wrong code of the
authenticator after the right password. No address and no device goes with it.
"""

from uuid import UUID

from shared.audit import Act, write
from shared.database import UnitOfWork


def note(uow: UnitOfWork, member_id: UUID, action: str, status: int, request_id: str) -> None:
    """Add what somebody did who has no token to the log, in the caller's transaction."""
    write(
        uow,
        Act(
            actor_id=member_id,
            reach=[],
            action=action,
            permission="public",
            subject_ids=[member_id],
            organisation_id=None,
            filters={},
            request_id=request_id,
            status=status,
        ),
    )
