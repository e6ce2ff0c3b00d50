"""The life of a statement: draft → published for some working days → closed for good.

A draft holds no lines: it is read from the ledger each time, so it is never out of date. The lines
are written when the notice begins, and read again when the statement is closed: what an accepted
objection has led to, or what was posted meanwhile, is in them, and `announced` shows the change.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.points.calendar.service import add_working_days
from services.points.ledger import closed_months
from services.points.notices.service import notify
from services.points.roster import organisations
from services.points.roster.models import Member
from services.points.rules.timeline import await_postings
from services.points.statements import policy, refusals
from services.points.statements.chain import code_of
from services.points.statements.hashing import digest_of
from services.points.statements.lines import Line, earlier_open_month, read_lines
from services.points.statements.models import LineRow, ObjectionRow, StatementRow
from services.points.statements.permissions import STATEMENTS_KEEP
from shared.auth import Principal
from shared.clock import local_day
from shared.database import UnitOfWork
from shared.ids import new_id
from shared.text import Text


def prepare(
    uow: UnitOfWork, principal: Principal, *, organisation_id: UUID, month: str
) -> StatementRow:
    """Begin a branch's statement of a month, e.g. ``2026-11``.

    Raises:
        NotFound: `organisation_unknown`.
        Forbidden: `out_of_reach`.
        Unprocessable: `not_a_branch`.
        Conflict: `month_not_over` or `statement_exists`.
    """
    branch = organisations.find(uow, organisation_id)
    principal.require(STATEMENTS_KEEP, branch.path)
    if branch.kind != "branch":
        raise refusals.not_a_branch()
    policy.check_preparable(month, uow.clock.now())
    made = uow.session.scalar(
        upsert(StatementRow)
        .values(
            id=new_id(),
            organisation_id=organisation_id,
            month=month,
            state=policy.DRAFT,
            prepared_by=principal.member_id,
            prepared_at=uow.clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["organisation_id", "month"])
        .returning(StatementRow.id)
    )
    known = select(StatementRow).where(
        StatementRow.organisation_id == organisation_id, StatementRow.month == month
    )
    row = uow.session.scalars(known).one()
    if made is None:
        raise refusals.statement_exists(row.id)
    return row


def kept(uow: UnitOfWork, principal: Principal, statement_id: UUID) -> tuple[StatementRow, str]:
    """Return a statement the principal keeps, locked, and its branch's name.

    Raises:
        NotFound: `statement_unknown`, also out of reach.
    """
    row = lock(uow, statement_id)
    branch = organisations.find(uow, row.organisation_id)
    if not principal.reaches(STATEMENTS_KEEP, branch.path):
        raise refusals.statement_unknown()
    return row, branch.name


def lock(uow: UnitOfWork, statement_id: UUID) -> StatementRow:
    """Return a statement whose state nobody changes before this transaction ends."""
    row = uow.session.get(StatementRow, statement_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise refusals.statement_unknown()
    return row


def publish(
    uow: UnitOfWork, principal: Principal, statement_id: UUID, working_days: int
) -> StatementRow:
    """Put a draft on notice for some working days, and tell everybody whom it concerns.

    Raises:
        NotFound: `statement_unknown`.
        Conflict: `statement_not_draft`.
    """
    row, branch = kept(uow, principal, statement_id)
    policy.check_state(row.state, policy.DRAFT)
    now = uow.clock.now()
    lines = read_lines(uow, row.organisation_id, policy.month_of(row.month))
    ends_on = add_working_days(uow, local_day(now), working_days)
    row.state = policy.PUBLISHED
    row.published_by, row.published_at = principal.member_id, now
    row.working_days, row.notice_ends_on = working_days, ends_on
    uow.session.flush()
    _write(uow, row, lines, {line.member_id: line.total for line in lines})
    here = select(Member.id).where(
        Member.organisation_id == row.organisation_id, Member.status != "left"
    )
    readers = {line.member_id for line in lines} | set(uow.session.scalars(here))
    sentence = Text(
        f"{branch}{row.month}积分公示已发布，公示期至{ends_on}，如有异议请在此前提出。",
        f"The statement of {row.month} of {branch} is on notice until {ends_on};"
        " raise objections by then.",
    )
    notify(uow, sorted(readers), "statement.published", row.id, sentence)
    return row


def close(uow: UnitOfWork, principal: Principal, statement_id: UUID) -> StatementRow:
    """Freeze a statement whose notice is over, and close its month; two at once give one.

    Raises:
        NotFound: `statement_unknown`.
        Conflict: `statement_not_published`, `month_not_over`, `notice_running`,
            `objections_open` or `earlier_month_open`.
    """
    row, _ = kept(uow, principal, statement_id)
    policy.check_state(row.state, policy.PUBLISHED)
    # A posting under way would be missing from the lines, and yet lie in the closed month.
    await_postings(uow)
    if row.notice_ends_on is None:  # the table's constraint says it cannot be
        message = "a published statement whose notice has no end"
        raise ValueError(message)
    now, month = uow.clock.now(), policy.month_of(row.month)
    policy.check_closable(month, row.notice_ends_on, _open_objections(uow, row.id), now)
    if earlier := earlier_open_month(uow, row.organisation_id, month):
        raise refusals.earlier_month_open(earlier)
    _write(uow, row, read_lines(uow, row.organisation_id, month), _announced(uow, row.id))
    last = uow.session.scalar(
        select(StatementRow)
        .where(StatementRow.organisation_id == row.organisation_id, StatementRow.state == "closed")
        .order_by(StatementRow.sequence.desc())
        .limit(1)
    )
    with uow.session.no_autoflush:  # the row is final as soon as it is written
        row.state, row.closed_by, row.closed_at = policy.CLOSED, principal.member_id, now
        row.sequence = (last.sequence or 0) + 1 if last else 1
        row.previous_hash = last.hash if last else None
        row.hash = digest_of(uow, row)
        row.code = code_of(row.hash)
    uow.session.flush()
    closed_months.close(uow, row.organisation_id, row.month)
    return row


def _write(
    uow: UnitOfWork, row: StatementRow, lines: Sequence[Line], announced: dict[UUID, int]
) -> None:
    """Replace a statement's lines, so that no trace of an older state can stay behind."""
    uow.session.execute(delete(LineRow).where(LineRow.statement_id == row.id))
    values: list[dict[str, Any]] = [
        asdict(line)
        | {
            "statement_id": row.id,
            "place": place,
            "total": line.total,
            "announced": announced.get(line.member_id),
        }
        for place, line in enumerate(lines, 1)
    ]
    if values:
        uow.session.execute(insert(LineRow), values)


def _announced(uow: UnitOfWork, statement_id: UUID) -> dict[UUID, int]:
    query = select(LineRow.member_id, LineRow.total).where(LineRow.statement_id == statement_id)
    return {row.member_id: row.total for row in uow.session.execute(query)}


def _open_objections(uow: UnitOfWork, statement_id: UUID) -> int:
    query = select(func.count()).where(
        ObjectionRow.statement_id == statement_id, ObjectionRow.decision.is_(None)
    )
    return uow.session.scalar(query) or 0
