"""Shapes of notices."""

from marshmallow import fields, validate

from shared.contracts.notices import SWITCHABLE, TEMPLATES
from shared.web import Schema
from shared.web.pages import CursorField


class NoticeOut(Schema):
    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    subject_type = fields.String(required=True)
    subject_id = fields.UUID(required=True)
    text = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    read = fields.Boolean(required=True)


class UnreadOut(Schema):
    unread = fields.Integer(required=True)


class InboxOut(UnreadOut):
    """A page of the inbox; `unread` counts all of it."""

    items = fields.List(fields.Nested(NoticeOut), required=True)
    next_cursor = CursorField(required=True, allow_none=True)


class ConsentsIn(Schema):
    accepted = fields.List(
        fields.String(validate=validate.OneOf(TEMPLATES)),
        required=True,
        validate=validate.Length(1, len(TEMPLATES)),
        metadata={"description": "those that `wx.requestSubscribeMessage` answered with accept"},
    )


class ConsentOut(Schema):
    template = fields.String(required=True)
    template_id = fields.String(
        required=True, metadata={"description": "for `wx.requestSubscribeMessage`"}
    )
    left = fields.Integer(
        required=True, metadata={"description": "messages that may still be brought"}
    )


class ConsentsOut(Schema):
    items = fields.List(fields.Nested(ConsentOut), required=True)


class PreferencesIn(Schema):
    off = fields.List(
        fields.String(validate=validate.OneOf(SWITCHABLE)),
        required=True,
        validate=validate.Length(0, len(SWITCHABLE)),
    )


class PreferenceOut(Schema):
    kind = fields.String(required=True)
    name = fields.String(required=True)
    on = fields.Boolean(required=True)


class PreferencesOut(Schema):
    items = fields.List(fields.Nested(PreferenceOut), required=True)
