"""Reading statements: lists, one with its lines, the own lines, verification."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, literal, or_, select, tuple_

from services.points.claims import policy as claims
from services.points.claims.models import Claim
from services.points.roster import organisations
from services.points.roster.models import Member, Membership, Organisation
from services.points.statements import policy, refusals
from services.points.statements.chain import read_code
from services.points.statements.lines import later_corrections, read_lines
from services.points.statements.models import LineRow, ObjectionRow, StatementRow
from services.points.statements.permissions import (
    OBJECTIONS_READ,
    STATEMENTS_KEEP,
    STATEMENTS_READ,
)
from services.points.statements.verify import Fault, faults_of
from shared.auth import Principal
from shared.database import UnitOfWork

_OPEN = (
    select(func.count())
    .where(ObjectionRow.statement_id == StatementRow.id, ObjectionRow.decision.is_(None))
    .scalar_subquery()
)
# What is approved after the closing stands beneath the statement: better to decide it before.
_OPEN_CLAIMS = (
    select(func.count())
    .where(
        Claim.organisation_id == StatementRow.organisation_id,
        Claim.state.in_(claims.OPEN),
        func.to_char(Claim.day, "YYYY-MM") == StatementRow.month,
    )
    .scalar_subquery()
)
_SUMMARIES = select(
    *StatementRow.__table__.columns,
    Organisation.name.label("organisation_name"),
    Organisation.path,
    _OPEN.label("open_objections"),
    _OPEN_CLAIMS.label("open_claims"),
).join(Organisation, Organisation.id == StatementRow.organisation_id)


def _within(paths: Sequence[str]) -> ColumnElement[bool]:
    return or_(
        literal(value=False), *(Organisation.path.startswith(p, autoescape=True) for p in paths)
    )


def _visible(principal: Principal) -> ColumnElement[bool]:
    """Members see what is published; drafts are seen by those who keep them."""
    return or_(
        _within(principal.paths(STATEMENTS_KEEP)),
        and_(StatementRow.state != policy.DRAFT, _within(principal.paths(STATEMENTS_READ))),
    )


def listing(
    uow: UnitOfWork,
    principal: Principal,
    filters: Mapping[str, Any],
    before: UUID | None,
    limit: int,
) -> list[Row[Any]]:
    """Return statements within reach, newest first.

    Filters, each None or given: `organisation_id` (subtree), `month`, `state`.
    """
    query = _SUMMARIES.where(_visible(principal)).order_by(StatementRow.id.desc()).limit(limit)
    if filters["organisation_id"]:
        top = uow.session.get(Organisation, filters["organisation_id"])
        query = query.where(_within([top.path] if top else []))
    if filters["month"]:
        query = query.where(StatementRow.month == filters["month"])
    if filters["state"]:
        query = query.where(StatementRow.state == filters["state"])
    if before is not None:
        query = query.where(StatementRow.id < before)
    return list(uow.session.execute(query))


def summary(uow: UnitOfWork, statement_id: UUID) -> dict[str, Any]:
    row = uow.session.execute(_SUMMARIES.where(StatementRow.id == statement_id)).mappings().one()
    return dict(row)


def detail(uow: UnitOfWork, principal: Principal, statement_id: UUID) -> dict[str, Any]:
    """Return a statement with its lines, objections and later corrections.

    Who objected is told to those who answer, and to the objector: nobody would dare otherwise. A
    secretary does not answer about the own line, and is told that somebody objected, not who.

    Raises:
        NotFound: `statement_unknown`, also out of reach.
    """
    query = _SUMMARIES.where(StatementRow.id == statement_id, _visible(principal))
    row = uow.session.execute(query).mappings().one_or_none()
    if row is None:
        raise refusals.statement_unknown()
    objections = ObjectionRow.__table__.select().where(ObjectionRow.statement_id == statement_id)
    if not principal.reaches(STATEMENTS_KEEP, row["path"]):
        objections = objections.where(ObjectionRow.raised_by == principal.member_id)
    month, branch = policy.month_of(row["month"]), row["organisation_id"]
    closed_at = row["closed_at"]
    return {
        **row,
        "lines": read_lines(uow, branch, month)
        if row["state"] == policy.DRAFT
        else _written(uow, statement_id),
        "objections": [
            _for_eyes_of(principal, objection)
            for objection in uow.session.execute(objections.order_by(ObjectionRow.id)).mappings()
        ],
        "later_corrections": later_corrections(uow, branch, month, closed_at) if closed_at else [],
    }


def objections(
    uow: UnitOfWork,
    principal: Principal,
    filters: Mapping[str, Any],
    after: UUID | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return the objections within reach that wait for an answer or have one, oldest first.

    Filters: `answered`, and optionally `organisation_id` (subtree).
    """
    query = (
        select(
            *ObjectionRow.__table__.columns,
            StatementRow.organisation_id,
            StatementRow.month,
            StatementRow.notice_ends_on,
            Organisation.name.label("organisation_name"),
            LineRow,
        )
        .join(StatementRow, StatementRow.id == ObjectionRow.statement_id)
        .join(Organisation, Organisation.id == StatementRow.organisation_id)
        .join(
            LineRow,
            and_(
                LineRow.statement_id == ObjectionRow.statement_id,
                LineRow.member_id == ObjectionRow.line_member_id,
            ),
        )
        .where(
            _within(principal.paths(OBJECTIONS_READ)),
            ObjectionRow.decision.is_not(None)
            if filters["answered"]
            else ObjectionRow.decision.is_(None),
        )
        .order_by(ObjectionRow.id)
        .limit(limit)
    )
    if filters.get("organisation_id"):
        query = query.where(_within([organisations.find(uow, filters["organisation_id"]).path]))
    if after is not None:
        query = query.where(ObjectionRow.id > after)
    return [
        _for_eyes_of(principal, row) | {"line": row["LineRow"]}
        for row in uow.session.execute(query).mappings()
    ]


def _for_eyes_of(principal: Principal, objection: Mapping[Any, Any]) -> dict[Any, Any]:
    own_line = objection["line_member_id"] == principal.member_id
    if own_line and objection["raised_by"] != principal.member_id:
        return {**objection, "raised_by": None}
    return {**objection}


def _written(uow: UnitOfWork, statement_id: UUID) -> Sequence[LineRow]:
    query = select(LineRow).where(LineRow.statement_id == statement_id)
    return uow.session.scalars(query.order_by(LineRow.place)).all()


def own_statements(
    uow: UnitOfWork, member_id: UUID, before: tuple[str, UUID] | None, limit: int
) -> list[Row[Any]]:
    """Return the statements of all branches a member has belonged to, latest month first."""
    branches = select(Membership.organisation_id).where(Membership.member_id == member_id)
    here = select(Member.organisation_id).where(Member.id == member_id)
    place = tuple_(StatementRow.month, StatementRow.id)
    query = _SUMMARIES.where(StatementRow.organisation_id.in_(branches.union(here)))
    if before is not None:
        query = query.where(place < tuple_(*map(literal, before)))
    query = query.order_by(StatementRow.month.desc(), StatementRow.id.desc())
    return list(uow.session.execute(query.limit(limit)))


def own_line(uow: UnitOfWork, member_id: UUID, statement: Row[Any]) -> object | None:
    """Return a member's line on a statement, of drafts as the ledger now has it."""
    if statement.state != policy.DRAFT:
        return uow.session.get(LineRow, (statement.id, member_id))
    month = policy.month_of(statement.month)
    return next(iter(read_lines(uow, statement.organisation_id, month, member_id)), None)


def verification(uow: UnitOfWork, principal: Principal, code: str) -> dict[str, Any]:
    """Return what a code stands for, and whether the statement still is what was closed.

    Raises:
        NotFound: `verification_code_unknown`, also out of reach.
    """
    query = _SUMMARIES.where(StatementRow.code == read_code(code), _visible(principal))
    row = uow.session.execute(query).mappings().one_or_none()
    if row is None:
        raise refusals.code_unknown()
    found = faults_of(uow, uow.session.get_one(StatementRow, row["id"]))
    count = select(func.count()).where(LineRow.statement_id == row["id"])
    return {
        **row,
        "members": uow.session.scalar(count),
        "hash_fits": not found & {Fault.HASH, Fault.CHAIN},
        "ledger_fits": Fault.LEDGER not in found,
    }
