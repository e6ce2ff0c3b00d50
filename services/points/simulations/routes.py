"""Simulations over HTTP."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response

from services.points.simulations import export, service, working
from services.points.simulations.permissions import SIMULATE
from services.points.simulations.schemas import (
    ChangesPage,
    ChangesQuery,
    SimulateIn,
    SimulationOut,
    SimulationsPage,
    WorkingOut,
    WorkingQuery,
)
from shared.documents import XLSX
from shared.jobs import JobRow
from shared.web import (
    CursorIn,
    after_id,
    current_principal,
    current_uow,
    page,
    read_cursor,
    requires,
    transactional,
)
from shared.web.documents import WORKBOOK, send_document
from shared.web.problems import language

blueprint = APIBlueprint("simulations", __name__, url_prefix="/api/v1")


@blueprint.post("/rule-sets/<uuid:rule_set_id>/simulate")
@requires(SIMULATE)
@transactional
@blueprint.input(SimulateIn)
@blueprint.output(SimulationOut, status_code=202)
def post_simulate(rule_set_id: UUID, json_data: dict[str, Any]) -> tuple[object, int, Any]:
    """Replay real facts under a rule set, whatever its state."""
    uow, principal = current_uow(), current_principal()
    simulation_id = service.request(uow, principal, rule_set_id, json_data)
    location = {"Location": f"/api/v1/simulations/{simulation_id}"}
    return _shown(service.get(uow, principal, simulation_id)), 202, location


@blueprint.get("/rule-sets/<uuid:rule_set_id>/simulations")
@requires(SIMULATE)
@blueprint.input(CursorIn, location="query")
@blueprint.output(SimulationsPage)
def get_simulations(rule_set_id: UUID, query_data: dict[str, Any]) -> dict[str, Any]:
    """List the simulations of a rule set, newest first, without what they found."""
    before, limit = after_id(query_data["cursor"]), query_data["limit"]
    uow, principal = current_uow(), current_principal()
    rows = service.listing(uow, principal, rule_set_id, limit + 1, before)
    return page([_shown(row) for row in rows], limit, lambda row: [row["id"]])


@blueprint.get("/simulations/<uuid:simulation_id>")
@requires(SIMULATE)
@blueprint.output(SimulationOut)
def get_simulation(simulation_id: UUID) -> dict[str, Any]:
    """How far a simulation is, and what it found."""
    return _shown(service.get(current_uow(), current_principal(), simulation_id))


@blueprint.post("/simulations/<uuid:simulation_id>/cancel")
@requires(SIMULATE)
@transactional
@blueprint.output(SimulationOut)
def post_cancel(simulation_id: UUID) -> dict[str, Any]:
    """Give a simulation up."""
    return _shown(service.cancel(current_uow(), current_principal(), simulation_id))


@blueprint.get("/simulations/<uuid:simulation_id>/changes")
@requires(SIMULATE)
@blueprint.input(ChangesQuery, location="query")
@blueprint.output(ChangesPage)
def get_changes(simulation_id: UUID, query_data: dict[str, Any]) -> dict[str, Any]:
    """List whose points would change, most first, within the own part of the tree."""
    after = read_cursor(query_data["cursor"], int, UUID)
    rows = service.changes(current_uow(), current_principal(), simulation_id, query_data, after)
    return page(rows, query_data["limit"], lambda row: [row.moved, row.member_id])


@blueprint.get("/simulations/<uuid:simulation_id>/working")
@requires(SIMULATE)
@blueprint.input(WorkingQuery, location="query")
@blueprint.output(WorkingOut)
def get_working(simulation_id: UUID, query_data: dict[str, Any]) -> dict[str, Any]:
    """Read one member's working: what each fact gives now and would give, and why."""
    uow, principal = current_uow(), current_principal()
    member_id = query_data["member_id"]
    return {"items": working.working(uow, principal, simulation_id, member_id, language())}


@blueprint.get("/simulations/<uuid:simulation_id>/export")
@requires(SIMULATE)
@blueprint.doc(responses=WORKBOOK)
def get_export(simulation_id: UUID) -> Response:
    """Take what a finished simulation found away, for a meeting."""
    uow = current_uow()
    job = service.get(uow, current_principal(), simulation_id)
    return send_document(export.document(uow, job, language()), XLSX, "simulation")


def _shown(job: JobRow) -> dict[str, Any]:
    asked = job.parameters
    return {
        "id": job.id,
        "rule_set_id": asked["rule_set"]["id"],
        "from": date.fromisoformat(asked["from"]),
        "until": datetime.fromisoformat(asked["until"]),
        "superseded_at": asked["superseded_at"] and datetime.fromisoformat(asked["superseded_at"]),
        "organisation_id": asked["organisation_id"],
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "created_at": job.created_at,
        "finished_at": job.finished_at,
        "findings": job.result,
    }
