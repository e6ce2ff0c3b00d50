"""Boards over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from services.points.leaderboards import permissions, service, units
from services.points.leaderboards.boards import Boards
from services.points.leaderboards.schemas import (
    BoardIn,
    BoardOut,
    PolicyIn,
    PolicyOut,
    PreferencesIn,
    UnitsIn,
    UnitsOut,
)
from shared.web import (
    check_if_match,
    current_principal,
    current_redis,
    current_uow,
    etag,
    requires,
    transactional,
)

blueprint = APIBlueprint("leaderboards", __name__, url_prefix="/api/v1")

Answer = tuple[dict[str, Any], int, dict[str, str]]


@blueprint.get("/leaderboards")
@requires(permissions.BOARDS_READ)
@blueprint.input(BoardIn, location="query")
@blueprint.output(BoardOut)
def get_leaderboard(query_data: dict[str, Any]) -> dict[str, Any]:
    """Read a board: the first places, the own one, and how many are on it."""
    boards = Boards(current_redis())
    return service.show(current_uow(), boards, current_principal(), query_data)


@blueprint.get("/unit-leaderboards")
@requires(permissions.BOARDS_READ)
@blueprint.input(UnitsIn, location="query")
@blueprint.output(UnitsOut)
def get_unit_leaderboard(query_data: dict[str, Any]) -> dict[str, Any]:
    """Read how units of like size stand: by points per head, or by participation."""
    return units.show(current_uow(), current_redis(), current_principal(), query_data)


@blueprint.get("/board-policies/<uuid:organisation_id>")
@requires(permissions.POLICIES_READ)
@blueprint.output(PolicyOut)
def get_policy(organisation_id: UUID) -> Answer:
    """Read how much of an organisation's board is shown."""
    shown = service.show_policy(service.place(current_uow(), organisation_id))
    return shown, 200, etag(shown["version"])


@blueprint.put("/board-policies/<uuid:organisation_id>")
@requires(permissions.POLICIES_WRITE)
@transactional
@blueprint.input(PolicyIn)
@blueprint.output(PolicyOut)
def put_policy(organisation_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Set how much of an organisation's board, and of those below it, is shown."""
    uow = current_uow()
    place = service.place(uow, organisation_id)
    current_principal().require(permissions.POLICIES_WRITE, place.path)
    check_if_match(place.own_version or 0)
    service.set_policy(uow, current_principal(), place, json_data)
    shown = service.show_policy(service.place(uow, organisation_id))
    return shown, 200, etag(shown["version"])


@blueprint.get("/me/preferences")
@requires(permissions.PREFERENCES)
@blueprint.output(PreferencesIn)
def get_preferences() -> dict[str, Any]:
    """Read whether boards hide the own name."""
    return {"hide_name": service.hides_name(current_uow(), current_principal().member_id)}


@blueprint.put("/me/preferences")
@requires(permissions.PREFERENCES)
@transactional
@blueprint.input(PreferencesIn)
@blueprint.output(PreferencesIn)
def put_preferences(json_data: dict[str, Any]) -> dict[str, Any]:
    """Hide or show the own name on boards."""
    service.set_hide_name(current_uow(), current_principal().member_id, **json_data)
    return json_data
