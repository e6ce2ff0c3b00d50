"""Claims over HTTP."""

from datetime import date
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from services.points.claims import permissions, reading, review, service
from services.points.claims.schemas import (
    ClaimIn,
    ClaimOut,
    ClaimsQuery,
    ClaimSummary,
    KindsOut,
    ReviewIn,
    ReviewsIn,
    ReviewsOut,
)
from shared.web import (
    check_if_match,
    check_if_match_where_sent,
    current_principal,
    current_uow,
    etag,
    page,
    page_of,
    read_cursor,
    requires,
    transactional,
)
from shared.web.problems import language

blueprint = APIBlueprint("claims", __name__, url_prefix="/api/v1/claims")

Answer = tuple[dict[str, Any], int, dict[str, str]]


@blueprint.get("/kinds")
@requires(permissions.CLAIMS)
@blueprint.output(KindsOut)
def get_kinds() -> dict[str, Any]:
    """List what may be claimed, with the rule in force and what is left of it this year."""
    kinds = reading.kinds(current_uow(), current_principal())
    return {
        "items": [
            {
                **shown,
                "code": shown["kind"].code,
                "name": shown["kind"].name.in_language(language()),
                "hint": shown["kind"].hint.in_language(language()),
                "levels": shown["kind"].levels,
                "attachment": shown["kind"].attachment,
            }
            for shown in kinds
        ]
    }


@blueprint.get("")
@requires(permissions.CLAIMS)
@blueprint.input(ClaimsQuery, location="query")
@blueprint.output(page_of(ClaimSummary))
def get_claims(query_data: dict[str, Any]) -> dict[str, Any]:
    """List own claims, or those that wait for the asker's review, or all within reach."""
    limit = query_data["limit"]
    place = read_cursor(query_data["cursor"], date.fromisoformat, UUID)
    after = None if place is None else (place[0], place[1])
    rows = reading.page(current_uow(), current_principal(), query_data, after, limit + 1)
    # Only the review queue is in the order of due days; the others go by the id alone.
    return page(rows, limit, lambda row: [row["due_on"] or row["day"], row["id"]])


@blueprint.post("")
@requires(permissions.CLAIMS)
@transactional
@blueprint.input(ClaimIn)
@blueprint.output(ClaimOut, status_code=201)
def post_claim(json_data: dict[str, Any]) -> Answer:
    """Claim something; it is submitted at once."""
    client_ref = json_data.pop("client_ref")
    claim_id = service.create(current_uow(), current_principal(), json_data, client_ref)
    return _answer(claim_id, 201)


@blueprint.get("/<uuid:claim_id>")
@requires(permissions.CLAIMS)
@blueprint.output(ClaimOut)
def get_claim(claim_id: UUID) -> Answer:
    """Read a claim with its history: the own one, or one for the asker to review."""
    return _answer(claim_id)


@blueprint.patch("/<uuid:claim_id>")
@requires(permissions.CLAIMS)
@transactional
@blueprint.input(ClaimIn(partial=True, exclude=("kind", "client_ref")))
@blueprint.output(ClaimOut)
def patch_claim(claim_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Complete an own claim that was returned."""
    claim = service.own(current_uow(), current_principal(), claim_id)
    check_if_match(claim.version)
    service.change(current_uow(), claim, json_data)
    return _answer(claim_id)


@blueprint.post("/<uuid:claim_id>/resubmit")
@requires(permissions.CLAIMS)
@transactional
@blueprint.output(ClaimOut)
def post_resubmit(claim_id: UUID) -> Answer:
    """Hand a returned claim in again."""
    service.resubmit(current_uow(), current_principal(), claim_id)
    return _answer(claim_id)


@blueprint.post("/<uuid:claim_id>/withdraw")
@requires(permissions.CLAIMS)
@transactional
@blueprint.output(ClaimOut)
def post_withdraw(claim_id: UUID) -> Answer:
    """Take an own claim back before it is decided."""
    service.withdraw(current_uow(), current_principal(), claim_id)
    return _answer(claim_id)


@blueprint.post("/<uuid:claim_id>/review")
@requires(permissions.REVIEW)
@transactional
@blueprint.input(ReviewIn)
@blueprint.output(ClaimOut)
def post_review(claim_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Forward, return, approve or reject a claim; an approval posts its points.

    With If-Match only what the reviewer has seen is decided on.
    """
    uow, principal, check = current_uow(), current_principal(), check_if_match_where_sent
    review.decide(uow, principal, [claim_id], **json_data, check_seen=check)
    return _answer(claim_id)


@blueprint.post("/reviews")
@requires(permissions.REVIEW)
@transactional
@blueprint.input(ReviewsIn)
@blueprint.output(ReviewsOut)
def post_reviews(json_data: dict[str, Any]) -> dict[str, Any]:
    """Take one decision on many claims: on all of them or, where one is refused, on none."""
    ids = json_data.pop("ids")
    review.decide(current_uow(), current_principal(), ids, **json_data)
    return {"items": reading.summaries(current_uow(), ids)}


def _answer(claim_id: UUID, status: int = 200) -> Answer:
    claim = reading.detail(current_uow(), current_principal(), claim_id)
    if granted := claim["granted"]:
        granted["why"] = [why.in_language(language()) for why in granted["why"]]
        for entry in granted["entries"]:
            entry["why"] = entry["why"].in_language(language())
    return claim, status, etag(claim["version"])
