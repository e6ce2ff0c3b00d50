"""Who is expected, and leave, over HTTP."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response

from services.events.catalogue import service as catalogue
from services.events.catalogue.models import EventRow
from services.events.catalogue.permissions import EVENTS_READ, EVENTS_RUN
from services.events.expected import counting, leaves, naming
from services.events.expected.counting import Counts
from services.events.expected.models import LeaveRow
from services.events.expected.schemas import (
    CountsOut,
    DecisionIn,
    ExpectedIn,
    ExpectedOut,
    LeaveIn,
    LeaveOut,
    LeavesIn,
    ListedLeaveOut,
    NamedIn,
)
from shared.web import (
    after_moment,
    check_if_match,
    current_principal,
    current_uow,
    etag,
    page,
    page_of,
    read_cursor,
    requires,
    transactional,
)

blueprint = APIBlueprint("expected", __name__, url_prefix="/api/v1")

_STANDS = {200: "Leave stands already; this is it."}
_NEVER_ASKED = {204: "One never asked for leave."}


@blueprint.get("/events/<uuid:event_id>/expected")
@requires(EVENTS_RUN)
@blueprint.input(ExpectedIn, location="query")
@blueprint.output(ExpectedOut)
def get_expected(
    event_id: UUID, query_data: dict[str, Any]
) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Count and list who is expected, and whether they came."""
    uow, limit = current_uow(), query_data["limit"]
    event = catalogue.get_to_run(uow, current_principal(), event_id)
    after = read_cursor(query_data["cursor"], str, UUID)
    rows = counting.listing(uow, event, query_data["state"], limit, after)
    listed = page(rows, limit, lambda row: [row["number"], row["member_id"]])
    counts = asdict(counting.count(uow, event))
    return counts | listed, 200, etag(naming.version_of(uow, event_id))


@blueprint.put("/events/<uuid:event_id>/expected")
@requires(EVENTS_RUN)
@transactional
@blueprint.input(NamedIn)
@blueprint.output(CountsOut)
def put_expected(event_id: UUID, json_data: dict[str, Any]) -> tuple[Counts, int, dict[str, str]]:
    """Name all who are expected; If-Match is "0" where nobody ever did."""
    event = _to_name(event_id)
    naming.name(current_uow(), current_principal(), event, json_data["members"])
    return _counted(event)


@blueprint.delete("/events/<uuid:event_id>/expected")
@requires(EVENTS_RUN)
@transactional
@blueprint.output(CountsOut)
def delete_expected(event_id: UUID) -> tuple[Counts, int, dict[str, str]]:
    """Go back to whom the event's category, or its registration, says to expect."""
    event = _to_name(event_id)
    naming.unname(current_uow(), event)
    return _counted(event)


@blueprint.get("/events/<uuid:event_id>/leave")
@requires(EVENTS_READ)
@blueprint.output(LeaveOut)
@blueprint.doc(responses=_NEVER_ASKED)
def get_leave(event_id: UUID) -> LeaveRow | Response:
    """Read the own leave."""
    leave = leaves.own(current_uow(), current_principal(), event_id)
    # Nothing is wrong with never having asked, and every page of an event looks.
    return leave or Response(status=204)


@blueprint.post("/events/<uuid:event_id>/leave")
@requires(EVENTS_READ)
@transactional
@blueprint.input(LeaveIn)
@blueprint.output(LeaveOut, status_code=201)
@blueprint.doc(responses=_STANDS)
def post_leave(event_id: UUID, json_data: dict[str, Any]) -> tuple[LeaveRow, int]:
    """Ask for leave, with a reason."""
    uow, principal = current_uow(), current_principal()
    return _made(leaves.ask(uow, principal, event_id, json_data["reason"]))


@blueprint.delete("/events/<uuid:event_id>/leave")
@requires(EVENTS_READ)
@transactional
@blueprint.output(LeaveOut)
def delete_leave(event_id: UUID) -> LeaveRow:
    """Take the own leave back."""
    return leaves.withdraw(current_uow(), current_principal(), event_id)


@blueprint.get("/events/<uuid:event_id>/leaves")
@requires(EVENTS_RUN)
@blueprint.input(LeavesIn, location="query")
@blueprint.output(page_of(ListedLeaveOut))
def get_leaves(event_id: UUID, query_data: dict[str, Any]) -> dict[str, Any]:
    """List an event's leaves in order of asking."""
    after = after_moment(query_data["cursor"])
    rows = leaves.listing(current_uow(), current_principal(), event_id, query_data, after)
    return page(
        rows, query_data["limit"], lambda row: [row["asked_at"].isoformat(), row["member_id"]]
    )


@blueprint.post("/events/<uuid:event_id>/leaves/<uuid:member_id>")
@requires(EVENTS_RUN)
@transactional
@blueprint.input(LeaveIn)
@blueprint.output(LeaveOut, status_code=201)
@blueprint.doc(responses=_STANDS)
def post_entered_leave(
    event_id: UUID, member_id: UUID, json_data: dict[str, Any]
) -> tuple[LeaveRow, int]:
    """Give somebody leave who told it otherwise."""
    uow, principal = current_uow(), current_principal()
    return _made(leaves.enter(uow, principal, event_id, member_id, json_data["reason"]))


@blueprint.post("/events/<uuid:event_id>/leaves/<uuid:member_id>/decide")
@requires(EVENTS_RUN)
@transactional
@blueprint.input(DecisionIn)
@blueprint.output(LeaveOut)
def post_decision(event_id: UUID, member_id: UUID, json_data: dict[str, Any]) -> LeaveRow:
    """Approve leave, or decline it with a reason."""
    return leaves.decide(current_uow(), current_principal(), event_id, member_id, json_data)


def _to_name(event_id: UUID) -> EventRow:
    uow = current_uow()
    event = catalogue.get_to_run(uow, current_principal(), event_id, lock=True)
    check_if_match(naming.version_of(uow, event_id))
    return event


def _counted(event: EventRow) -> tuple[Counts, int, dict[str, str]]:
    uow = current_uow()
    return counting.count(uow, event), 200, etag(naming.version_of(uow, event.id))


def _made(found: tuple[LeaveRow, bool]) -> tuple[LeaveRow, int]:
    row, new = found
    return row, 201 if new else 200
