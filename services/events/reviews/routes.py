"""Reviews, headcounts and positions over HTTP."""

from typing import Any
from uuid import UUID

import orjson
from apiflask import APIBlueprint
from flask import Response

from services.events.check_ins import corrections
from services.events.check_ins.corrections import Checked
from services.events.check_ins.flags import FLAGS
from services.events.check_ins.permissions import CHECK_IN
from services.events.check_ins.present import show_row
from services.events.check_ins.refusals import Refusal
from services.events.check_ins.schemas import CheckInOut
from services.events.reviews import permissions, service
from services.events.reviews.confirming import confirm
from services.events.reviews.models import HeadcountRow
from services.events.reviews.refusals import REFUSALS
from services.events.reviews.schemas import (
    ConfirmationsOut,
    ConfirmIn,
    HeadcountIn,
    HeadcountOut,
    PhonePositionIn,
    ReconciledOut,
    ReviewOut,
    ReviewsIn,
)
from shared.web import (
    CursorIn,
    after_moment,
    current_principal,
    current_uow,
    page,
    page_of,
    requires,
    transactional,
)
from shared.web.problems import language

blueprint = APIBlueprint("reviews", __name__, url_prefix="/api/v1")


@blueprint.get("/events/<uuid:event_id>/reviews")
@requires(permissions.REVIEWS_READ)
@blueprint.input(ReviewsIn, location="query")
@blueprint.output(page_of(ReviewOut))
def get_reviews(event_id: UUID, query_data: dict[str, Any]) -> dict[str, Any]:
    """List the check-ins that wait to be confirmed or are worth a look, with the reasons."""
    after = after_moment(query_data["cursor"])
    rows = service.reviews(current_uow(), current_principal(), event_id, query_data, after)
    for row in rows:
        row["reasons"] = [
            {"code": code, "text": FLAGS[code].text.in_language(language())}
            for code in sorted(row["reasons"])
        ]
    return page(
        rows, query_data["limit"], lambda row: [row["checked_in_at"].isoformat(), row["id"]]
    )


@blueprint.post("/events/<uuid:event_id>/reviews/confirm")
@requires(permissions.REVIEWS_CONFIRM)
@transactional
@blueprint.input(ConfirmIn)
@blueprint.output(ConfirmationsOut)
def post_confirmations(event_id: UUID, json_data: dict[str, Any]) -> dict[str, Any]:
    """Confirm several check-ins with one tap."""
    outcomes = confirm(current_uow(), current_principal(), event_id, json_data["check_in_ids"])
    return {
        "items": [
            {
                "check_in_id": check_in_id,
                "confirmed": refusal is None,
                "code": refusal and refusal.code,
                "detail": refusal and refusal.text.in_language(language()),
            }
            for check_in_id, refusal in outcomes.items()
        ]
    }


@blueprint.post("/check-ins/<uuid:check_in_id>/confirm")
@requires(permissions.REVIEWS_CONFIRM)
@transactional
@blueprint.output(CheckInOut)
def post_confirmation(check_in_id: UUID) -> Response:
    """Confirm a check-in that waits, or that was listed for review."""
    uow, principal = current_uow(), current_principal()
    found = corrections.find(uow, principal, check_in_id)
    if not found.runs:
        raise REFUSALS["check_in_unknown"].to_problem()
    refusal = confirm(uow, principal, found.session.event_id, [check_in_id])[check_in_id]
    if refusal is not None:
        raise refusal.to_problem()
    return _show(corrections.find(uow, principal, check_in_id))


@blueprint.post("/check-ins/<uuid:check_in_id>/position")
@requires(CHECK_IN)
@transactional
@blueprint.input(PhonePositionIn)
@blueprint.output(CheckInOut)
def post_position(check_in_id: UUID, json_data: dict[str, Any]) -> Response:
    """Tell where the phone is, where the event asks for it: only inside or outside is kept."""
    found = service.take_position(current_uow(), current_principal(), check_in_id, json_data)
    if isinstance(found, Refusal):
        raise found.to_problem()
    return _show(found)


@blueprint.post("/events/<uuid:event_id>/headcounts")
@requires(permissions.HEADCOUNTS_KEEP)
@transactional
@blueprint.input(HeadcountIn)
@blueprint.output(HeadcountOut, status_code=201)
def post_headcount(event_id: UUID, json_data: dict[str, Any]) -> HeadcountRow:
    """Keep how many people were counted just now; a wrong count is counted again."""
    return service.count_heads(current_uow(), current_principal(), event_id, json_data)


@blueprint.get("/events/<uuid:event_id>/headcounts")
@requires(permissions.HEADCOUNTS_KEEP)
@blueprint.input(CursorIn, location="query")
@blueprint.output(page_of(ReconciledOut))
def get_headcounts(event_id: UUID, query_data: dict[str, Any]) -> dict[str, Any]:
    """List what was counted, against the scans of the same moment."""
    after = after_moment(query_data["cursor"])
    rows = service.headcounts(current_uow(), current_principal(), event_id, query_data, after)
    return page(rows, query_data["limit"], lambda row: [row["counted_at"].isoformat(), row["id"]])


def _show(checked: Checked) -> Response:
    body = orjson.dumps(show_row(checked.check_in, checked.session.event_title))
    return Response(body, mimetype="application/json")
