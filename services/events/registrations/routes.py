"""Registration over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from services.events.catalogue import service as catalogue
from services.events.catalogue.permissions import EVENTS_READ, EVENTS_RUN
from services.events.registrations import listing, service, settings
from services.events.registrations.models import RegistrationRow
from services.events.registrations.schemas import (
    ListedRegistrationOut,
    ListIn,
    OverviewOut,
    OwnRegistrationOut,
    ReasonIn,
    RegistrationOut,
    SettingsIn,
)
from shared.web import (
    CursorIn,
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

blueprint = APIBlueprint("registrations", __name__, url_prefix="/api/v1")

_STANDS = {200: "Registered already; this is the registration that stands."}


@blueprint.get("/events/<uuid:event_id>/registration")
@requires(EVENTS_READ)
@blueprint.output(OverviewOut)
def get_registration(event_id: UUID) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Read whether an event asks for registration, the seats left, and the own registration."""
    catalogue.get(current_uow(), current_principal(), event_id)
    return _overview(settings.overview(current_uow(), event_id))


@blueprint.put("/events/<uuid:event_id>/registration")
@requires(EVENTS_RUN)
@transactional
@blueprint.input(SettingsIn)
@blueprint.output(OverviewOut)
def put_registration(
    event_id: UUID, json_data: dict[str, Any]
) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Ask for registration, or change on which terms; If-Match is "0" where there was none."""
    uow = current_uow()
    event = catalogue.get_to_run(uow, current_principal(), event_id, lock=True)
    check_if_match(event.registration.version if event.registration else 0)
    return _overview(settings.set_up(uow, event, json_data))


@blueprint.delete("/events/<uuid:event_id>/registration")
@requires(EVENTS_RUN)
@transactional
@blueprint.output({}, status_code=204)
def delete_registration(event_id: UUID) -> str:
    """Ask for no registration after all, as long as nobody has registered."""
    settings.take_down(current_uow(), current_principal(), event_id)
    return ""


@blueprint.get("/me/registrations")
@requires(EVENTS_READ)
@blueprint.input(CursorIn, location="query")
@blueprint.output(page_of(OwnRegistrationOut))
def get_own_registrations(query_data: dict[str, Any]) -> dict[str, Any]:
    """List the own registrations, the latest first."""
    limit, after = query_data["limit"], after_moment(query_data["cursor"])
    rows = listing.own(current_uow(), current_principal().member_id, limit, after)
    return page(rows, limit, _cursor)


@blueprint.get("/events/<uuid:event_id>/registrations")
@requires(EVENTS_RUN)
@blueprint.input(ListIn, location="query")
@blueprint.output(page_of(ListedRegistrationOut))
def get_registrations(event_id: UUID, query_data: dict[str, Any]) -> dict[str, Any]:
    """List an event's registrations in order of asking."""
    after = after_moment(query_data["cursor"])
    rows = listing.of_event(current_uow(), current_principal(), event_id, query_data, after)
    return page(rows, query_data["limit"], _cursor)


@blueprint.post("/events/<uuid:event_id>/registrations")
@requires(EVENTS_READ)
@transactional
@blueprint.output(RegistrationOut, status_code=201)
@blueprint.doc(responses=_STANDS)
def post_registration(event_id: UUID) -> tuple[dict[str, Any], int]:
    """Register: a seat, or the last place on the waiting list."""
    return _made(service.register(current_uow(), current_principal(), event_id))


@blueprint.delete("/events/<uuid:event_id>/registrations")
@requires(EVENTS_READ)
@transactional
@blueprint.output(RegistrationOut)
def delete_own_registration(event_id: UUID) -> dict[str, Any]:
    """Cancel the own seat, leave the waiting list, or decline the seat that is offered."""
    uow = current_uow()
    return listing.show(uow, service.give_up(uow, current_principal(), event_id))


@blueprint.post("/events/<uuid:event_id>/registrations/accept")
@requires(EVENTS_READ)
@transactional
@blueprint.output(RegistrationOut)
def post_accept(event_id: UUID) -> dict[str, Any]:
    """Take the seat that is offered."""
    uow = current_uow()
    return listing.show(uow, service.accept(uow, current_principal(), event_id))


@blueprint.post("/events/<uuid:event_id>/registrations/<uuid:member_id>")
@requires(EVENTS_RUN)
@transactional
@blueprint.input(ReasonIn)
@blueprint.output(RegistrationOut, status_code=201)
@blueprint.doc(responses=_STANDS)
def post_entry(
    event_id: UUID, member_id: UUID, json_data: dict[str, Any]
) -> tuple[dict[str, Any], int]:
    """Register somebody else, with a reason, on the same terms but for the times."""
    uow, principal = current_uow(), current_principal()
    return _made(service.enter(uow, principal, event_id, member_id, json_data["reason"]))


@blueprint.post("/events/<uuid:event_id>/registrations/<uuid:member_id>/cancel")
@requires(EVENTS_RUN)
@transactional
@blueprint.input(ReasonIn)
@blueprint.output(RegistrationOut)
def post_removal(event_id: UUID, member_id: UUID, json_data: dict[str, Any]) -> dict[str, Any]:
    """End somebody's registration, with a reason."""
    uow, principal = current_uow(), current_principal()
    row = service.remove(uow, principal, event_id, member_id, json_data["reason"])
    return listing.show(uow, row)


def _made(found: tuple[RegistrationRow, bool]) -> tuple[dict[str, Any], int]:
    row, new = found
    return listing.show(current_uow(), row), 201 if new else 200


def _overview(found: settings.Overview) -> tuple[dict[str, Any], int, dict[str, str]]:
    event_id = found.settings.event_id if found.settings else None
    own = None
    if event_id is not None:
        own = listing.own_of(current_uow(), event_id, current_principal().member_id)
    shown = {
        "settings": found.settings,
        "seated": found.seated,
        "seats_left": found.seats_left,
        "waiting": found.waiting,
        "own": own,
    }
    return shown, 200, etag(found.version)


def _cursor(row: dict[str, Any]) -> list[object]:
    return [row["asked_at"].isoformat(), row["id"]]
