"""Events over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from services.events.catalogue import copying, listing, making, permissions, roles, service
from services.events.catalogue.categories import CATEGORIES
from services.events.catalogue.models import EventRow
from services.events.catalogue.schemas import (
    CancelIn,
    CategoriesOut,
    CopyIn,
    EventIn,
    EventOut,
    EventPatch,
    EventsIn,
    RoleIn,
    SessionIn,
    SessionPatch,
)
from shared.web import (
    after_moment,
    check_if_match,
    current_principal,
    current_uow,
    etag,
    page,
    page_of,
    requires,
    transactional,
)
from shared.web.problems import language

blueprint = APIBlueprint("events", __name__, url_prefix="/api/v1")

Answer = tuple[EventRow, int, dict[str, str]]


def _answer(event: EventRow, status: int = 200) -> Answer:
    return event, status, etag(event.version)


@blueprint.get("/event-categories")
@requires(permissions.EVENTS_READ)
@blueprint.output(CategoriesOut)
def get_categories() -> dict[str, Any]:
    """List the categories of events."""
    return {
        "items": [
            {
                "code": category.code,
                "name": category.name.in_language(language()),
                "makers": sorted(category.makers),
                "roster": category.roster,
                "timed": category.timed,
                "teams": category.teams,
                "early": category.early,
                "late": category.late,
            }
            for category in CATEGORIES.values()
        ]
    }


@blueprint.get("/events")
@requires(permissions.EVENTS_READ)
@blueprint.input(EventsIn, location="query")
@blueprint.output(page_of(EventOut))
def get_events(query_data: dict[str, Any]) -> dict[str, Any]:
    """List the events one may attend or run, by start."""
    after = after_moment(query_data["cursor"])
    rows = listing.listing(current_uow(), current_principal(), query_data, after)
    return page(rows, query_data["limit"], lambda row: [row.starts_at.isoformat(), row.id])


@blueprint.post("/events")
@requires(permissions.EVENTS_CREATE)
@transactional
@blueprint.input(EventIn)
@blueprint.output(EventOut, status_code=201)
def post_event(json_data: dict[str, Any]) -> Answer:
    """Draft an event."""
    return _answer(making.create(current_uow(), current_principal(), json_data), 201)


@blueprint.post("/events/<uuid:event_id>/copy")
@requires(permissions.EVENTS_CREATE)
@transactional
@blueprint.input(CopyIn)
@blueprint.output(EventOut, status_code=201)
def post_copy(event_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Draft an event like another one, sessions and all, on another day."""
    starts_at, with_roles = json_data.pop("starts_at"), json_data.pop("roles")
    uow, principal = current_uow(), current_principal()
    event = copying.copy(
        uow, principal, event_id, starts_at, with_roles=with_roles, changes=json_data
    )
    return _answer(event, 201)


@blueprint.get("/events/<uuid:event_id>")
@requires(permissions.EVENTS_READ)
@blueprint.output(EventOut)
def get_event(event_id: UUID) -> Answer:
    """Read an event."""
    return _answer(service.get(current_uow(), current_principal(), event_id))


@blueprint.patch("/events/<uuid:event_id>")
@requires(permissions.EVENTS_RUN)
@transactional
@blueprint.input(EventPatch)
@blueprint.output(EventOut)
def patch_event(event_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Edit an event that is not over."""
    event = _to_edit(event_id)
    return _answer(service.change(current_uow(), current_principal(), event, json_data))


@blueprint.post("/events/<uuid:event_id>/sessions")
@requires(permissions.EVENTS_RUN)
@transactional
@blueprint.input(SessionIn)
@blueprint.output(EventOut, status_code=201)
def post_session(event_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Add a session to an event that is not over."""
    uow, principal = current_uow(), current_principal()
    return _answer(service.add_session(uow, principal, event_id, json_data), 201)


@blueprint.patch("/events/<uuid:event_id>/sessions/<uuid:session_id>")
@requires(permissions.EVENTS_RUN)
@transactional
@blueprint.input(SessionPatch)
@blueprint.output(EventOut)
def patch_session(event_id: UUID, session_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Change a session; If-Match is the event's."""
    event = _to_edit(event_id)
    return _answer(service.change_session(current_uow(), event, session_id, json_data))


@blueprint.delete("/events/<uuid:event_id>/sessions/<uuid:session_id>")
@requires(permissions.EVENTS_RUN)
@transactional
@blueprint.output(EventOut)
def delete_session(event_id: UUID, session_id: UUID) -> Answer:
    """Take a session out of a draft."""
    uow, principal = current_uow(), current_principal()
    return _answer(service.remove_session(uow, principal, event_id, session_id))


@blueprint.post("/events/<uuid:event_id>/publish")
@requires(permissions.EVENTS_RUN)
@transactional
@blueprint.output(EventOut)
def post_publish(event_id: UUID) -> Answer:
    """Show a draft to those it is for; check-in then opens by itself."""
    return _move(event_id, "published")


@blueprint.post("/events/<uuid:event_id>/open")
@requires(permissions.EVENTS_RUN)
@transactional
@blueprint.output(EventOut)
def post_open(event_id: UUID) -> Answer:
    """Let people in before the window."""
    return _move(event_id, "open")


@blueprint.post("/events/<uuid:event_id>/close")
@requires(permissions.EVENTS_RUN)
@transactional
@blueprint.output(EventOut)
def post_close(event_id: UUID) -> Answer:
    """End check-in for good."""
    return _move(event_id, "closed")


@blueprint.post("/events/<uuid:event_id>/cancel")
@requires(permissions.EVENTS_RUN)
@transactional
@blueprint.input(CancelIn)
@blueprint.output(EventOut)
def post_cancel(event_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Call an event off, with a reason."""
    return _move(event_id, "cancelled", json_data["reason"])


@blueprint.put("/events/<uuid:event_id>/roles")
@requires(permissions.EVENTS_RUN)
@transactional
@blueprint.input(RoleIn)
@blueprint.output(EventOut)
def put_role(event_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Name a lecturer, helper or organiser."""
    return _answer(roles.give(current_uow(), current_principal(), event_id, **json_data))


@blueprint.delete("/events/<uuid:event_id>/roles/<uuid:member_id>/<role>")
@requires(permissions.EVENTS_RUN)
@transactional
@blueprint.output(EventOut)
def delete_role(event_id: UUID, member_id: UUID, role: str) -> Answer:
    """Take a part in an event back."""
    uow, principal = current_uow(), current_principal()
    return _answer(roles.take(uow, principal, event_id, member_id, role))


def _move(event_id: UUID, state: str, reason: str | None = None) -> Answer:
    uow, principal = current_uow(), current_principal()
    return _answer(service.move(uow, principal, event_id, state, reason))


def _to_edit(event_id: UUID) -> EventRow:
    # Locked first: of two who edit the same version at once, the second is told.
    event = service.get_to_run(current_uow(), current_principal(), event_id, lock=True)
    check_if_match(event.version)
    return event
