"""Teams over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from services.events.catalogue import service as catalogue
from services.events.catalogue.permissions import EVENTS_READ, EVENTS_RUN
from services.events.roster_copy.schemas import WhoIn
from services.events.teams import service
from services.events.teams.models import TeamRow
from services.events.teams.schemas import TeamIn, TeamOut, TeamPatch, TeamsOut, TermsIn, TermsOut
from shared.web import (
    CursorIn,
    after_moment,
    check_if_match,
    current_principal,
    current_uow,
    etag,
    page,
    requires,
    transactional,
)

blueprint = APIBlueprint("teams", __name__, url_prefix="/api/v1")

Answer = tuple[dict[str, Any], int, dict[str, str]]


@blueprint.get("/events/<uuid:event_id>/teams")
@requires(EVENTS_READ)
@blueprint.input(CursorIn, location="query")
@blueprint.output(TeamsOut)
def get_teams(event_id: UUID, query_data: dict[str, Any]) -> Answer:
    """List an event's teams with their members."""
    uow, principal, limit = current_uow(), current_principal(), query_data["limit"]
    after = after_moment(query_data["cursor"])
    rows, runs = service.listing(uow, principal, event_id, limit, after)
    listed = page(rows, limit, lambda team: [team.created_at.isoformat(), team.id])
    items = [_show(team, everything=runs) for team in rows[:limit]]
    terms = service.settings_of(uow, event_id)
    shown = listed | {"items": items, "largest": terms.largest if terms else None}
    return shown, 200, etag(terms.version if terms else 0)


@blueprint.put("/events/<uuid:event_id>/teams")
@requires(EVENTS_RUN)
@transactional
@blueprint.input(TermsIn)
@blueprint.output(TermsOut)
def put_terms(event_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Let an event have teams, or change how large; If-Match is "0" where it had none."""
    uow = current_uow()
    event = catalogue.get_to_run(uow, current_principal(), event_id, lock=True)
    known = service.settings_of(uow, event_id)
    check_if_match(known.version if known else 0)
    terms = service.set_up(uow, event, json_data["largest"])
    return {"largest": terms.largest}, 200, etag(terms.version)


@blueprint.post("/events/<uuid:event_id>/teams")
@requires(EVENTS_READ)
@transactional
@blueprint.input(TeamIn)
@blueprint.output(TeamOut, status_code=201)
def post_team(event_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Make a team and be its captain; whoever runs the event may name another."""
    team = service.create(current_uow(), current_principal(), event_id, **json_data)
    return _answer(team, 201)


@blueprint.patch("/events/<uuid:event_id>/teams/<uuid:team_id>")
@requires(EVENTS_READ)
@transactional
@blueprint.input(TeamPatch)
@blueprint.output(TeamOut)
def patch_team(event_id: UUID, team_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Rename a team, or hand it to another captain."""
    uow = current_uow()
    team = service.to_change(uow, current_principal(), event_id, team_id)
    check_if_match(team.version)
    return _answer(service.change(uow, team, json_data))


@blueprint.delete("/events/<uuid:event_id>/teams/<uuid:team_id>")
@requires(EVENTS_READ)
@transactional
@blueprint.output({}, status_code=204)
def delete_team(event_id: UUID, team_id: UUID) -> str:
    """Disband a team."""
    service.disband(current_uow(), current_principal(), event_id, team_id)
    return ""


@blueprint.post("/events/<uuid:event_id>/teams/<uuid:team_id>/members")
@requires(EVENTS_READ)
@transactional
@blueprint.input(WhoIn)
@blueprint.output(TeamOut)
def post_team_member(event_id: UUID, team_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Invite somebody to a team; entered by whoever runs the event, they are in at once."""
    return _answer(service.add(current_uow(), current_principal(), event_id, team_id, json_data))


@blueprint.post("/events/<uuid:event_id>/teams/<uuid:team_id>/accept")
@requires(EVENTS_READ)
@transactional
@blueprint.output(TeamOut)
def post_team_accept(event_id: UUID, team_id: UUID) -> Answer:
    """Join a team one is invited to."""
    return _answer(service.accept(current_uow(), current_principal(), event_id, team_id))


@blueprint.delete("/events/<uuid:event_id>/teams/<uuid:team_id>/members/<uuid:member_id>")
@requires(EVENTS_READ)
@transactional
@blueprint.output(TeamOut)
def delete_team_member(event_id: UUID, team_id: UUID, member_id: UUID) -> Answer:
    """Leave a team, decline its invitation, or take somebody out of the own team."""
    uow, principal = current_uow(), current_principal()
    return _answer(service.leave(uow, principal, event_id, team_id, member_id))


def _answer(team: TeamRow, status: int = 200) -> Answer:
    return _show(team, everything=False), status, etag(team.version)


def _show(team: TeamRow, *, everything: bool) -> dict[str, Any]:
    asker = current_principal().member_id
    everything = everything or asker == team.captain_id
    return {
        "id": team.id,
        "event_id": team.event_id,
        "name": team.name,
        "captain_id": team.captain_id,
        "members": [
            m for m in team.members if everything or m.state == "joined" or m.member_id == asker
        ],
        "version": team.version,
    }
