"""A member's notices over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from marshmallow import fields
from sqlalchemy import Row

from services.points.notices import service
from shared.auth import Permission
from shared.text import Text
from shared.web import (
    CursorIn,
    Schema,
    after_id,
    current_principal,
    current_uow,
    page,
    page_of,
    requires,
    transactional,
)
from shared.web.problems import language

OWN_NOTICES = Permission("notices.own", frozenset({"member"}))

blueprint = APIBlueprint("notices", __name__, url_prefix="/api/v1/me/notices")


class NoticeOut(Schema):
    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    subject_id = fields.UUID(required=True)
    text = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    read_at = fields.AwareDateTime(required=True, allow_none=True)


@blueprint.get("")
@requires(OWN_NOTICES)
@blueprint.input(CursorIn, location="query")
@blueprint.output(page_of(NoticeOut))
def get_my_notices(query_data: dict[str, Any]) -> dict[str, Any]:
    """List the own notices, newest first."""
    limit = query_data["limit"]
    rows = service.page(
        current_uow(), current_principal().member_id, after_id(query_data["cursor"]), limit + 1
    )
    shown = page(rows, limit, lambda row: [row.id])
    return shown | {"items": [_shown(row) for row in rows[:limit]]}


@blueprint.post("/<uuid:notice_id>/read")
@requires(OWN_NOTICES)
@transactional
@blueprint.output(NoticeOut)
def post_read(notice_id: UUID) -> dict[str, Any]:
    """Note that an own notice has been read."""
    return _shown(service.mark_read(current_uow(), current_principal().member_id, notice_id))


def _shown(row: Row[Any]) -> dict[str, Any]:
    sentence = Text(row.text_zh, row.text_en).in_language(language())
    return {**row._mapping, "text": sentence}  # noqa: SLF001 - SQLAlchemy's public name for it
