"""Printed codes over HTTP."""

from io import BytesIO
from typing import Any, Final
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, send_file
from marshmallow import fields

from services.events.catalogue.models import EventRow, SessionRow
from services.events.catalogue.permissions import EVENTS_RUN
from services.events.catalogue.schemas import Moment
from services.events.codes import static
from services.events.static_codes import service
from services.events.static_codes.poster import Poster, write_poster
from shared.documents import PDF
from shared.qr import qr_svg
from shared.web import (
    Schema,
    current_principal,
    current_suite,
    current_uow,
    requires,
    transactional,
)
from shared.web.problems import language

blueprint = APIBlueprint("static_codes", __name__, url_prefix="/api/v1")

_PATH: Final = "/events/<uuid:event_id>/sessions/<uuid:session_id>/static-code"
_PAGE: Final[dict[int | str, Any]] = {
    200: {
        "description": "A page of A4 to print and hang up.",
        "content": {PDF.media_type: {"schema": {"type": "string", "format": "binary"}}},
    }
}


class StaticCodeOut(Schema):
    """A session's printed code; it admits from `starts_at` to `ends_at` and at no other time."""

    session_id = fields.UUID(required=True)
    title = fields.String(required=True)
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    code = fields.String(required=True)
    url = fields.String(required=True)
    svg = fields.String(required=True)


@blueprint.put(_PATH)
@requires(EVENTS_RUN)
@transactional
@blueprint.output(StaticCodeOut)
def put_static_code(event_id: UUID, session_id: UUID) -> dict[str, Any]:
    """Let a session be attended by a printed code, where nobody attends the door."""
    event, session = service.switch_on(current_uow(), current_principal(), event_id, session_id)
    return _shown(event, session)


@blueprint.get(_PATH)
@requires(EVENTS_RUN)
@blueprint.output(StaticCodeOut)
def get_static_code(event_id: UUID, session_id: UUID) -> dict[str, Any]:
    """Read the printed code that is on."""
    event, session = service.find(current_uow(), current_principal(), event_id, session_id)
    return _shown(event, session)


@blueprint.get(f"{_PATH}/poster")
@requires(EVENTS_RUN)
@blueprint.doc(responses=_PAGE)
def get_poster(event_id: UUID, session_id: UUID) -> Response:
    """Print the code that is on, with what it is for and how it is used."""
    event, session = service.find(current_uow(), current_principal(), event_id, session_id)
    poster = Poster(
        title=event.title,
        session_title=session.title,
        place=event.place,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        url=_url(_code(session)),
    )
    file = BytesIO()
    write_poster(poster, language(), file)
    file.seek(0)
    return send_file(file, mimetype=PDF.media_type, as_attachment=True, download_name="poster.pdf")


@blueprint.delete(_PATH)
@requires(EVENTS_RUN)
@transactional
@blueprint.output({}, status_code=204)
def delete_static_code(event_id: UUID, session_id: UUID) -> tuple[str, int]:
    """Make the printed code worthless; the next one that is switched on is another."""
    service.switch_off(current_uow(), current_principal(), event_id, session_id)
    return "", 204


def _shown(event: EventRow, session: SessionRow) -> dict[str, Any]:
    code = _code(session)
    return {
        "session_id": session.id,
        "title": event.title,
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "code": code,
        "url": _url(code),
        "svg": qr_svg(_url(code)),
    }


def _code(session: SessionRow) -> str:
    key: bytes = current_suite().settings.code_key
    return static.issue(key, session.short_id, session.static_version or 0)


def _url(code: str) -> str:
    return f"{current_suite().settings.public_url}/c/{code}"
