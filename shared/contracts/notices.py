"""Stream ``notices`` (events, points → gateway): what members are to be told.

A notice is told to a member once: `key` says what makes it the same one, whoever asks again, and
however often the message arrives. The same sentence for many goes in one message.
"""

from typing import Final

from marshmallow import RAISE, Schema, fields, validate

STREAM: Final = "notices"
REQUESTED_V1: Final = "notices.requested.v1"
# Members in one message at most.
BATCH: Final = 500

TEMPLATES: Final = ("event_reminder", "event_news", "decision", "duty")
"""What a member may allow WeChat to bring, each by itself. The gateway knows WeChat's names."""
FIELDS: Final = ("title", "time", "place", "note")
"""What WeChat's message may show of a notice, in Chinese; `time` in RFC 3339."""
SWITCHABLE: Final = (
    "event.reminder.day",
    "event.reminder.hour",
    "cadence.due_soon",
    "cadence.overdue",
)
"""Kinds that a member may do without. Never one that tells of a decision or of a change."""


class NoticeRequestedV1(Schema):
    """``notices.requested.v1``; key: the subject's id.

    `urgent` disturbs at night as well. After `expires_at` it is no use to send it any more; in the
    inbox it stays. Without a `template` it goes to the inbox only.
    """

    class Meta:
        unknown = RAISE

    key = fields.String(required=True, validate=validate.Length(1, 200))
    member_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, BATCH))
    kind = fields.String(required=True, validate=validate.Length(1, 100))
    subject_type = fields.String(required=True, validate=validate.Length(1, 40))
    subject_id = fields.UUID(required=True)
    zh = fields.String(required=True, validate=validate.Length(1))
    en = fields.String(required=True, validate=validate.Length(1))
    urgent = fields.Boolean(required=True)
    expires_at = fields.AwareDateTime(required=True, allow_none=True)
    template = fields.String(required=True, allow_none=True, validate=validate.OneOf(TEMPLATES))
    data = fields.Dict(
        keys=fields.String(validate=validate.OneOf(FIELDS)), values=fields.String(), required=True
    )
