"""Who may run an event, and who may come to it. Pure.

`visibility.meant_for` is the same rule as SQL; a test holds the two together.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from services.events.catalogue.permissions import EVENTS_MANAGE
from shared.auth import Principal


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom an event is meant for.

    Attributes:
        paths: the organisations whose members it is meant for, the event's own first.
        everyone: whether they are the whole city's members instead.
        roles: of these a member holds at least one; empty where none is asked for.
        guests: who is invited by name, whatever else is said.
    """

    paths: tuple[str, ...]
    everyone: bool = False
    roles: frozenset[str] = frozenset()
    guests: frozenset[UUID] = frozenset()


def may_run(
    principal: Principal, organisation_path: str, created_by: UUID, organisers: Iterable[UUID]
) -> bool:
    """Tell whether somebody may run an event.

    Its maker, those named as its organisers, and administrators whose part of the tree holds it.
    """
    return (
        principal.member_id == created_by
        or principal.member_id in organisers
        or principal.reaches(EVENTS_MANAGE, organisation_path)
    )


def may_attend(principal: Principal, audience: Audience) -> bool:
    """Tell whether an event is meant for somebody.

    A member belongs to a branch, and may belong to a group and to groups across branches; each is
    a `member` grant of the token. An event of an organisation is for all who belong below it.
    """
    if audience.guests and principal.member_id in audience.guests:
        return True
    if audience.roles and audience.roles.isdisjoint(held_roles(principal)):
        return False
    return audience.everyone or any(
        grant.role == "member" and grant.path.startswith(audience.paths)
        for grant in principal.grants
    )


def held_roles(principal: Principal) -> set[str]:
    """Return the roles somebody holds, wherever it is."""
    return {grant.role for grant in principal.grants}


def belonging_paths(principal: Principal) -> list[str]:
    """Return every organisation's path that the member belongs to, from the committee down."""
    return paths_above(grant.path for grant in principal.grants if grant.role == "member")


def paths_above(paths: Iterable[str]) -> list[str]:
    """Return the paths given and all that lie above them."""
    found: set[str] = set()
    for path in paths:
        codes = path.strip("/").split("/")
        found |= {f"/{'/'.join(codes[: n + 1])}/" for n in range(len(codes))}
    return sorted(found)
