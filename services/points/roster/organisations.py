"""The tree of organisations: found, listed, created, renamed, moved."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from services.points.roster import policy, publish, refusals
from services.points.roster.models import Member, Organisation
from services.points.roster.permissions import ORGANISATIONS_WRITE
from services.points.rules.timeline import await_postings
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.ids import new_id

# The subtree's paths change in one statement, so no reader ever sees half a move.
_MOVE = text("""
    UPDATE organisations SET
        path = :new || substr(path, length(:old) + 1),
        parent_id = CASE WHEN id = :id THEN :parent_id ELSE parent_id END,
        version = version + 1
    WHERE starts_with(path, :old)
    RETURNING id
""")
# Where they lay: what happened there stays under that unit's rules.
_REMEMBER = text("""
    INSERT INTO organisation_moves (organisation_id, until, path)
    SELECT o.id,
        greatest(:now, (SELECT max(m.until) + interval '1 microsecond'
            FROM organisation_moves m WHERE m.organisation_id = o.id)),
        o.path
    FROM organisations o WHERE starts_with(o.path, :old)
""")
# Everybody whose published paths name one of the organisations.
_CONCERNED = text("""
    SELECT id FROM members WHERE organisation_id = ANY(CAST(:ids AS uuid[]))
    UNION SELECT member_id FROM group_members WHERE organisation_id = ANY(CAST(:ids AS uuid[]))
    UNION SELECT member_id FROM role_assignments WHERE organisation_id = ANY(CAST(:ids AS uuid[]))
""")


def lock_tree(uow: UnitOfWork) -> None:
    """Let the tree change by one transaction at a time; reading goes on."""
    uow.session.execute(text("LOCK TABLE organisations IN SHARE ROW EXCLUSIVE MODE"))


def are_all(paths: Iterable[str]) -> bool:
    """Tell whether one of the paths is the root's, ``/city/``: everything lies below it."""
    return any(path.count("/") == 2 for path in paths)  # noqa: PLR2004 - one code between two


def find(uow: UnitOfWork, organisation_id: UUID) -> Organisation:
    """Return an organisation as it now is.

    Raises:
        NotFound: `organisation_unknown`.
    """
    found = uow.session.get(Organisation, organisation_id, populate_existing=True)
    if found is None:
        raise refusals.organisation_unknown()
    return found


def page(
    uow: UnitOfWork, filters: dict[str, Any], after: str | None, limit: int
) -> list[Organisation]:
    """Return organisations in the order of paths, beginning after a path.

    Filters, each optional: `organisation_id` (itself and what lies below it), `parent_id`,
    `kind`, `q` (part of the name or beginning of the code).
    """
    query = select(Organisation).order_by(Organisation.path).limit(limit)
    if after is not None:
        query = query.where(Organisation.path > after)
    if filters.get("organisation_id"):
        top = find(uow, filters["organisation_id"])
        query = query.where(Organisation.path.startswith(top.path, autoescape=True))
    if filters.get("parent_id"):
        query = query.where(Organisation.parent_id == filters["parent_id"])
    if filters.get("kind"):
        query = query.where(Organisation.kind == filters["kind"])
    if filters.get("q"):
        query = query.where(
            Organisation.name.contains(filters["q"], autoescape=True)
            | Organisation.code.startswith(filters["q"], autoescape=True)
        )
    return list(uow.session.scalars(query))


def create(
    uow: UnitOfWork, principal: Principal, *, code: str, name: str, kind: str, parent_id: UUID
) -> Organisation:
    """Add an organisation below a parent that the principal reaches."""
    lock_tree(uow)
    parent = find(uow, parent_id)
    principal.require(ORGANISATIONS_WRITE, parent.path)
    if problem := policy.misplaced(kind, parent.kind):
        raise problem
    if uow.session.scalar(select(Organisation.id).where(Organisation.code == code)):
        raise refusals.code_taken()
    created = Organisation(
        id=new_id(),
        code=code,
        name=name,
        kind=kind,
        parent_id=parent.id,
        path=f"{parent.path}{code}/",
        version=1,
    )
    uow.session.add(created)
    publish.organisations_changed(uow, [created.id])
    return created


def open_for_edit(uow: UnitOfWork, principal: Principal, organisation_id: UUID) -> Organisation:
    """Return an organisation within the principal's reach; the tree stays locked until the end."""
    lock_tree(uow)
    found = find(uow, organisation_id)
    principal.require(ORGANISATIONS_WRITE, found.path)
    return found


def edit(
    uow: UnitOfWork,
    principal: Principal,
    organisation: Organisation,
    *,
    name: str | None = None,
    parent_id: UUID | None = None,
) -> Organisation:
    """Rename or move an organisation opened for it."""
    moves = parent_id is not None and parent_id != organisation.parent_id
    if name is not None and name != organisation.name:
        organisation.name = name
        if not moves:
            organisation.version += 1
            publish.organisations_changed(uow, [organisation.id])
    if moves and parent_id is not None:
        _move(uow, principal, organisation, find(uow, parent_id))
    return find(uow, organisation.id)


def _move(
    uow: UnitOfWork, principal: Principal, organisation: Organisation, parent: Organisation
) -> None:
    if parent.path.startswith(organisation.path):
        raise refusals.moved_below_itself()
    # Out of one part of the tree and into another: both must be the mover's to change.
    above = organisation.path.removesuffix(f"{organisation.code}/")
    principal.require(ORGANISATIONS_WRITE, above)
    principal.require(ORGANISATIONS_WRITE, parent.path)
    if problem := policy.misplaced(organisation.kind, parent.kind):
        raise problem
    has_members = select(Member.id).where(Member.group_id == organisation.id).limit(1)
    if uow.session.scalar(has_members):
        raise refusals.group_has_members()
    uow.session.flush()
    # What is being posted happened before the move then.
    await_postings(uow)
    uow.session.execute(_REMEMBER, {"now": uow.clock.now(), "old": organisation.path})
    moved = uow.session.scalars(
        _MOVE,
        {
            "id": organisation.id,
            "parent_id": parent.id,
            "old": organisation.path,
            "new": f"{parent.path}{organisation.code}/",
        },
    ).all()
    publish.organisations_changed(uow, moved)
    publish.members_touched(uow, uow.session.scalars(_CONCERNED, {"ids": moved}).all())
