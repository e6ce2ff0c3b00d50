"""Results entered, confirmed, put right and withdrawn.

Every change holds its event, so that neither two people nor a cancellation get in between.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from services.events.catalogue import service as catalogue
from services.events.catalogue.models import EventRow
from services.events.catalogue.visibility import runs
from services.events.results import policy, refusals
from services.events.results.message import tell
from services.events.results.models import ResultRow, ShareRow
from services.events.roster_copy.models import MemberCopy
from services.events.teams import service as teams
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.ids import new_id

MOST: Final = 500
_TOLD: Final = ("level", "place")
_WITH_MEMBERS: Final = selectinload(ResultRow.shares).joinedload(ShareRow.member)


def listing(
    uow: UnitOfWork, principal: Principal, event_id: UUID, after: UUID | None, limit: int
) -> list[ResultRow]:
    """Return an event's results, one more than `limit`; who does not run it sees what is confirmed.

    Raises:
        NotFound: `event_unknown`.
    """
    event = catalogue.get(uow, principal, event_id)
    query = (
        select(ResultRow)
        .where(ResultRow.event_id == event_id)
        .options(_WITH_MEMBERS)
        .order_by(ResultRow.id)
        .limit(limit + 1)
    )
    if not runs(principal, event):
        query = query.where(ResultRow.state == "confirmed")
    if after is not None:
        query = query.where(ResultRow.id > after)
    return list(uow.session.scalars(query))


def record(
    uow: UnitOfWork, principal: Principal, event_id: UUID, data: dict[str, Any]
) -> ResultRow:
    """Enter a result as a draft, of one member or of a team's.

    Raises:
        Conflict: `event_without_results`, `results_full`.
        Unprocessable: `level_missing`, `place_missing`, `member_unknown`, `team_empty`.
        Problem: `team_unknown`.
    """
    event = catalogue.get_to_run(uow, principal, event_id, lock=True)
    policy.check_entry(event.state)
    held = uow.session.scalar(
        select(func.count()).select_from(ResultRow).where(ResultRow.event_id == event_id)
    )
    if (held or 0) >= MOST:
        raise refusals.full(MOST)
    policy.check_whole(data["kind"], data["level"], data["place"])
    team_id, member_ids = data.pop("team_id"), data.pop("member_ids")
    if team_id is not None:
        data["team"], member_ids = _joined(uow, event_id, team_id)
    _check_members(uow, member_ids)
    result = ResultRow(
        id=new_id(),
        event_id=event_id,
        recorded_by=principal.member_id,
        recorded_at=uow.clock.now(),
        **data,
    )
    result.shares = [ShareRow(id=new_id(), member_id=member_id) for member_id in member_ids]
    uow.session.add(result)
    uow.session.flush()
    return _read(uow, event_id, [result.id])[0]


def get_to_change(
    uow: UnitOfWork, principal: Principal, event_id: UUID, result_id: UUID
) -> tuple[EventRow, ResultRow]:
    """Return a result with its event, which is locked and which the asker runs.

    Raises:
        NotFound: `event_unknown`, `result_unknown`.
        Forbidden: `not_your_event`.
    """
    event = catalogue.get_to_run(uow, principal, event_id, lock=True)
    return event, _read(uow, event_id, [result_id])[0]


def change(
    uow: UnitOfWork,
    principal: Principal,
    event: EventRow,
    result: ResultRow,
    changes: dict[str, Any],
) -> ResultRow:
    """Put a result right; one that is confirmed needs a reason, and what it changes is told.

    Raises:
        Conflict: `result_withdrawn`.
        Unprocessable: `reason_needed`, `level_missing`, `place_missing`, `member_unknown`.
        Forbidden: `own_case`, `level_not_yours`.
    """
    if result.state == "withdrawn":
        raise refusals.withdrawn()
    reason: str | None = changes.pop("reason", None)
    before = [share.member_id for share in result.members]
    after: Sequence[UUID] = changes.pop("member_ids", before)
    different = {name: v for name, v in changes.items() if getattr(result, name) != v}
    level, place = (different.get(name, getattr(result, name)) for name in _TOLD)
    policy.check_whole(result.kind, level, place)
    _check_members(uow, [member for member in after if member not in before])
    if result.state == "confirmed":
        if not reason:
            raise refusals.reason_needed()
        path, kind = event.organisation_path, result.kind
        for each in (result.level, level):
            policy.check_confirmation(principal, path, kind, each, {*before, *after})
    for name, value in different.items():
        setattr(result, name, value)
    moved = _share_out(result, after)
    result.version += 1
    if result.state == "confirmed":
        result.reason = reason
        for share in result.shares:
            if share in moved or (share.state == "present" and different.keys() & {*_TOLD}):
                tell(uow, result, share, reason)
    uow.session.flush()
    return _read(uow, event.id, [result.id])[0]


def remove(uow: UnitOfWork, principal: Principal, event_id: UUID, result_id: UUID) -> None:
    """Take a draft out.

    Raises:
        Conflict: `result_confirmed`.
    """
    _, result = get_to_change(uow, principal, event_id, result_id)
    if result.state != "draft":
        raise refusals.confirmed()
    uow.session.delete(result)
    uow.session.flush()


def confirm(
    uow: UnitOfWork, principal: Principal, event_id: UUID, result_ids: Sequence[UUID] | None
) -> list[ResultRow]:
    """Confirm the drafts named, or all, and tell points; return them. What is confirmed stays so.

    All or none: whoever may not confirm one of them names the others.

    Raises:
        NotFound: `result_unknown`.
        Conflict: `event_without_results`, `results_too_early`, `result_withdrawn`.
        Forbidden: `own_case`, `level_not_yours`.
    """
    event = catalogue.get_to_run(uow, principal, event_id, lock=True)
    policy.check_entry(event.state)
    now, counts_at = uow.clock.now(), policy.counts_at(s.starts_at for s in event.sessions)
    if now < counts_at:
        raise refusals.too_early(counts_at)
    results = _read(uow, event_id, result_ids)
    if result_ids is None:
        results = [result for result in results if result.state == "draft"]
    for result in results:
        if result.state == "withdrawn":
            raise refusals.withdrawn()
        if result.state == "confirmed":
            continue
        members = {share.member_id for share in result.members}
        policy.check_confirmation(
            principal, event.organisation_path, result.kind, result.level, members
        )
        result.state, result.title, result.counts_at = "confirmed", event.title, counts_at
        result.confirmed_by, result.confirmed_at = principal.member_id, now
        result.version += 1
        for share in result.shares:
            tell(uow, result, share, None)
    uow.session.flush()
    return results


def withdraw(
    uow: UnitOfWork, principal: Principal, event_id: UUID, result_id: UUID, reason: str
) -> ResultRow:
    """Take a confirmed result back for good; points follow by linked reversals.

    Raises:
        Conflict: `result_not_confirmed`, `result_withdrawn`.
    """
    _, result = get_to_change(uow, principal, event_id, result_id)
    if result.state == "withdrawn":
        raise refusals.withdrawn()
    if result.state == "draft":
        raise refusals.not_confirmed()
    result.state, result.reason = "withdrawn", reason
    result.version += 1
    for share in result.members:
        share.state = "annulled"
        tell(uow, result, share, reason)
    uow.session.flush()
    return result


def _share_out(result: ResultRow, members: Sequence[UUID]) -> list[ShareRow]:
    """Let exactly these members share a result; return the shares that changed."""
    moved = []
    known = {share.member_id: share for share in result.shares}
    for member_id in members:
        share = known.get(member_id)
        if share is None:
            share = ShareRow(id=new_id(), member_id=member_id, state="present", revision=0)
            result.shares.append(share)
            moved.append(share)
        elif share.state == "annulled":
            share.state = "present"
            moved.append(share)
    for share in list(result.shares):
        if share.member_id not in members and share.state == "present":
            if share.revision == 0:
                # Nobody has been told of it.
                result.shares.remove(share)
            else:
                share.state = "annulled"
                moved.append(share)
    return moved


def _joined(uow: UnitOfWork, event_id: UUID, team_id: UUID) -> tuple[str, list[UUID]]:
    """Return a team's name and who has joined it and is still a member."""
    team = teams.find(uow, event_id, team_id)
    members = [
        each.member_id
        for each in team.members
        if each.state == "joined" and each.member is not None and each.member.status != "left"
    ]
    if not members:
        raise refusals.team_empty()
    return team.name, members


def _check_members(uow: UnitOfWork, member_ids: Sequence[UUID]) -> None:
    known = set(
        uow.session.scalars(
            select(MemberCopy.id).where(MemberCopy.id.in_(member_ids), MemberCopy.status != "left")
        )
    )
    if missing := [member_id for member_id in member_ids if member_id not in known]:
        raise refusals.members_unknown(missing)


def _read(uow: UnitOfWork, event_id: UUID, result_ids: Sequence[UUID] | None) -> list[ResultRow]:
    """Return an event's results as they stand, those named or all, in the order they came."""
    query = (
        select(ResultRow)
        .where(ResultRow.event_id == event_id)
        .options(_WITH_MEMBERS)
        .order_by(ResultRow.id)
        .execution_options(populate_existing=True)
    )
    if result_ids is not None:
        query = query.where(ResultRow.id.in_(result_ids))
    found = list(uow.session.scalars(query))
    if result_ids is not None and len(found) != len({*result_ids}):
        raise refusals.unknown()
    return found
