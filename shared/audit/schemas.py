"""Shapes of the audit log."""

from marshmallow import fields, validate

from shared.audit.reading import WHAT
from shared.web import CursorIn, Schema, page_of


class AuditFilter(Schema):
    """What the log is narrowed to; all that is given must hold."""

    actor_id = fields.UUID(load_default=None)
    subject_id = fields.UUID(load_default=None)
    organisation_id = fields.UUID(load_default=None)
    what = fields.String(
        load_default=None,
        validate=validate.OneOf(WHAT),
        metadata={"description": "what was done: changed, seen, or taken away as a file"},
    )
    refused = fields.Boolean(load_default=None)
    since = fields.AwareDateTime(load_default=None)
    until = fields.AwareDateTime(load_default=None)


class AuditIn(CursorIn, AuditFilter):
    """A page of the log."""


class AuditExportIn(AuditFilter):
    """A span of at most 31 days, and the form it is taken away in."""

    since = fields.AwareDateTime(required=True)
    until = fields.AwareDateTime(required=True)
    format = fields.String(load_default="csv", validate=validate.OneOf(("csv", "xlsx")))


class ActOut(Schema):
    """Something somebody did, saw or was refused; the actor's name is masked."""

    id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    actor_id = fields.UUID(required=True)
    actor_name = fields.String(required=True, allow_none=True)
    reach = fields.List(fields.String(), required=True)
    action = fields.String(required=True)
    permission = fields.String(required=True)
    subject_ids = fields.List(fields.UUID(), required=True)
    organisation_id = fields.UUID(required=True, allow_none=True)
    filters = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={
            "description": "which: words of the address and the query, the kind of what was made,"
            " the name of the file that was taken away"
        },
    )
    request_id = fields.String(required=True)
    status = fields.Integer(required=True)


ActsPage = page_of(ActOut)
