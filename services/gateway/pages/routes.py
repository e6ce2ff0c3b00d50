"""The addresses of the composed pages."""

from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask import current_app, render_template, request
from marshmallow import fields

from services.gateway.identity import own, ways
from services.gateway.identity.me import describe
from services.gateway.identity.permissions import SELF
from services.gateway.identity.schemas import MeOut, SignInOut, WaysOut
from services.gateway.identity.tools import current_tools
from services.gateway.notices import inbox
from services.gateway.notices.schemas import NoticeOut
from services.gateway.pages import export, home
from services.gateway.pages.api_document import ApiDocument, operations
from services.gateway.pages.upstreams import current_upstreams
from shared.auth import PUBLIC
from shared.clock import SHANGHAI
from shared.web import Schema, current_clock, current_principal, current_uow, requires
from shared.web.problems import language

API_DOCUMENT = "api_document"

blueprint = APIBlueprint("pages", __name__, url_prefix="/api", template_folder="templates")


def _part(description: str) -> fields.Raw:
    return fields.Raw(required=True, allow_none=True, metadata={"description": description})


def _list(description: str) -> fields.Field[list[Any]]:
    return fields.List(fields.Raw(), required=True, metadata={"description": description})


class HomeOut(Schema):
    me = fields.Nested(MeOut, required=True)
    unread = fields.Integer(required=True, metadata={"description": "notices not read yet"})
    events = _part("today's events and the next ones, as `GET /events` answers")
    registrations = _part("as `GET /me/registrations` answers")
    points = _part("as `GET /me/points` answers")
    last = _part("the newest entry, as `GET /me/ledger` answers")
    returned = _part("own claims that wait for an answer, as `GET /claims` answers")
    missing = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "the parts whose service is away; ask again for them"},
    )


class ExportOut(Schema):
    made_at = fields.AwareDateTime(required=True)
    me = fields.Nested(MeOut, required=True)
    sign_in = fields.Nested(WaysOut, required=True)
    sessions = fields.List(fields.Nested(SignInOut), required=True)
    notices = fields.List(fields.Nested(NoticeOut), required=True)
    check_ins = _list("as `GET /me/check-ins` answers")
    registrations = _list("as `GET /me/registrations` answers")
    study_hours = fields.Raw(required=True)
    calendar_feeds = _list("as `GET /me/calendar-feeds` answers")
    points = fields.Raw(required=True)
    ledger = _list("as `GET /me/ledger` answers")
    statements = _list("as `GET /me/statements` answers")
    claims = _list("as `GET /claims?queue=own` answers")
    appeals = _list("as `GET /appeals` answers")
    preferences = fields.Raw(required=True)


@blueprint.get("/v1/me/home")
@requires(SELF)
@blueprint.output(HomeOut)
def get_home() -> dict[str, Any]:
    """The member's first page in one answer: the person, what is on and next, points, the inbox."""
    uow, principal = current_uow(), current_principal()
    here = {"me": describe(uow, principal), "unread": inbox.unread(uow, principal.member_id)}
    # The connection serves others while the services are asked.
    uow.rollback()
    parts, missing = home.compose(current_upstreams(), dict(request.headers), current_clock().now())
    return {**here, **parts, "missing": missing}


@blueprint.get("/v1/me/export")
@requires(SELF)
@blueprint.output(ExportOut)
def get_export() -> tuple[dict[str, Any], int, dict[str, str]]:
    """Take along all that is kept about oneself; 503 rather than a part of it."""
    uow, principal, now = current_uow(), current_principal(), current_clock().now()
    kept = {
        "made_at": now,
        "me": describe(uow, principal),
        "sign_in": ways.of(uow, principal.member_id),
        "sessions": own.own_sessions(uow, current_tools(), principal),
        "notices": [inbox.shown(row, language()) for row in inbox.every(uow, principal.member_id)],
    }
    uow.rollback()
    parts = export.compose(current_upstreams(), dict(request.headers), principal.member_id)
    headers = {
        "Content-Disposition": f'attachment; filename="my-data-{now.astimezone(SHANGHAI):%Y-%m-%d}.json"',
        "Cache-Control": "no-store",
    }
    return {**kept, **parts}, 200, headers


@blueprint.get("/v1/openapi.json")
@blueprint.doc(hide=True)
@requires(PUBLIC)
def get_document() -> dict[str, Any]:
    """The OpenAPI document of the whole suite."""
    return _document()


@blueprint.get("/docs")
@blueprint.doc(hide=True)
@requires(PUBLIC)
def get_docs() -> str:
    """The same for people."""
    document = _document()
    return render_template(
        "api_docs.html",
        document=document,
        operations=list(operations(document)),
        schemas=document["components"]["schemas"],
    )


def _document() -> dict[str, Any]:
    app: APIFlask = current_app  # type: ignore[assignment] # the proxy of the one application
    merged: ApiDocument = app.extensions[API_DOCUMENT]
    return merged.merged(dict(app.spec))  # type: ignore[arg-type] # never a YAML text here
