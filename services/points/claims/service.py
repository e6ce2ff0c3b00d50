"""A claim's life from the claimant's side: made, completed, resubmitted, withdrawn; and annulled."""

from datetime import UTC, date, datetime, time
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, select, text

from services.points.calendar.service import add_working_days
from services.points.claims import policy, refusals
from services.points.claims.attachments import service as attachments
from services.points.claims.models import Claim, ClaimStep
from services.points.ledger.closed_months import is_closed
from services.points.ledger.decided import post_decided
from services.points.ledger.recorded import RecordedFact
from services.points.scoring import Fact
from shared.auth import Principal
from shared.clock import SHANGHAI, local_day, periods_of
from shared.database import UnitOfWork
from shared.errors import Conflict
from shared.ids import new_id
from shared.text import Text

_CONTENT: Final = ("kind", "day", "title", "description", "level", "attachment_id")

# The branch of that day, and the group of now if it is one of that branch, led by somebody else.
# The lock makes a member's own claims take turns, so that none is made twice at once.
_PLACE = text("""
    SELECT m.status, branch.id AS organisation_id,
        CASE WHEN branch.id = m.organisation_id AND EXISTS (
            SELECT FROM role_assignments a
            WHERE a.role = 'group_leader' AND a.organisation_id = m.group_id
        ) AND NOT EXISTS (
            SELECT FROM role_assignments a WHERE a.role = 'group_leader'
            AND a.organisation_id = m.group_id AND a.member_id = m.id
        ) THEN m.group_id END AS group_id
    FROM members m
    LEFT JOIN memberships s ON s.member_id = m.id
        AND s.since <= :moment AND (s.until IS NULL OR s.until > :moment)
    JOIN organisations branch ON branch.id = coalesce(s.organisation_id, m.organisation_id)
    WHERE m.id = :member
    FOR NO KEY UPDATE OF m
""")


def create(
    uow: UnitOfWork, principal: Principal, content: dict[str, Any], client_ref: UUID | None
) -> UUID:
    """Make a claim, which is thereby submitted; return its id.

    The same `client_ref` with the same content again finds the claim it made.

    Args:
        uow: the open transaction.
        principal: the claimant.
        content: kind, day, title, description, level, attachment_id.
        client_ref: the caller's own name for this claim.

    Raises:
        Problem: the kind does not take it so (`claim_level_wrong`, `attachment_not_wanted`), its
            day is out of bounds (`claim_day_in_future`, `claim_day_too_long_ago`,
            `month_closed`), it is there already (`claim_made_already`, `client_ref_reused`), or
            the attachment is not to be had (`attachment_unknown`, `…_gone`, `…_taken`).
    """
    member, today = principal.member_id, local_day(uow.clock.now())
    place = _place(uow, member, content["day"])
    if client_ref and (known := _made_with(uow, member, client_ref, _shown(content))):
        return known
    policy.check_fields(content["kind"], content["level"], attached=bool(content["attachment_id"]))
    policy.check_day(content["day"], today, today)
    claim = Claim(
        member_id=member,
        id=new_id(),
        client_ref=client_ref,
        organisation_id=place.organisation_id,
        round=policy.round_of(today),
        created_at=uow.clock.now(),
        steps=0,
        version=0,
        **content,
    )
    _check_free(uow, claim)
    _check_month(uow, claim)
    if claim.attachment_id:
        attachments.take(uow, member, claim.attachment_id)
    _submit(uow, claim, place, "submitted")
    return claim.id


def own(uow: UnitOfWork, principal: Principal, claim_id: UUID) -> Claim:
    """Return an own claim, locked.

    Raises:
        NotFound: `claim_unknown`, also where it is somebody else's.
    """
    query = select(Claim).where(Claim.id == claim_id, Claim.member_id == principal.member_id)
    claim = uow.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if claim is None:
        raise refusals.claim_unknown()
    return claim


def change(uow: UnitOfWork, claim: Claim, changes: dict[str, Any]) -> None:
    """Complete a returned claim, locked by `own`; what is refused is what `create` refuses."""
    policy.check_returned(claim.state)
    place = _place(uow, claim.member_id, changes.get("day", claim.day))
    changed = {name for name, value in changes.items() if getattr(claim, name) != value}
    with uow.session.no_autoflush:
        for name in changed:
            setattr(claim, name, changes[name])
        policy.check_fields(claim.kind, claim.level, attached=bool(claim.attachment_id))
        if "day" in changed:
            made_on, today = local_day(claim.created_at), local_day(uow.clock.now())
            policy.check_day(claim.day, made_on, today)
            claim.organisation_id = place.organisation_id
            _check_month(uow, claim)
        _check_free(uow, claim)
        if "attachment_id" in changed and claim.attachment_id:
            attachments.take(uow, claim.member_id, claim.attachment_id)
    claim.version += 1
    uow.session.flush()


def resubmit(uow: UnitOfWork, principal: Principal, claim_id: UUID) -> None:
    """Hand a returned claim in again; its review begins anew."""
    claim = own(uow, principal, claim_id)
    policy.check_returned(claim.state)
    _submit(uow, claim, _place(uow, claim.member_id, claim.day), "resubmitted")


def withdraw(uow: UnitOfWork, principal: Principal, claim_id: UUID) -> None:
    """Take an own claim back before it is decided."""
    claim = own(uow, principal, claim_id)
    policy.check_open(claim.state)
    move(uow, claim, "withdrawn", done_by=claim.member_id)


def annul(uow: UnitOfWork, claim_id: UUID, reason: str) -> int:
    """Take an approved claim back, as an approved adjustment (D04) decides; return the new entries.

    In the caller's transaction; what the claim gave is reversed by linked entries.

    Raises:
        NotFound: `claim_unknown`.
        Conflict: `claim_not_approved`.
    """
    query = select(Claim).where(Claim.id == claim_id)
    claim = uow.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if claim is None:
        raise refusals.claim_unknown()
    if claim.state != "approved":
        raise Conflict(
            "claim_not_approved",
            Text(
                "只有已通过的申报可以撤销，请核对申报的状态。",
                "Only an approved claim is annulled; look at the claim's state.",
            ),
            extra={"state": claim.state},
        )
    fact = fact_of(claim)
    move(uow, claim, "annulled", done_by=None, reason=reason)
    return post_decided(
        uow, [RecordedFact(fact, source_key(claim), claim.title, "annulled", reason, revision=2)]
    )


def fact_of(claim: Claim) -> Fact:
    """Return the fact that an approved claim is.

    It happened at noon of its day; one approved that morning at the moment of approval, since
    nothing may be posted that lies ahead: rules approved meanwhile would apply to it.
    """
    noon = datetime.combine(claim.day, time(12), SHANGHAI)
    moment = min(noon, claim.closed_at) if claim.closed_at else noon
    return Fact(
        id=claim.id,
        member_id=claim.member_id,
        kind=claim.kind,
        occurred_at=moment.astimezone(UTC),
        role="self",
        source="claim",
        level=claim.level,
    )


def source_key(claim: Claim) -> str:
    return f"claim:{claim.id}"


def move(
    uow: UnitOfWork, claim: Claim, step: str, *, done_by: UUID | None, reason: str | None = None
) -> None:
    """Take a locked claim to the state a step leads to, and note the step."""
    state, now = policy.STATE_AFTER[step], uow.clock.now()
    # Both at once: asking for the calendar writes what has been changed so far.
    due_on = _due_on(uow) if state == "branch_review" else None
    claim.state, claim.due_on = state, due_on
    if claim.state not in policy.OPEN and claim.closed_at is None:
        claim.closed_at = now
    _note(uow, claim, step, done_by, reason)


def _submit(uow: UnitOfWork, claim: Claim, place: Row[Any], step: str) -> None:
    due_on = _due_on(uow)
    claim.group_id = place.group_id
    claim.state = policy.first_state(group_reviews=place.group_id is not None)
    claim.due_on = due_on
    uow.session.add(claim)
    content = _shown({name: getattr(claim, name) for name in _CONTENT})
    _note(uow, claim, step, claim.member_id, None, content)


def _note(
    uow: UnitOfWork,
    claim: Claim,
    step: str,
    done_by: UUID | None,
    reason: str | None,
    content: dict[str, Any] | None = None,
) -> None:
    claim.steps += 1
    claim.version += 1
    uow.session.flush()
    uow.session.add(
        ClaimStep(
            member_id=claim.member_id,
            claim_id=claim.id,
            number=claim.steps,
            step=step,
            done_by=done_by,
            done_at=uow.clock.now(),
            reason=reason,
            content=content,
        )
    )
    uow.session.flush()


def _due_on(uow: UnitOfWork) -> date:
    return add_working_days(uow, local_day(uow.clock.now()), policy.REVIEW_DAYS)


def _place(uow: UnitOfWork, member_id: UUID, day: date) -> Row[Any]:
    moment = datetime.combine(day, time(12), SHANGHAI)
    place = uow.session.execute(_PLACE, {"member": member_id, "moment": moment}).one_or_none()
    if place is None:
        raise refusals.member_unknown()
    if place.status == "left":
        raise refusals.member_has_left()
    return place


def _shown(content: dict[str, Any]) -> dict[str, Any]:
    """Return what is claimed as the history keeps it."""
    return {name: None if content[name] is None else str(content[name]) for name in _CONTENT}


def _made_with(
    uow: UnitOfWork, member_id: UUID, client_ref: UUID, content: dict[str, Any]
) -> UUID | None:
    first = (ClaimStep.member_id == Claim.member_id) & (ClaimStep.claim_id == Claim.id)
    known = uow.session.execute(
        select(Claim.id, ClaimStep.content)
        .join(ClaimStep, first & (ClaimStep.number == 1))
        .where(Claim.member_id == member_id, Claim.client_ref == client_ref)
    ).one_or_none()
    if known is None:
        return None
    if known.content != content:
        raise refusals.client_ref_reused()
    made: UUID = known.id
    return made


def _check_free(uow: UnitOfWork, claim: Claim) -> None:
    query = select(Claim.id).where(
        Claim.member_id == claim.member_id,
        Claim.kind == claim.kind,
        Claim.day == claim.day,
        Claim.title == claim.title,
        Claim.state != "withdrawn",
        Claim.id != claim.id,
    )
    if uow.session.scalar(query) is not None:
        raise refusals.claimed_already()


def _check_month(uow: UnitOfWork, claim: Claim) -> None:
    month = periods_of(claim.day).month
    if is_closed(uow, claim.organisation_id, month):
        raise refusals.month_closed(month)
