"""Making teams, inviting to them, joining, leaving. Whoever changes a team holds the event's row."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import joinedload, selectinload

from services.events.catalogue import policy as life
from services.events.catalogue import service as catalogue
from services.events.catalogue import visibility
from services.events.catalogue.categories import CATEGORIES
from services.events.catalogue.models import EventRow
from services.events.refusal import stop_at
from services.events.reminders.telling import News, tell_of_event
from services.events.roster_copy import finding
from services.events.teams import policy
from services.events.teams.models import TeamMemberRow, TeamRow, TeamSettingsRow
from services.events.teams.refusals import REFUSALS
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.ids import new_id
from shared.text import Text

INVITED: Final = "team.invited"


def settings_of(uow: UnitOfWork, event_id: UUID) -> TeamSettingsRow | None:
    """Return how large an event's teams are; None where it has none."""
    return uow.session.get(TeamSettingsRow, event_id)


def set_up(uow: UnitOfWork, event: EventRow, largest: int) -> TeamSettingsRow:
    """Make a locked event one of teams, or change their size; a larger team stays as it is.

    Raises:
        Conflict: `event_not_editable`.
        Problem: `teams_not_for_category`.
    """
    life.check_editable(event.state)
    if not any(CATEGORIES[code].teams for code in (event.category, *event.tags)):
        raise REFUSALS["teams_not_for_category"].to_problem()
    row = settings_of(uow, event.id)
    if row is None:
        row = TeamSettingsRow(event_id=event.id, version=0)
        uow.session.add(row)
    row.largest = largest
    row.version += 1
    uow.session.flush()
    return row


def create(
    uow: UnitOfWork,
    principal: Principal,
    event_id: UUID,
    name: str,
    captain: dict[str, Any] | None,
) -> TeamRow:
    """Make a team; the asker is its captain, unless whoever runs the event names somebody else.

    Raises:
        NotFound, Forbidden: see `catalogue.get`, `catalogue.get_to_run`.
        Problem: `teams_not_asked`, `not_eligible`, `team_name_taken`, `in_a_team`.
        Unprocessable: `member_unknown`.
    """
    if captain is None:
        event = catalogue.get(uow, principal, event_id)
        eligible = visibility.is_meant(uow, principal, event)
        stop_at(None if eligible else REFUSALS["not_eligible"])
        leader = principal.member_id
    else:
        event = catalogue.get_to_run(uow, principal, event_id, lock=True)
        (leader,) = finding.find(uow, [captain])
        catalogue.let_in(uow, event, [leader], principal)
    _hold(uow, event)
    _check_name(uow, event_id, name)
    stop_at(REFUSALS["in_a_team"] if _team_of(uow, event_id, leader) else None)
    team = TeamRow(
        event_id=event_id,
        id=new_id(),
        name=name,
        captain_id=leader,
        created_by=principal.member_id,
        created_at=uow.clock.now(),
    )
    team.members = [_member(uow, leader, "joined")]
    uow.session.add(team)
    return _changed(uow, team)


def change(uow: UnitOfWork, team: TeamRow, changes: dict[str, Any]) -> TeamRow:
    """Rename a held team, or hand it to another captain.

    Raises:
        Problem: `team_name_taken`, `captain_not_in_team`.
    """
    name, captain = changes.get("name", team.name), changes.get("captain_id", team.captain_id)
    if name != team.name:
        _check_name(uow, team.event_id, name)
    stop_at(policy.may_lead(_states(team), captain))
    team.name, team.captain_id = name, captain
    return _changed(uow, team)


def disband(uow: UnitOfWork, principal: Principal, event_id: UUID, team_id: UUID) -> None:
    """Take a team away, by its captain or whoever runs the event.

    Raises:
        Problem: see `to_change`.
    """
    uow.session.delete(to_change(uow, principal, event_id, team_id))


def add(
    uow: UnitOfWork, principal: Principal, event_id: UUID, team_id: UUID, who: dict[str, Any]
) -> TeamRow:
    """Invite somebody, as its captain; or put somebody in, as whoever runs the event.

    Raises:
        Problem: see `to_change`; `team_full`, `in_a_team`.
        Unprocessable: `member_unknown`.
    """
    event = catalogue.get(uow, principal, event_id)
    runs = visibility.runs(principal, event)
    if runs:
        # Held before its teams, as everywhere: somebody may become a guest.
        catalogue.get_to_run(uow, principal, event_id, lock=True)
    team = to_change(uow, principal, event_id, team_id)
    (member,) = finding.find(uow, [who])
    if runs:
        catalogue.let_in(uow, event, [member], principal)
        return _join(uow, team, member)
    if member in _states(team):
        return team
    stop_at(policy.may_invite(_states(team), _largest(uow, event_id)))
    team.members.append(_member(uow, member, "invited"))
    _tell_invited(uow, event, team, member)
    return _changed(uow, team)


def accept(uow: UnitOfWork, principal: Principal, event_id: UUID, team_id: UUID) -> TeamRow:
    """Join the team that has invited the asker.

    Raises:
        Problem: `team_unknown`, `invitation_none`, `team_full`, `in_a_team`.
    """
    event = catalogue.get(uow, principal, event_id)
    _hold(uow, event)
    team = find(uow, event_id, team_id)
    if principal.member_id not in _states(team):
        raise REFUSALS["invitation_none"].to_problem()
    return _join(uow, team, principal.member_id)


def leave(
    uow: UnitOfWork, principal: Principal, event_id: UUID, team_id: UUID, member_id: UUID
) -> TeamRow:
    """Take somebody out of a team or an invitation back; a member does so for themselves.

    Raises:
        Problem: see `to_change`; `not_in_team`, `captain_stays`.
    """
    if member_id == principal.member_id:
        event = catalogue.get(uow, principal, event_id)
        _hold(uow, event)
        team = find(uow, event_id, team_id)
    else:
        team = to_change(uow, principal, event_id, team_id)
    stop_at(policy.may_leave(_states(team), member_id, team.captain_id))
    team.members = [m for m in team.members if m.member_id != member_id]
    return _changed(uow, team)


def to_change(uow: UnitOfWork, principal: Principal, event_id: UUID, team_id: UUID) -> TeamRow:
    """Return a held team that the asker leads, or of an event the asker runs.

    Raises:
        NotFound: see `catalogue.get`.
        Conflict: `event_not_editable`.
        Problem: `teams_not_asked`, `team_unknown`, `not_your_team`.
    """
    event = catalogue.get(uow, principal, event_id)
    _hold(uow, event)
    team = find(uow, event_id, team_id)
    if team.captain_id != principal.member_id and not visibility.runs(principal, event):
        raise REFUSALS["not_your_team"].to_problem()
    return team


def listing(
    uow: UnitOfWork,
    principal: Principal,
    event_id: UUID,
    limit: int,
    after: tuple[datetime, UUID] | None,
) -> tuple[list[TeamRow], bool]:
    """Return an event's teams as they were made, one more than `limit`, and whether the asker runs it."""
    event = catalogue.get(uow, principal, event_id)
    query = (
        select(TeamRow)
        .options(selectinload(TeamRow.members).joinedload(TeamMemberRow.member))
        .where(TeamRow.event_id == event_id)
        .order_by(TeamRow.created_at, TeamRow.id)
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(tuple_(TeamRow.created_at, TeamRow.id) > tuple_(*after))
    return list(uow.session.scalars(query)), visibility.runs(principal, event)


def _hold(uow: UnitOfWork, event: EventRow) -> None:
    life.check_editable(event.state)
    row = uow.session.get(TeamSettingsRow, event.id, with_for_update=True, populate_existing=True)
    if row is None:
        raise REFUSALS["teams_not_asked"].to_problem()


def find(uow: UnitOfWork, event_id: UUID, team_id: UUID) -> TeamRow:
    """Return a team with its members.

    Raises:
        Problem: `team_unknown`.
    """
    team = uow.session.get(
        TeamRow,
        (event_id, team_id),
        options=[selectinload(TeamRow.members).options(joinedload(TeamMemberRow.member))],
        populate_existing=True,
    )
    if team is None:
        raise REFUSALS["team_unknown"].to_problem()
    return team


def _join(uow: UnitOfWork, team: TeamRow, member: UUID) -> TeamRow:
    known = next((m for m in team.members if m.member_id == member), None)
    if known is not None and known.state == "joined":
        return team
    elsewhere = _team_of(uow, team.event_id, member) is not None
    largest = _largest(uow, team.event_id)
    stop_at(policy.may_join(_states(team), member, largest, elsewhere=elsewhere))
    if known is None:
        team.members.append(_member(uow, member, "joined"))
    else:
        known.state, known.since = "joined", uow.clock.now()
    return _changed(uow, team)


def _changed(uow: UnitOfWork, team: TeamRow) -> TeamRow:
    if team.version is not None:
        team.version += 1
    uow.session.flush()
    return find(uow, team.event_id, team.id)


def _tell_invited(uow: UnitOfWork, event: EventRow, team: TeamRow, member: UUID) -> None:
    text = Text(
        f"“{event.title}”的队伍“{team.name}”邀请您加入，请在活动页面答复。",
        f"The team “{team.name}” of “{event.title}” invites you; answer on the event's page.",
    )
    news = News(kind=INVITED, text=text, note="邀请您加入队伍", again=str(team.id))
    tell_of_event(uow, event, [member], news)


def _member(uow: UnitOfWork, member: UUID, state: str) -> TeamMemberRow:
    return TeamMemberRow(member_id=member, state=state, since=uow.clock.now())


def _states(team: TeamRow) -> dict[UUID, str]:
    return {member.member_id: member.state for member in team.members}


def _team_of(uow: UnitOfWork, event_id: UUID, member_id: UUID) -> UUID | None:
    return uow.session.scalar(
        select(TeamMemberRow.team_id).where(
            TeamMemberRow.event_id == event_id,
            TeamMemberRow.member_id == member_id,
            TeamMemberRow.state == "joined",
        )
    )


def _largest(uow: UnitOfWork, event_id: UUID) -> int:
    return uow.session.get_one(TeamSettingsRow, event_id).largest


def _check_name(uow: UnitOfWork, event_id: UUID, name: str) -> None:
    query = select(TeamRow.id).where(TeamRow.event_id == event_id, TeamRow.name == name)
    stop_at(REFUSALS["team_name_taken"] if uow.session.scalar(query) else None)
