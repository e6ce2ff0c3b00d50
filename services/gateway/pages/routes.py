"""The addresses of the composed pages."""

from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask import current_app, render_template, request
from marshmallow import fields

from services.gateway.identity.me import describe
from services.gateway.identity.permissions import SELF
from services.gateway.identity.schemas import MeOut
from services.gateway.pages import home
from services.gateway.pages.api_document import ApiDocument, operations
from services.gateway.pages.upstreams import current_upstreams
from shared.auth import PUBLIC
from shared.web import Schema, current_clock, current_principal, current_uow, requires

API_DOCUMENT = "api_document"

blueprint = APIBlueprint("pages", __name__, url_prefix="/api", template_folder="templates")


class HomeOut(Schema):
    me = fields.Nested(MeOut, required=True)
    events = fields.Raw(
        required=True,
        allow_none=True,
        metadata={"description": "today's events, as `GET /events` answers"},
    )
    points = fields.Raw(
        required=True,
        allow_none=True,
        metadata={"description": "as `GET /me/points` answers"},
    )
    missing = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "the parts whose service is away; ask again for them"},
    )


@blueprint.get("/v1/me/home")
@requires(SELF)
@blueprint.output(HomeOut)
def get_home() -> dict[str, Any]:
    """The member's first page in one answer: the own person, today's events, the points."""
    me = describe(current_uow(), current_principal())
    # The connection serves others while the services are asked.
    current_uow().rollback()
    return {
        "me": me,
        **home.compose(current_upstreams(), dict(request.headers), current_clock().now()),
    }


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
