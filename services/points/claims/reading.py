"""Claims as people read them: the own ones, what waits for a review, one with its history."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, false, func, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, aliased

from services.points.claims import refusals, review
from services.points.claims.granted import granted
from services.points.claims.kinds import KINDS
from services.points.claims.models import Claim, ClaimStep
from services.points.claims.permissions import BRANCH_REVIEW, FIRST_REVIEW
from services.points.claims.standing import standing_of
from services.points.ledger.service import points_of
from services.points.roster import organisations
from services.points.roster.models import Member, Organisation
from services.points.rules import in_force
from shared.auth import Permission, Principal
from shared.clock import local_day
from shared.database import UnitOfWork

_BRANCH, _GROUP = aliased(Organisation), aliased(Organisation)
_NOT_A_COLUMN = ("client_ref", "steps")

After = tuple[date, UUID] | None


def page(
    uow: UnitOfWork, principal: Principal, query: dict[str, Any], after: After, limit: int
) -> list[dict[str, Any]]:
    """Return claims of one of the asker's queues.

    Args:
        uow: the open transaction.
        principal: who asks.
        query: `queue` (own, review, reach) and the filters `organisation_id` (subtree),
            `member_id`, `kind`, `state`, `round`.
        after: the place the page begins after: a due day (any in queues that have none) and an id.
        limit: at most so many.
    """
    rows = _rows()
    if query["queue"] == "own":
        rows = rows.where(Claim.member_id == principal.member_id)
    elif query["queue"] == "reach":
        rows = rows.where(or_(_leads(principal), _reviews(principal)))
    else:
        rows = rows.where(_waits_for(uow, principal))
    rows = _filtered(uow, rows, query)
    if query["queue"] == "review":
        rows = rows.order_by(Claim.due_on, Claim.id)
        if after is not None:
            rows = rows.where(tuple_(Claim.due_on, Claim.id) > after)
    else:
        rows = rows.order_by(Claim.id.desc())
        if after is not None:
            rows = rows.where(Claim.id < after[1])
    return [_shown(row) for row in uow.session.execute(rows.limit(limit))]


def waiting(uow: UnitOfWork, principal: Principal) -> Select[int]:
    """Return as SQL how many claims wait for the asker's review."""
    rows = _rows().where(_waits_for(uow, principal))
    return rows.with_only_columns(func.count(), maintain_column_froms=True)


def detail(uow: UnitOfWork, principal: Principal, claim_id: UUID) -> dict[str, Any]:
    """Return a claim with its history, what it was granted, and what the asker may decide.

    Raises:
        NotFound: `claim_unknown`, also where it is neither own nor for the asker to review.
    """
    row = uow.session.execute(_rows().where(Claim.id == claim_id)).one_or_none()
    if row is None:
        raise refusals.claim_unknown()
    who = standing_of(principal, row.Claim.member_id, row.path, row.group_path)
    if not any(who):
        raise refusals.claim_unknown()
    return {
        **_shown(row),
        "history": _history(uow, row.Claim),
        "granted": granted(uow, row.Claim) if row.Claim.state == "approved" else None,
        "possible": sorted(review.possible(uow, row.Claim, who)),
    }


def summaries(uow: UnitOfWork, claim_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Return claims by their ids, which the asker has just decided."""
    rows = _rows().where(Claim.id.in_(claim_ids)).order_by(Claim.id)
    return [_shown(row) for row in uow.session.execute(rows)]


def kinds(uow: UnitOfWork, principal: Principal) -> list[dict[str, Any]]:
    """Return the kinds of claims, each with its rule in force and what is left of it this year."""
    used = {
        rule["code"]: rule["points"] for rule in points_of(uow, principal.member_id, None)["rules"]
    }
    rules = [
        rule
        for rule in in_force.shown(uow, principal.organisation_path)["rules"]
        if "claim" in rule["trigger"] and rule["role"] == "self"
    ]
    shown = []
    for kind in KINDS.values():
        rule = next((rule for rule in rules if kind.code in rule["kinds"]), None)
        caps = rule["caps"] if rule else ()
        cap = next((cap["points"] for cap in caps if cap["per"] == "year"), None)
        have = used.get(rule["code"], 0) if rule else 0
        left = None if cap is None else max(0, cap - have)
        shown.append({"kind": kind, "rule": rule, "used": have, "left": left})
    return shown


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Claim,
            Member.name.label("member_name"),
            _BRANCH.name.label("organisation_name"),
            _BRANCH.path,
            _GROUP.path.label("group_path"),
        )
        .join(Member, Member.id == Claim.member_id)
        .join(_BRANCH, _BRANCH.id == Claim.organisation_id)
        .outerjoin(_GROUP, _GROUP.id == Claim.group_id)
    )


def _waits_for(uow: UnitOfWork, principal: Principal) -> ColumnElement[bool]:
    """What `review.possible` leaves somebody to decide, as a condition."""
    overdue = Claim.due_on < local_day(uow.clock.now())
    own_turn = or_(
        and_(Claim.state == "first_review", _leads(principal)),
        and_(
            or_(Claim.state == "branch_review", and_(Claim.state == "first_review", overdue)),
            _reviews(principal),
        ),
    )
    return and_(Claim.member_id != principal.member_id, own_turn)


def _leads(principal: Principal) -> ColumnElement[bool]:
    return _within(principal, FIRST_REVIEW, _GROUP.path)


def _reviews(principal: Principal) -> ColumnElement[bool]:
    return _within(principal, BRANCH_REVIEW, _BRANCH.path)


def _within(
    principal: Principal, permission: Permission, path: InstrumentedAttribute[str]
) -> ColumnElement[bool]:
    reaches = principal.paths(permission)
    return or_(false(), *(path.startswith(reach, autoescape=True) for reach in reaches))


def _filtered(
    uow: UnitOfWork, rows: Select[*tuple[Any, ...]], query: dict[str, Any]
) -> Select[*tuple[Any, ...]]:
    for name in ("member_id", "kind", "state", "round"):
        if query.get(name):
            rows = rows.where(getattr(Claim, name) == query[name])
    if query.get("organisation_id"):
        top = organisations.find(uow, query["organisation_id"]).path
        paths = (_BRANCH.path, _GROUP.path)
        rows = rows.where(or_(*(path.startswith(top, autoescape=True) for path in paths)))
    return rows


def _shown(row: Row[Any]) -> dict[str, Any]:
    columns = {
        column.key: getattr(row.Claim, column.key)
        for column in Claim.__table__.columns
        if column.key not in _NOT_A_COLUMN
    }
    names = {"member_name": row.member_name, "organisation_name": row.organisation_name}
    return columns | names


def _history(uow: UnitOfWork, claim: Claim) -> list[dict[str, Any]]:
    rows = uow.session.execute(
        select(ClaimStep, Member.name)
        .outerjoin(Member, Member.id == ClaimStep.done_by)
        .where(ClaimStep.member_id == claim.member_id, ClaimStep.claim_id == claim.id)
        .order_by(ClaimStep.number)
    )
    return [
        {column.key: getattr(step, column.key) for column in ClaimStep.__table__.columns}
        | {"done_by_name": name}
        for step, name in rows
    ]
