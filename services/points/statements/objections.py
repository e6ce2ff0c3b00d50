"""Objections to a line while it is on notice, and their answers."""

from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError

from services.points.adjustments.models import AdjustmentRow
from services.points.adjustments.reach import within
from services.points.notices.service import notify
from services.points.roster import organisations
from services.points.roster.models import Organisation
from services.points.statements import policy, refusals, service
from services.points.statements.models import LineRow, ObjectionRow, StatementRow
from services.points.statements.permissions import OBJECT, STATEMENTS_KEEP
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.ids import new_id
from shared.text import Text

_WORDS = {"accept": Text("成立", "accepted"), "decline": Text("不成立", "declined")}


def raise_one(
    uow: UnitOfWork, principal: Principal, statement_id: UUID, *, line_member_id: UUID, reason: str
) -> ObjectionRow:
    """Object to a line, the own or another's; for members of the branch, and for who has a line.

    Raises:
        NotFound: `statement_unknown`.
        Forbidden: `not_of_the_branch`.
        Conflict: `statement_not_published`, `notice_over` or `objection_already_raised`.
        Unprocessable: `line_unknown`.
    """
    # Whoever closes the statement at the same time waits, and then finds the objection.
    row = service.lock(uow, statement_id)
    path = organisations.find(uow, row.organisation_id).path
    members = set(
        uow.session.scalars(select(LineRow.member_id).where(LineRow.statement_id == row.id))
    )
    belongs = principal.reaches(OBJECT, path) and row.state != policy.DRAFT
    if not (belongs or principal.member_id in members):
        keeps = principal.reaches(STATEMENTS_KEEP, path)
        raise refusals.not_of_the_branch() if keeps else refusals.statement_unknown()
    policy.check_state(row.state, policy.PUBLISHED)
    if row.notice_ends_on is not None:
        policy.check_objectable(row.notice_ends_on, uow.clock.now())
    if line_member_id not in members:
        raise refusals.line_unknown()
    raised = ObjectionRow(
        id=new_id(),
        statement_id=row.id,
        line_member_id=line_member_id,
        raised_by=principal.member_id,
        raised_at=uow.clock.now(),
        reason=reason,
    )
    uow.session.add(raised)
    try:
        uow.session.flush()
    except IntegrityError as error:
        raise refusals.objection_raised() from error
    return raised


def answer(
    uow: UnitOfWork,
    principal: Principal,
    objection_id: UUID,
    *,
    decision: str,
    reason: str,
    adjustment_id: UUID | None,
) -> ObjectionRow:
    """Answer an objection, once; two answers at the same time give one.

    An accepted one changes no line by itself: points change through the ledger alone, and
    `adjustment_id` names the adjustment that was made for it.

    Raises:
        NotFound: `objection_unknown`, also out of reach.
        Forbidden: `own_objection`.
        Conflict: `objection_answered`.
        Unprocessable: `adjustment_unknown`.
    """
    row = uow.session.get(ObjectionRow, objection_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise refusals.objection_unknown()
    statement = uow.session.get_one(StatementRow, row.statement_id)
    if not principal.reaches(
        STATEMENTS_KEEP, organisations.find(uow, statement.organisation_id).path
    ):
        raise refusals.objection_unknown()
    policy.check_answerer(principal.member_id, row.raised_by, row.line_member_id)
    if row.decision is not None:
        raise refusals.objection_answered()
    if adjustment_id is not None:
        adjustment = uow.session.get(AdjustmentRow, adjustment_id)
        if adjustment is None or adjustment.member_id != row.line_member_id:
            raise refusals.adjustment_unknown()
    row.decision, row.answer, row.adjustment_id = decision, reason, adjustment_id
    row.answered_by, row.answered_at = principal.member_id, uow.clock.now()
    uow.session.flush()
    word = _WORDS[decision]
    sentence = Text(
        f"您对{statement.month}公示的异议经核实{word.zh}：{reason}",
        f"Your objection to the statement of {statement.month} was {word.en}: {reason}",
    )
    notify(uow, [row.raised_by], "objection.answered", row.id, sentence)
    return row


def waiting(principal: Principal) -> Select[int]:
    """Return as SQL how many objections to statements on notice the asker may answer."""
    return (
        select(func.count())
        .select_from(ObjectionRow)
        .join(StatementRow, StatementRow.id == ObjectionRow.statement_id)
        .join(Organisation, Organisation.id == StatementRow.organisation_id)
        .where(
            within(principal.paths(STATEMENTS_KEEP)),
            StatementRow.state == policy.PUBLISHED,
            ObjectionRow.decision.is_(None),
            ObjectionRow.raised_by != principal.member_id,
            ObjectionRow.line_member_id != principal.member_id,
        )
    )
