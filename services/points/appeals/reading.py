"""Appeals as they are read: lists, queues, and one with its history."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, false, func, not_, or_, select
from sqlalchemy.orm import aliased

from services.points.adjustments.reach import own_or_within, within
from services.points.appeals import policy
from services.points.appeals.models import AppealRow, StepRow
from services.points.appeals.permissions import APPEALS_DECIDE
from services.points.claims.models import Claim
from services.points.ledger.models import EntryRow
from services.points.ledger.service import entries_where
from services.points.roster import organisations
from services.points.roster.models import Member, Organisation
from shared.auth import Principal
from shared.database import UnitOfWork

_Decider = aliased(Member)
_SHOWN: Select[*tuple[Any, ...]] = (
    select(AppealRow, Member.name, Member.organisation_id, Organisation.path, _Decider.name)
    .outerjoin(_Decider, _Decider.id == AppealRow.decided_by)
    .join(Member, Member.id == AppealRow.member_id)
    .join(Organisation, Organisation.id == Member.organisation_id)
)


def page(
    uow: UnitOfWork,
    principal: Principal,
    filters: Mapping[str, Any],
    before: UUID | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return the own appeals and those within reach, newest first.

    Filters, each optional: `member_id`, `organisation_id` (it and all below), `state`, and
    `queue`: what the asker may decide.
    """
    reaches = principal.paths(APPEALS_DECIDE)
    query = _SHOWN.where(own_or_within(AppealRow.member_id, principal.member_id, reaches))
    if filters["queue"]:
        query = query.where(_waits_for(principal))
    if filters["member_id"]:
        query = query.where(AppealRow.member_id == filters["member_id"])
    if filters["state"]:
        query = query.where(AppealRow.state == filters["state"])
    if filters["organisation_id"]:
        query = query.where(within([organisations.find(uow, filters["organisation_id"]).path]))
    if before is not None:
        query = query.where(AppealRow.id < before)
    rows = uow.session.execute(query.order_by(AppealRow.id.desc()).limit(limit))
    return [_shown(uow, principal, row) for row in rows]


def waiting(principal: Principal) -> Select[int]:
    """Return as SQL how many appeals the asker may decide."""
    return (
        select(func.count())
        .select_from(AppealRow)
        .join(Member, Member.id == AppealRow.member_id)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(_waits_for(principal))
    )


def read(uow: UnitOfWork, principal: Principal, appeal_id: UUID) -> dict[str, Any]:
    """Return an appeal with its history.

    Raises:
        NotFound: `appeal_unknown`.
    """
    found = uow.session.execute(_SHOWN.where(AppealRow.id == appeal_id)).one_or_none()
    if found is None or (
        found[0].member_id != principal.member_id
        and not principal.reaches(APPEALS_DECIDE, found.path)
    ):
        raise policy.unknown()
    return detail(uow, principal, found[0])


def detail(uow: UnitOfWork, principal: Principal, row: AppealRow) -> dict[str, Any]:
    """Return an appeal with its history, what it is about, and what upholding it gave."""
    steps = uow.session.execute(
        select(*StepRow.__table__.columns, Member.name.label("actor_name"))
        .outerjoin(Member, Member.id == StepRow.actor)
        .where(StepRow.appeal_id == row.id)
        .order_by(StepRow.id)
    )
    found = uow.session.execute(_SHOWN.where(AppealRow.id == row.id)).one()
    return _shown(uow, principal, found) | {
        "steps": steps.all(),
        "about": _entries(uow, row, row.fact_id),
        "claim_ids": _claims(uow, row),
        "entries": _entries(uow, row, row.id),
    }


def _claims(uow: UnitOfWork, row: AppealRow) -> list[UUID]:
    """Return the member's claims of what an appeal says is missing."""
    claims = select(Claim.id).where(
        Claim.member_id == row.member_id, Claim.kind == row.fact_kind, Claim.day == row.day
    )
    return list(uow.session.scalars(claims.order_by(Claim.id))) if row.fact_kind else []


def _entries(uow: UnitOfWork, row: AppealRow, fact_id: UUID | None) -> list[dict[str, Any]]:
    if fact_id is None:
        return []
    return entries_where(uow, EntryRow.member_id == row.member_id, EntryRow.fact_id == fact_id)


def _shown(uow: UnitOfWork, principal: Principal, found: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    row, name, branch, _, decider = found
    standing, now = row.standing, uow.clock.now()
    return {column.key: getattr(row, column.key) for column in AppealRow.__table__.columns} | {
        "member_name": name,
        "organisation_id": branch,
        "decided_by_name": decider,
        "asker_involved": principal.member_id in row.involved,
        "overdue": standing.overdue(now),
        "can_escalate": standing.escalatable(now),
    }


def _waits_for(principal: Principal) -> ColumnElement[bool]:
    return and_(
        within(principal.paths(APPEALS_DECIDE)),
        AppealRow.state == "open",
        not_(AppealRow.involved.contains([principal.member_id])),
        _of_own_levels(principal),
    )


def _of_own_levels(principal: Principal) -> ColumnElement[bool]:
    """Return the condition that one of the asker's roles decides at the appeal's level."""
    return or_(
        false(),
        *(
            and_(within([grant.path]), AppealRow.level.in_(policy.levels_up_to(level)))
            for grant in principal.grants
            if (level := policy.level_of([grant], grant.path))
        ),
    )
