"""The addresses of one's own sign-in: sessions, password, second factor."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from services.gateway.identity import own, second_factor
from services.gateway.identity.permissions import SELF
from services.gateway.identity.schemas import NewPasswordIn, OfferOut, SessionsPage, TotpIn
from services.gateway.identity.tools import current_tools
from shared.web import (
    current_principal,
    current_redis,
    current_uow,
    requires,
    transactional,
    transactional_secretly,
)

blueprint = APIBlueprint("own_sign_in", __name__, url_prefix="/api/v1/me", tag="identity")


@blueprint.get("/sessions")
@requires(SELF)
@blueprint.output(SessionsPage)
def get_sessions() -> dict[str, Any]:
    """List where one is signed in, the newest first."""
    items = own.own_sessions(current_uow(), current_tools(), current_principal())
    return {"items": items, "next_cursor": None}


@blueprint.delete("/sessions/<uuid:session_id>")
@requires(SELF)
@transactional
@blueprint.output({}, status_code=204)
def delete_session(session_id: UUID) -> str:
    """End one of one's sessions."""
    own.end_own(current_uow(), current_tools(), current_principal(), session_id)
    return ""


@blueprint.post("/password")
@requires(SELF)
@transactional_secretly
@blueprint.input(NewPasswordIn)
@blueprint.output({}, status_code=204)
def post_password(json_data: dict[str, str]) -> str:
    """Choose another password; all other sessions end."""
    own.change_password(
        current_uow(),
        current_redis(),
        current_tools(),
        current_principal(),
        json_data["password"],
        json_data["new_password"],
    )
    return ""


@blueprint.post("/second-factor")
@requires(SELF)
@transactional_secretly
@blueprint.output(OfferOut)
def post_second_factor() -> second_factor.Offer:
    """Begin to replace one's authenticator: the new one's secret."""
    return second_factor.begin_anew(current_uow(), current_tools(), current_principal())


@blueprint.post("/second-factor/confirm")
@requires(SELF)
@transactional_secretly
@blueprint.input(TotpIn)
@blueprint.output({}, status_code=204)
def post_second_factor_confirm(json_data: dict[str, str]) -> str:
    """Send a code of the new authenticator: it replaces the old one, and other sessions end."""
    second_factor.finish_anew(
        current_uow(), current_redis(), current_tools(), current_principal(), json_data["totp"]
    )
    return ""
