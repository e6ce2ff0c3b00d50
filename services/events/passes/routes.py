"""Passes over HTTP."""

from io import BytesIO
from typing import Any, Final

from apiflask import APIBlueprint
from flask import Response, send_file

from services.events.passes import permissions, service
from services.events.passes.cards import Card, write_cards
from services.events.passes.schemas import CardsIn, PassOut
from shared.documents import PDF
from shared.qr import qr_svg
from shared.text import Text
from shared.web import current_principal, current_suite, current_uow, requires, transactional
from shared.web.problems import language

blueprint = APIBlueprint("passes", __name__, url_prefix="/api/v1")

_NEVER_KEPT: Final = {"Cache-Control": "no-store"}
_SHEET: Final[dict[int | str, Any]] = {
    200: {
        "description": "A4 pages of ten cards, to print and cut.",
        "content": {PDF.media_type: {"schema": {"type": "string", "format": "binary"}}},
    }
}
_TITLE: Final = Text("{}党员码", "Passes of {}")


def _own() -> tuple[dict[str, Any], int, dict[str, str]]:
    key: bytes = current_suite().settings.code_key
    text, member = service.own_pass(current_uow(), key, current_principal().member_id)
    shown = {
        "pass_": text,
        "svg": qr_svg(text),
        "name": member.name,
        "member_no": member.member_no,
    }
    return shown, 200, _NEVER_KEPT


@blueprint.get("/me/pass")
@requires(permissions.OWN_PASS)
@blueprint.output(PassOut)
def get_my_pass() -> tuple[dict[str, Any], int, dict[str, str]]:
    """Read the own pass, for staff to scan; a printed card holds the same."""
    return _own()


@blueprint.post("/me/pass/renew")
@requires(permissions.OWN_PASS)
@transactional
@blueprint.output(PassOut)
def post_renewal() -> tuple[dict[str, Any], int, dict[str, str]]:
    """Take a new pass; all earlier ones, printed cards too, are void at once."""
    service.renew(current_uow(), current_principal().member_id)
    return _own()


@blueprint.get("/pass-cards")
@requires(permissions.PASS_CARDS)
@blueprint.input(CardsIn, location="query")
@blueprint.doc(responses=_SHEET)
def get_pass_cards(query_data: dict[str, Any]) -> Response:
    """Print the passes of an organisation's members as cards."""
    key: bytes = current_suite().settings.code_key
    organisation, found = service.cards(
        current_uow(), current_principal(), key, query_data["organisation_id"]
    )
    cards = [Card(m.name, m.member_no, branch, text) for m, branch, text in found]
    file, title = BytesIO(), _TITLE.in_language(language()).format(organisation.name)
    write_cards(title, cards, language(), file)
    file.seek(0)
    return send_file(
        file, mimetype=PDF.media_type, as_attachment=True, download_name="pass-cards.pdf"
    )
