"""What the routes of imports take and answer."""

from apiflask.fields import File
from marshmallow import fields, validate

from shared.imports.jobs import STATES
from shared.web import CursorIn, Schema, page_of, reason


class ImportIn(Schema):
    kind = fields.String(required=True, metadata={"description": "one of the kinds listed"})
    file = File(  # type: ignore[no-untyped-call] # marshmallow's field of files has no hints
        required=True, metadata={"description": "xlsx, or csv in UTF-8 or GB 18030"}
    )
    preview = fields.Boolean(
        load_default=False,
        metadata={"description": "only say what it would do; …/apply then does it"},
    )


class UndoIn(Schema):
    reason = fields.String(required=True, validate=reason(200))


class ImportsQuery(CursorIn):
    kind = fields.String(load_default=None, validate=validate.Length(1, 40))
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))


class ErrorOut(Schema):
    row = fields.Integer(required=True, metadata={"description": "as the spreadsheet shows it"})
    column = fields.String(required=True)
    heading = fields.String(
        required=True, metadata={"description": "the column's, in the reader's language"}
    )
    code = fields.String(required=True)
    message = fields.String(required=True)


ErrorPage = page_of(ErrorOut)


class ImportChangesQuery(CursorIn):
    change = fields.String(metadata={"description": "only this kind of change"})


class ImportChangeDetailOut(Schema):
    column = fields.String(required=True)
    heading = fields.String(
        required=True, metadata={"description": "the column's, in the reader's language"}
    )
    was = fields.String(required=True, allow_none=True)
    becomes = fields.String(required=True, allow_none=True)


class ImportChangeOut(Schema):
    row = fields.Integer(required=True, metadata={"description": "as the spreadsheet shows it"})
    change = fields.String(
        required=True,
        metadata={
            "description": "new, changed, renamed, transferred, leaving, returning, role, or"
            " maybe_double: looks like somebody who is there under another number"
        },
    )
    subject = fields.String(required=True)
    details = fields.List(fields.Nested(ImportChangeDetailOut), required=True)


class ImportChangeCountOut(Schema):
    change = fields.String(required=True)
    rows = fields.Integer(required=True)


class ImportChangesPage(page_of(ImportChangeOut)):  # type: ignore[misc] # a class made at run time
    counts = fields.List(
        fields.Nested(ImportChangeCountOut),
        required=True,
        metadata={"description": "of the whole file, by kind of change"},
    )


class ImporterOut(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)


class ImportSummaryOut(Schema):
    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    filename = fields.String(required=True)
    by = fields.Nested(
        ImporterOut, required=True, metadata={"description": "who sent it, or applied it"}
    )
    mode = fields.String(required=True, metadata={"description": "preview, apply or undo"})
    state = fields.String(
        required=True,
        metadata={"description": ", ".join(STATES)},
    )
    total_rows = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "while running: as the file itself states it"},
    )
    processed_rows = fields.Integer(required=True)
    created_at = fields.AwareDateTime(required=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)
    is_undoable = fields.Boolean(
        required=True, metadata={"description": "…/undo takes back as one what it brought"}
    )
    undone_at = fields.AwareDateTime(required=True, allow_none=True)
    undo_reason = fields.String(required=True, allow_none=True)
    summary = fields.Dict(
        keys=fields.String(),
        # A number, or numbers by something, as points by rule.
        values=fields.Raw(),
        required=True,
        metadata={
            "description": "counts, e.g. created, changed, unchanged, points, points_by_rule;"
            " annulled, or removed and kept, once undone; bad_rows if refused"
        },
    )


ImportsPage = page_of(ImportSummaryOut)


class ImportOut(ImportSummaryOut):
    errors = fields.List(
        fields.Nested(ErrorOut),
        required=True,
        metadata={"description": "the first 1000; …/errors has all of them"},
    )
