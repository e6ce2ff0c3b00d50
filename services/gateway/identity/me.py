"""What the signed-in member is told about the own person."""

from services.gateway.identity.models import Organisation
from services.gateway.identity.sessions import active_member
from shared.auth import Principal
from shared.database import UnitOfWork


def describe(uow: UnitOfWork, principal: Principal) -> dict[str, object]:
    """Return the member, the organisation, and the roles this session holds.

    Raises:
        Conflict: `member_unknown`.
        Forbidden: `member_left`.
    """
    member = active_member(uow, principal.member_id)
    organisation = uow.session.get(Organisation, member.organisation_id)
    return {
        "member_id": member.id,
        "member_no": member.member_no,
        "name": member.name,
        "status": member.status,
        "organisation": {
            "id": member.organisation_id,
            "name": organisation.name if organisation else None,
            "path": member.path,
        },
        "roles": principal.grants,
    }
