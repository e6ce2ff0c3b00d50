"""Check-ins over HTTP."""

from functools import wraps
from typing import Any, cast
from uuid import UUID

import orjson
from apiflask import APIBlueprint
from flask import Response, current_app, request

from services.events.catalogue import service as catalogue
from services.events.catalogue.models import SessionRow
from services.events.catalogue.snapshot import read_snapshots
from services.events.check_ins import corrections, permissions
from services.events.check_ins.plain import read_plain_scan
from services.events.check_ins.present import show_answer, show_row
from services.events.check_ins.refusals import REFUSALS, Refusal
from services.events.check_ins.schemas import (
    WAYS,
    AnnulIn,
    AnswerOut,
    CheckInOut,
    ClaimOut,
    CodeIn,
    ScanIn,
    TickIn,
)
from services.events.check_ins.service import Answer, CheckIns, Scan
from services.events.codes import claims, rotating
from services.events.roster_copy.models import MemberCopy
from shared.auth import PUBLIC
from shared.errors import NotFound, Unprocessable
from shared.text import Text
from shared.web import (
    current_clock,
    current_principal,
    current_suite,
    current_uow,
    requires,
    transactional,
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
    return _respond(door().check_in(current_principal(), scan))


@blueprint.post("/code-claims")
@requires(PUBLIC)
@blueprint.input(CodeIn)
@blueprint.output(ClaimOut, status_code=201)
def post_code_claim(json_data: dict[str, Any]) -> dict[str, Any]:
    """Swap a fresh code for a claim that leaves two minutes to sign in."""
    key: bytes = current_suite().settings.code_key
    now = current_clock().now()
    code = rotating.read(key, json_data["code"], now)
    if code is None or code.expired:
        raise REFUSALS["code_expired" if code else "code_invalid"].to_problem()
    return {
        "claim": claims.issue(key, code.short_id, now),
        "expires_in": claims.LIFETIME_SECONDS,
    }


@blueprint.post("/events/<uuid:event_id>/check-ins")
@requires(permissions.CHECK_INS_HANDLE)
@blueprint.input(TickIn)
@blueprint.output(AnswerOut, status_code=201)
@blueprint.doc(responses={200: "Already here by an earlier scan (`already`)."})
def post_tick(event_id: UUID, json_data: dict[str, Any]) -> Response:
    """Tick a member's name at the desk, with a reason: equal to a scan in every way."""
    uow, principal = current_uow(), current_principal()
    catalogue.get_to_run(uow, principal, event_id)
    member_id = json_data["member_id"]
    if uow.session.get(MemberCopy, member_id) is None:
        raise Unprocessable(
            "member_unknown",
            Text(
                zh="名册中没有这位党员，请先在名册中登记。",
                en="The roster has no such member; enter the member there first.",
            ),
        )
    wanted = json_data["session_id"]
    condition = (SessionRow.event_id == event_id) & (
        SessionRow.id == wanted if wanted else SessionRow.event_id == event_id
    )
    sessions = read_snapshots(uow, condition)
    if not sessions:
        raise NotFound(
            "session_unknown",
            Text(
                zh="没有这个场次，请刷新后重选。", en="The event has no such session; choose again."
            ),
        )
    session = catalogue.nearest(sessions, current_clock().now())
    role = json_data["role"] or session.roles.get(member_id, "participant")
    reason = json_data["reason"]
    return _respond(door().tick(session, member_id, role, reason, principal.member_id))


@blueprint.get("/check-ins/<uuid:check_in_id>")
@requires(permissions.CHECK_IN)
@blueprint.output(CheckInOut)
def get_check_in(check_in_id: UUID) -> Response:
    """Read an own check-in, or one of an event one runs."""
    found = corrections.find(current_uow(), current_principal(), check_in_id)
    return _json(show_row(found.check_in, found.session.event_title))


@blueprint.post("/check-ins/<uuid:check_in_id>/check-out")
@requires(permissions.CHECK_IN)
@transactional
@blueprint.output(CheckInOut)
def post_check_out(check_in_id: UUID) -> Response:
    """Leave: the length of the stay is counted up to now."""
    found = corrections.check_out(current_uow(), current_principal(), check_in_id)
    return _json(show_row(found.check_in, found.session.event_title))


@blueprint.post("/check-ins/<uuid:check_in_id>/annul")
@requires(permissions.CHECK_INS_HANDLE)
@transactional
@blueprint.input(AnnulIn)
@blueprint.output(CheckInOut)
def post_annul(check_in_id: UUID, json_data: dict[str, Any]) -> Response:
    """Take a check-in back, with a reason."""
    uow, principal = current_uow(), current_principal()
    found = corrections.annul(uow, principal, check_in_id, json_data["reason"])
    return _json(show_row(found.check_in, found.session.event_title))


def _respond(answer: Answer | Refusal) -> Response:
    if isinstance(answer, Refusal):
        raise answer.to_problem()
    return _json(show_answer(answer), 200 if answer.already else 201)


def _json(body: dict[str, Any], status: int = 200) -> Response:
    """Return a finished answer; the schema, which documents it, would take it apart again."""
    return Response(orjson.dumps(body), status, mimetype="application/json")
