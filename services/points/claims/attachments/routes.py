"""Attachments over HTTP."""

from typing import Any, Final
from uuid import UUID

from apiflask import APIBlueprint
from apiflask.fields import File
from flask import Response, request
from marshmallow import fields

from services.points.claims.attachments import policy, service
from services.points.claims.models import Attachment
from services.points.claims.permissions import CLAIMS
from shared.web import (
    Schema,
    current_principal,
    current_suite,
    current_uow,
    requires,
    transactional,
)

# What a multipart body has around the file.
_WRAPPING: Final = 64 * 1024

blueprint = APIBlueprint("attachments", __name__, url_prefix="/api/v1/attachments", tag="claims")


class AttachmentIn(Schema):
    file = File(  # type: ignore[no-untyped-call] # marshmallow's field of files has no hints
        required=True, metadata={"description": "JPEG, PNG, WebP or PDF, at most 5 MB"}
    )


class AttachmentOut(Schema):
    id = fields.UUID(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True, metadata={"description": "bytes"})
    uploaded_at = fields.AwareDateTime(required=True)


@blueprint.before_request
def allow_a_file() -> None:
    request.max_content_length = policy.MAX_SIZE + _WRAPPING


@blueprint.post("")
@requires(CLAIMS)
@transactional
@blueprint.input(AttachmentIn, location="files")
@blueprint.output(AttachmentOut, status_code=201)
def post_attachment(files_data: dict[str, Any]) -> tuple[Attachment, int, dict[str, str]]:
    """Upload a file, for one claim to take or as evidence, within seven days."""
    content = files_data["file"].read(policy.MAX_SIZE + 1)
    storage = current_suite().settings.storage
    row = service.bring(current_uow(), storage, current_principal(), content)
    return row, 201, {"Location": f"/api/v1/attachments/{row.id}"}


@blueprint.get("/<uuid:attachment_id>")
@requires(CLAIMS)
@blueprint.doc(responses={200: "The file."})
def get_attachment(attachment_id: UUID) -> Response:
    """Download a file: the own one, that of a claim to review, or the evidence in a case."""
    storage = current_suite().settings.storage
    file = service.read(current_uow(), storage, current_principal(), attachment_id)
    response = Response(file.content, mimetype=file.media_type)
    # A file somebody brought is never shown as a page of ours.
    response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
