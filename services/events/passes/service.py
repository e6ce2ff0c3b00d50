"""Issuing, renewing and reading passes."""

from collections.abc import Iterable
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from services.events.codes import passes
from services.events.passes.models import PassRow
from services.events.passes.permissions import PASS_CARDS
from services.events.roster_copy.members import belongs_to
from services.events.roster_copy.models import MemberCopy, OrganisationCopy
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import NotFound, Unprocessable
from shared.text import Text

# A unit's largest branch many times over; the file stays below a megabyte or two.
MOST_CARDS: Final = 500


NoGood = Literal["pass_invalid", "pass_renewed", "member_left"]


def own_pass(uow: UnitOfWork, key: bytes, member_id: UUID) -> tuple[str, MemberCopy]:
    """Return a member's pass that is good now, and the member.

    Raises:
        NotFound: `no_pass`, for who has left or is not known here yet.
    """
    member = uow.session.get(MemberCopy, member_id)
    if member is None or member.status == "left":
        raise NotFound(
            "no_pass",
            Text(
                zh="名册中还没有您，请稍后再试；如仍没有，请联系支部书记。",
                en="The roster does not have you yet; try again shortly, or ask your secretary.",
            ),
        )
    version = versions_of(uow, [member_id]).get(member_id, passes.FIRST_VERSION)
    return passes.issue(key, member_id, version), member


def renew(uow: UnitOfWork, member_id: UUID) -> None:
    """Make all earlier passes of a member void, printed ones too."""
    first = PassRow.__table__.c
    uow.session.execute(
        insert(PassRow)
        .values(member_id=member_id, version=passes.FIRST_VERSION + 1, renewed_at=uow.clock.now())
        .on_conflict_do_update(
            index_elements=[first.member_id],
            set_={"version": first.version + 1, "renewed_at": uow.clock.now()},
        )
    )


def read(uow: UnitOfWork, key: bytes, text: str) -> MemberCopy | NoGood:
    """Return whose pass it is, or the code of why it is no good."""
    found = passes.read(key, text)
    if found is None:
        return "pass_invalid"
    version = versions_of(uow, [found.member_id]).get(found.member_id, passes.FIRST_VERSION)
    if found.version != version:
        return "pass_renewed"
    member = uow.session.get(MemberCopy, found.member_id)
    if member is None or member.status == "left":
        return "member_left"
    return member


def cards(
    uow: UnitOfWork, principal: Principal, key: bytes, organisation_id: UUID
) -> tuple[OrganisationCopy, list[tuple[MemberCopy, str, str]]]:
    """Return an organisation, and (member, branch's name, pass) of everyone in it, by number.

    Raises:
        NotFound: `organisation_unknown`.
        Forbidden: `out_of_reach`.
        Unprocessable: `too_many_cards`.
    """
    organisation = uow.session.get(OrganisationCopy, organisation_id)
    if organisation is None:
        raise NotFound(
            "organisation_unknown",
            Text(
                zh="没有这个组织，请重新选择。", en="There is no such organisation; choose again."
            ),
        )
    principal.require(PASS_CARDS, organisation.path)
    # Groups across branches have members of others, whose cards are for those to print.
    own = or_(
        *(MemberCopy.path.startswith(p, autoescape=True) for p in principal.paths(PASS_CARDS))
    )
    rows = uow.session.execute(
        select(MemberCopy, OrganisationCopy.name)
        .outerjoin(OrganisationCopy, OrganisationCopy.id == MemberCopy.organisation_id)
        .where(belongs_to(organisation.path), own, MemberCopy.status != "left")
        .order_by(MemberCopy.path, MemberCopy.member_no)
        .limit(MOST_CARDS + 1)
    ).all()
    if len(rows) > MOST_CARDS:
        raise Unprocessable(
            "too_many_cards",
            Text(
                zh=f"一次最多打印 {MOST_CARDS} 张，请按支部分别打印。",
                en=f"At most {MOST_CARDS} cards at once; print them branch by branch.",
            ),
        )
    versions = versions_of(uow, [member.id for member, _ in rows])
    return organisation, [
        (
            member,
            branch or "",
            passes.issue(key, member.id, versions.get(member.id, passes.FIRST_VERSION)),
        )
        for member, branch in rows
    ]


def versions_of(uow: UnitOfWork, members: Iterable[UUID]) -> dict[UUID, int]:
    """Return the versions of members' passes that were renewed; others have the first."""
    rows = uow.session.execute(
        select(PassRow.member_id, PassRow.version).where(PassRow.member_id.in_(list(members)))
    )
    return {row.member_id: row.version for row in rows}
