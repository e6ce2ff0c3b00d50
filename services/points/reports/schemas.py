"""Shapes of reports; what is answered as json is the same for all of them."""

from datetime import date

from marshmallow import fields, validate

from shared.documents import FORMATS
from shared.web import Schema, page_of

_DAYS = validate.Range(date(2000, 1, 1), date(2100, 12, 31))
_YEARS = validate.Range(2000, 2100)


class FormatIn(Schema):
    format = fields.String(load_default="json", validate=validate.OneOf(tuple(FORMATS)))


class YearIn(FormatIn):
    year = fields.Integer(load_default=None, validate=_YEARS)


class ReportIn(YearIn):
    """Either `year`, or `from` and `to` (days of Asia/Shanghai, both included), or neither."""

    organisation_id = fields.UUID(required=True)
    first = fields.Date(load_default=None, validate=_DAYS, data_key="from")
    last = fields.Date(load_default=None, validate=_DAYS, data_key="to")


class ReportKindOut(Schema):
    """A report and what it takes."""

    name = fields.String(required=True)
    title = fields.String(required=True)
    formats = fields.List(fields.String(), required=True)
    organisation_kinds = fields.List(fields.String(), required=True)
    longest_months = fields.Integer(required=True)


class ReportKindsOut(Schema):
    items = fields.List(fields.Nested(ReportKindOut), required=True)


class AboutOut(Schema):
    label = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True)


class ColumnOut(Schema):
    name = fields.String(required=True)
    title = fields.String(required=True)
    kind = fields.String(required=True)


class SectionOut(Schema):
    """A table; rows are objects by the columns' names."""

    name = fields.String(required=True)
    title = fields.String(required=True)
    columns = fields.List(fields.Nested(ColumnOut), required=True)
    rows = fields.List(fields.Dict(keys=fields.String()), required=True)


class DocumentOut(Schema):
    name = fields.String(required=True)
    title = fields.String(required=True)
    about = fields.List(fields.Nested(AboutOut), required=True)
    sections = fields.List(fields.Nested(SectionOut), required=True)


class ReportJobIn(ReportIn):
    name = fields.String(required=True)
    format = fields.String(required=True, validate=validate.OneOf(tuple(FORMATS)))


class ReportJobOut(Schema):
    """A job; `done` and `total` count rows."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    organisation_id = fields.UUID(required=True)
    format = fields.String(required=True)
    state = fields.String(
        required=True, metadata={"description": "queued, running, done, failed or cancelled"}
    )
    done = fields.Integer(required=True)
    total = fields.Integer(required=True, allow_none=True)
    size = fields.Integer(required=True, allow_none=True, metadata={"description": "bytes"})
    expires_at = fields.AwareDateTime(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)


ReportJobsPage = page_of(ReportJobOut)
