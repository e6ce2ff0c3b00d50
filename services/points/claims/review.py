"""The reviewers' side: one or many claims decided, all in the caller's transaction."""

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from services.points.claims import policy, refusals
from services.points.claims.models import Claim
from services.points.claims.service import fact_of, move, source_key
from services.points.claims.standing import Standing, standing_of
from services.points.ledger.decided import post_decided
from services.points.ledger.recorded import RecordedFact
from services.points.notices.service import notify
from services.points.roster.models import Organisation
from shared.auth import Principal
from shared.clock import local_day
from shared.database import UnitOfWork
from shared.errors import Problem
from shared.text import Text

_WITH_REASON = ("return", "reject")
_TOLD = {
    "returned": Text(
        "您的申报「{title}」已退回：{reason}。请补充后重新提交。",
        "Your claim “{title}” was returned: {reason}. Complete it and submit it again.",
    ),
    "approved": Text("您的申报「{title}」已通过。", "Your claim “{title}” was approved."),
    "rejected": Text(
        "您的申报「{title}」未通过：{reason}。如有异议可提出申诉。",
        "Your claim “{title}” was rejected: {reason}. If you disagree, appeal.",
    ),
}


def possible(uow: UnitOfWork, claim: Claim, who: Standing) -> frozenset[str]:
    """Return the decisions open to somebody now."""
    if who.claimant:
        return frozenset()
    overdue = claim.due_on is not None and claim.due_on < local_day(uow.clock.now())
    return policy.possible(claim.state, leads=who.leads, reviews=who.reviews, overdue=overdue)


def decide(
    uow: UnitOfWork,
    principal: Principal,
    claim_ids: Sequence[UUID],
    decision: str,
    reason: str,
    *,
    check_seen: Callable[[int], None] = lambda _version: None,
) -> None:
    """Take one decision on claims; the first refusal names its claim and nothing changes.

    `check_seen` refuses a version that the reviewer has not seen.

    Approval posts the points. Two reviewers at once: the second finds the claim decided.

    Raises:
        Invalid: `reason_needed`.
        NotFound: `claim_unknown`, also out of reach.
        Forbidden: `own_claim`.
        Conflict: `claim_closed` or `decision_not_possible`.
    """
    if decision in _WITH_REASON and not reason:
        raise refusals.reason_needed()
    found = _locked(uow, claim_ids)
    approved = []
    for claim_id in sorted(set(claim_ids)):
        try:
            claim = _decide(uow, principal, found.get(claim_id), decision, reason, check_seen)
        except Problem as problem:
            problem.extra["claim_id"] = claim_id
            raise
        if claim.state == "approved":
            approved.append(RecordedFact(fact_of(claim), source_key(claim), claim.title))
    post_decided(uow, approved)


Found = tuple[Claim, str, str | None]


def _locked(uow: UnitOfWork, claim_ids: Sequence[UUID]) -> dict[UUID, Found]:
    """Return claims with their branch's and group's paths, locked in one order for everybody."""
    branch, group = aliased(Organisation), aliased(Organisation)
    rows = uow.session.execute(
        select(Claim, branch.path, group.path)
        .join(branch, branch.id == Claim.organisation_id)
        .outerjoin(group, group.id == Claim.group_id)
        .where(Claim.id.in_(claim_ids))
        .order_by(Claim.id)
        .with_for_update(of=Claim)
        .execution_options(populate_existing=True)
    )
    return {claim.id: (claim, path, group_path) for claim, path, group_path in rows}


def _decide(
    uow: UnitOfWork,
    principal: Principal,
    found: Found | None,
    decision: str,
    reason: str,
    check_seen: Callable[[int], None],
) -> Claim:
    if found is None:
        raise refusals.claim_unknown()
    claim, path, group_path = found
    who = standing_of(principal, claim.member_id, path, group_path)
    if who.claimant:
        raise refusals.own_claim()
    if not (who.leads or who.reviews):
        raise refusals.claim_unknown()
    check_seen(claim.version)
    policy.check_open(claim.state)
    allowed = possible(uow, claim, who)
    if decision not in allowed:
        raise refusals.decision_not_possible(claim.state, sorted(allowed))
    step = policy.DECISIONS[decision]
    move(uow, claim, step, done_by=principal.member_id, reason=reason or None)
    if told := _TOLD.get(step):
        sentence = Text(*(part.format(title=claim.title, reason=reason) for part in told))
        # A claim may be returned again; each time is told.
        notify(uow, [claim.member_id], f"claim.{step}.{claim.steps}", claim.id, sentence)
    return claim
