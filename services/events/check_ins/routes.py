"""Check-ins by members themselves, over HTTP."""

from functools import wraps
from typing import Any, cast
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, current_app, request

from services.events.check_ins import corrections, listing, permissions
from services.events.check_ins.answers import json_of, of_phone
from services.events.check_ins.plain import read_plain_scan
from services.events.check_ins.present import show_row
from services.events.check_ins.refusals import REFUSALS
from services.events.check_ins.schemas import (
    WAYS,
    AnswerOut,
    CheckInOut,
    ClaimOut,
    CodeIn,
    ScanIn,
)
from services.events.check_ins.service import CheckIns, Scan
from services.events.codes import claims, rotating, static
from shared.auth import PUBLIC
from shared.web import (
    CursorIn,
    after_moment,
    current_clock,
    current_principal,
    current_suite,
    current_uow,
    page,
    page_of,
    requires,
)

blueprint = APIBlueprint("check_ins", __name__, url_prefix="/api/v1")


def door() -> CheckIns:
    """Return the process's one door; it holds the writer that groups concurrent check-ins."""
    return cast("CheckIns", current_app.extensions["door"])


@blueprint.input(ScanIn)
@blueprint.output(AnswerOut, status_code=201)
@blueprint.doc(responses={200: "Already here by an earlier scan (`already`)."})
def post_check_in(json_data: dict[str, Any]) -> Response:
    """Check in with what was scanned or typed.

    Send the same `client_ref` again after a lost answer: it is carried out once.
    """
    method = next(way for way in WAYS if way in json_data)
    return _check_in(
        Scan(
            method,
            json_data[method],
            json_data["client_ref"],
            json_data.get("device"),
            json_data.get("scanned_at"),
        )
    )


@blueprint.post("/check-ins")
@requires(permissions.CHECK_IN)
@wraps(post_check_in)
def post_plain_check_in() -> Response:
    # The schema's way of reading costs a tenth of the whole request; what every phone sends needs
    # none of it. Everything else goes that way, and is described and refused by the schema.
    scan = None
    if request.content_type == "application/json":
        scan = read_plain_scan(request.get_data())
    if scan is None:
        return post_check_in()  # type: ignore[call-arg] # APIFlask passes the body
    return _check_in(scan)


def _check_in(scan: Scan) -> Response:
    return of_phone(door().check_in(current_principal(), scan))


@blueprint.post("/code-claims")
@requires(PUBLIC)
@blueprint.input(CodeIn)
@blueprint.output(ClaimOut, status_code=201)
def post_code_claim(json_data: dict[str, Any]) -> dict[str, Any]:
    """Swap a fresh code for a claim that leaves two minutes to sign in."""
    key: bytes = current_suite().settings.code_key
    text, now = json_data["code"], current_clock().now()
    if static.read(key, text) is not None:
        # It waits for whoever signs in: a printed code is its own claim.
        return {"claim": text, "expires_in": claims.LIFETIME_SECONDS}
    code = rotating.read(key, text, now)
    if code is None or code.expired:
        raise REFUSALS["code_expired" if code else "code_invalid"].to_problem()
    return {
        "claim": claims.issue(key, code.short_id, now),
        "expires_in": claims.LIFETIME_SECONDS,
    }


@blueprint.get("/check-ins/<uuid:check_in_id>")
@requires(permissions.CHECK_IN)
@blueprint.output(CheckInOut)
def get_check_in(check_in_id: UUID) -> Response:
    """Read an own check-in, or one of an event one runs."""
    found = corrections.find(current_uow(), current_principal(), check_in_id)
    return json_of(show_row(found.check_in, found.session.event_title))


@blueprint.get("/me/check-ins")
@requires(permissions.CHECK_IN)
@blueprint.input(CursorIn, location="query")
@blueprint.output(page_of(CheckInOut))
def get_own_check_ins(query_data: dict[str, Any]) -> dict[str, Any]:
    """List the own check-ins, the latest first."""
    limit, after = query_data["limit"], after_moment(query_data["cursor"])
    rows = listing.own(current_uow(), current_principal().member_id, limit, after)
    return page(rows, limit, lambda row: [row.checked_in_at.isoformat(), row.id])
