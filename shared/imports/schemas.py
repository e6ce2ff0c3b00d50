"""What the routes of imports take and answer."""

from apiflask.fields import File
from marshmallow import fields

from shared.web import CursorIn, Schema, page_of


class ImportIn(Schema):
    kind = fields.String(required=True, metadata={"description": "one of the kinds listed"})
    file = File(  # type: ignore[no-untyped-call] # marshmallow's field of files has no hints
        required=True, metadata={"description": "xlsx, or csv in UTF-8 or GB 18030"}
    )


class ImportsQuery(CursorIn):
    pass


class ErrorOut(Schema):
    row = fields.Integer(required=True, metadata={"description": "as the spreadsheet shows it"})
    column = fields.String(required=True)
    code = fields.String(required=True)
    message = fields.String(required=True)


ErrorPage = page_of(ErrorOut)


class ImportSummaryOut(Schema):
    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    filename = fields.String(required=True)
    state = fields.String(
        required=True, metadata={"description": "queued, running, done, refused or failed"}
    )
    total_rows = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "while running: as the file itself states it"},
    )
    processed_rows = fields.Integer(required=True)
    created_at = fields.AwareDateTime(required=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)
    summary = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "counts, e.g. created, changed, unchanged; bad_rows if refused"},
    )


ImportsPage = page_of(ImportSummaryOut)


class ImportOut(ImportSummaryOut):
    errors = fields.List(
        fields.Nested(ErrorOut),
        required=True,
        metadata={"description": "the first 1000; …/errors has all of them"},
    )
