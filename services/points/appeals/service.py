"""The life of an appeal: lodged → upheld or dismissed → once more a level up; or withdrawn."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from services.points.adjustments.facts import Entries
from services.points.appeals import notices, policy, remedies, subjects
from services.points.appeals.models import AppealRow, StepRow
from services.points.appeals.permissions import APPEALS_DECIDE
from services.points.appeals.reading import detail
from services.points.calendar.service import add_working_days
from services.points.claims.attachments import service as attachments
from services.points.roster.models import Member, Organisation
from shared.auth import Principal
from shared.clock import local_day
from shared.database import UnitOfWork
from shared.ids import new_id


def lodge(uow: UnitOfWork, principal: Principal, given: Mapping[str, Any]) -> dict[str, Any]:
    """Appeal about the own points; `given` is as `schemas.AppealIn`.

    Raises:
        NotFound: `entry_unknown`, `adjustment_unknown`, `attachment_unknown`.
        Gone: `attachment_gone`.
        Conflict: `appeal_too_late`, `adjustment_not_approved`, `already_appealed`,
            `claim_under_review`.
        Unprocessable: `day_in_future`.
    """
    if given["attachment_id"]:
        attachments.hold(uow, principal.member_id, given["attachment_id"])
    subject = _subject(uow, principal.member_id, given)
    now = uow.clock.now()
    row = AppealRow(
        id=new_id(),
        member_id=principal.member_id,
        entry_id=subject.entry_id,
        adjustment_id=subject.adjustment_id,
        fact_id=subject.fact_id,
        fact_kind=subject.fact_kind,
        day=subject.day,
        occurred_at=subject.occurred_at,
        reason=given["reason"],
        evidence=given["evidence"],
        attachment_id=given["attachment_id"],
        involved=sorted(subject.involved | {principal.member_id}),
        level=policy.LEVELS[0],
        due_on=_due(uow),
        lodged_at=now,
    )
    uow.session.add(row)
    try:
        uow.session.flush()
    except IntegrityError as error:
        raise policy.already_appealed() from error
    _note(uow, principal, row, "lodged", row.reason)
    return detail(uow, principal, row)


def decide(
    uow: UnitOfWork, principal: Principal, appeal_id: UUID, ruling: Mapping[str, Any]
) -> dict[str, Any]:
    """Uphold an appeal with a remedy, or dismiss it; `ruling` is as `schemas.AppealDecisionIn`.

    Raises:
        Conflict: `appeal_closed`, `already_undone`.
        Forbidden: `own_case`, `involved_in_case`, `higher_level_decides`.
        Unprocessable: `annul_not_possible`, `kind_not_ruled`.
    """
    row, path = _locked(uow, principal, appeal_id)
    policy.check_open(row.state)
    # Somebody may have had a hand in it since it was lodged: a claim was open then, say.
    row.involved = sorted({*row.involved, *subjects.involved_in(uow, row)})
    held = policy.level_of(principal.grants, path)
    decided_level = policy.check_decider(
        principal.member_id, row.member_id, row.involved, held, row.level
    )
    remedy, points, reason = ruling["remedy"], ruling["points"], ruling["reason"]
    entries: Entries = []
    if remedy == "annul":
        entries = remedies.annul(uow, row, reason)
    elif remedy == "correct":
        entries = remedies.correct(uow, row, points)
    row.state = {"uphold": "upheld", "dismiss": "dismissed"}[ruling["decision"]]
    row.remedy, row.points = remedy, points
    row.decided_by, row.decided_level = principal.member_id, decided_level
    row.decided_at, row.decision_reason = uow.clock.now(), reason
    _note(uow, principal, row, row.state, reason)
    notices.tell_of_decision(uow, row, entries)
    return detail(uow, principal, row)


def escalate(uow: UnitOfWork, principal: Principal, appeal_id: UUID, reason: str) -> dict[str, Any]:
    """Take the own appeal one level up, once: it was dismissed, or not decided in time.

    Raises:
        Conflict: `not_escalatable`.
        Forbidden: `appellant_only`.
    """
    row, _ = _locked(uow, principal, appeal_id)
    standing = row.standing
    level = standing.next_level
    if level is None or not standing.escalatable(uow.clock.now()):
        raise policy.not_escalatable(row.state, row.due_on)
    policy.check_member(principal.member_id, row.member_id)
    if row.decided_by is not None:
        row.involved = sorted({*row.involved, row.decided_by})
    row.decided_by = row.decided_at = row.decided_level = row.decision_reason = None
    row.state, row.escalated, row.level = "open", True, level
    row.due_on = _due(uow)
    _note(uow, principal, row, "escalated", reason)
    return detail(uow, principal, row)


def withdraw(uow: UnitOfWork, principal: Principal, appeal_id: UUID) -> dict[str, Any]:
    """Take the own appeal back while it is open.

    Raises:
        Conflict: `appeal_closed`.
        Forbidden: `appellant_only`.
    """
    row, _ = _locked(uow, principal, appeal_id)
    policy.check_open(row.state)
    policy.check_member(principal.member_id, row.member_id)
    row.state = "withdrawn"
    _note(uow, principal, row, "withdrawn", "")
    return detail(uow, principal, row)


def _subject(uow: UnitOfWork, member_id: UUID, given: Mapping[str, Any]) -> subjects.Subject:
    if given["entry_id"]:
        return subjects.of_entry(uow, member_id, given["entry_id"])
    if given["adjustment_id"]:
        return subjects.of_adjustment(uow, member_id, given["adjustment_id"])
    return subjects.of_missing(uow, member_id, given["fact_kind"], given["day"])


def _due(uow: UnitOfWork) -> date:
    return add_working_days(uow, local_day(uow.clock.now()), policy.WORKING_DAYS)


def _locked(uow: UnitOfWork, principal: Principal, appeal_id: UUID) -> tuple[AppealRow, str]:
    """Return an appeal that the asker may see, locked, and the path of the member's branch."""
    query = (
        select(AppealRow, Organisation.path)
        .join(Member, Member.id == AppealRow.member_id)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(AppealRow.id == appeal_id)
        .with_for_update(of=AppealRow)
    )
    found = uow.session.execute(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise policy.unknown()
    row, path = found
    if row.member_id != principal.member_id and not principal.reaches(APPEALS_DECIDE, path):
        raise policy.unknown()
    return row, path


def _note(uow: UnitOfWork, principal: Principal, row: AppealRow, action: str, reason: str) -> None:
    """Add a step to the history, at the level it was taken, and write what changed."""
    uow.session.add(
        StepRow(
            appeal_id=row.id,
            id=new_id(),
            action=action,
            level=row.decided_level or row.level,
            actor=principal.member_id,
            reason=reason,
            at=uow.clock.now(),
        )
    )
    uow.session.flush()
