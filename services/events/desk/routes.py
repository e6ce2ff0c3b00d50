"""The desk over HTTP."""

from typing import Any, Final
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response
from marshmallow import fields, validate

from services.events.catalogue import service as catalogue
from services.events.catalogue.models import SessionRow
from services.events.catalogue.permissions import EVENTS_RUN
from services.events.catalogue.snapshot import read_snapshots
from services.events.desk import record_book, searching, sheets
from services.events.desk.permissions import RECORD_BOOK
from shared.documents import FORMATS
from shared.errors import NotFound
from shared.text import Text
from shared.web import Schema, current_clock, current_principal, current_uow, requires
from shared.web.documents import send_document
from shared.web.problems import language

blueprint = APIBlueprint("desk", __name__, url_prefix="/api/v1")

_FILES: Final[dict[int | str, Any]] = {
    200: {
        "description": "The document, in the format asked for.",
        "content": {
            each.media_type: {"schema": {"type": "string", "format": "binary"}}
            for each in FORMATS.values()
        },
    }
}


class DeskIn(Schema):
    q = fields.String(
        required=True,
        validate=(validate.Length(1, 40), validate.Regexp(r"\s*\S"), validate.ContainsNoneOf("\0")),
        metadata={"description": "part of the name, first letters of its pinyin, or the number"},
    )
    session_id = fields.UUID(load_default=None)


class FoundOut(Schema):
    member_id = fields.UUID(required=True)
    member_no = fields.String(required=True)
    name = fields.String(required=True)
    organisation_name = fields.String(required=True, allow_none=True)
    expected = fields.Boolean(required=True)
    check_in_id = fields.UUID(required=True, allow_none=True)
    state = fields.String(required=True, allow_none=True)
    checked_in_at = fields.AwareDateTime(required=True, allow_none=True)


class DeskOut(Schema):
    session_id = fields.UUID(required=True)
    items = fields.List(fields.Nested(FoundOut), required=True)


class SheetIn(Schema):
    format = fields.String(load_default="pdf", validate=validate.OneOf(("pdf", "xlsx")))


class BookIn(Schema):
    organisation_id = fields.UUID(required=True)
    first = fields.Date(required=True)
    last = fields.Date(required=True)
    format = fields.String(load_default="xlsx", validate=validate.OneOf(tuple(FORMATS)))


@blueprint.get("/events/<uuid:event_id>/desk")
@requires(EVENTS_RUN)
@blueprint.input(DeskIn, location="query")
@blueprint.output(DeskOut)
def get_desk(event_id: UUID, query_data: dict[str, Any]) -> dict[str, Any]:
    """Find whom to tick, and whether they are in already."""
    uow = current_uow()
    event = catalogue.get_to_run(uow, current_principal(), event_id)
    wanted = query_data["session_id"]
    sessions = [
        session
        for session in read_snapshots(uow, SessionRow.event_id == event_id)
        if wanted is None or session.session_id == wanted
    ]
    if not sessions:
        raise NotFound(
            "session_unknown",
            Text("没有这个场次，请刷新后重选。", "The event has no such session; choose again."),
        )
    session = catalogue.nearest(sessions, current_clock().now())
    found = searching.search(uow, event, session.session_id, query_data["q"].strip())
    return {"session_id": session.session_id, "items": [searching.shown(each) for each in found]}


@blueprint.get("/events/<uuid:event_id>/sign-in-sheet")
@requires(EVENTS_RUN)
@blueprint.input(SheetIn, location="query")
@blueprint.doc(responses=_FILES)
def get_sheet(event_id: UUID, query_data: dict[str, Any]) -> Response:
    """Take along a sheet for signing by hand."""
    uow = current_uow()
    event = catalogue.get_to_run(uow, current_principal(), event_id)
    document = sheets.build(uow, event, language())
    return send_document(document, FORMATS[query_data["format"]], "sign-in-sheet")


@blueprint.get("/record-book")
@requires(RECORD_BOOK)
@blueprint.input(BookIn, location="query")
@blueprint.doc(responses=_FILES)
def get_record_book(query_data: dict[str, Any]) -> Response:
    """Take away an organisation's record book: its events, and who was at them."""
    span = query_data["first"], query_data["last"]
    document = record_book.build(
        current_uow(), current_principal(), query_data["organisation_id"], span, language()
    )
    return send_document(document, FORMATS[query_data["format"]], "record-book")
