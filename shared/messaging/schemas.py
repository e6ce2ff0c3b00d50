"""Shapes of what is told of messages: figures, and letters without what people may be named in."""

from marshmallow import fields, validate

from shared.messaging.letters import STATES
from shared.web import CursorIn, Schema, page_of, reason

_CONSUMER = {"description": "group:stream"}


class OutboxOut(Schema):
    waiting = fields.Integer(required=True)
    oldest_seconds = fields.Float(required=True, allow_none=True)


class ReaderOut(Schema):
    stream = fields.String(required=True)
    group = fields.String(required=True)
    consumer = fields.String(required=True, metadata=_CONSUMER)
    waiting = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "not yet delivered; null where Redis cannot tell"},
    )
    pending = fields.Integer(
        required=True, metadata={"description": "delivered, and not yet acknowledged"}
    )
    oldest_seconds = fields.Float(
        required=True, allow_none=True, metadata={"description": "age of the oldest of both"}
    )
    seen_seconds = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "since a reader of the group last asked; null if none ever did"},
    )
    is_reading = fields.Boolean(required=True)


class LettersCountOut(Schema):
    consumer = fields.String(required=True, metadata=_CONSUMER)
    waiting = fields.Integer(required=True)
    set_aside = fields.Integer(required=True)


class WorkOut(Schema):
    queue = fields.String(required=True, metadata={"description": "imports or jobs"})
    kind = fields.String(required=True)
    waiting = fields.Integer(required=True)
    running = fields.Integer(required=True)
    since = fields.AwareDateTime(
        required=True, metadata={"description": "when the oldest of them was asked for"}
    )


class MessagesOut(Schema):
    """How far a service's messages have come."""

    outbox = fields.Nested(OutboxOut, required=True)
    readers = fields.List(
        fields.Nested(ReaderOut),
        required=True,
        allow_none=True,
        metadata={"description": "null while Redis is away: messages wait in the outbox"},
    )
    dead_letters = fields.List(
        fields.Nested(LettersCountOut),
        required=True,
        metadata={
            "description": "of those that were not sent again; readers without any are left out"
        },
    )
    work = fields.List(
        fields.Nested(WorkOut),
        required=True,
        metadata={"description": "long work that waits or is under way"},
    )


def _some() -> fields.String:
    return fields.String(load_default=None, validate=validate.Length(1, 200))


class DeadLettersIn(CursorIn):
    consumer = _some()
    stream = _some()
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))


class DeadLetterOut(Schema):
    """A message that could not be applied: what it is and what it is about, not what it says."""

    id = fields.UUID(required=True)
    consumer = fields.String(required=True, metadata=_CONSUMER)
    stream = fields.String(required=True)
    state = fields.String(required=True, metadata={"description": ", ".join(STATES)})
    failed_at = fields.AwareDateTime(required=True)
    attempts = fields.Integer(required=True, metadata={"description": "before it was given up"})
    failures = fields.Integer(
        required=True, metadata={"description": "how many letters it was by then, this one too"}
    )
    error = fields.String(required=True, metadata={"description": "its first line, without names"})
    message_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "null if it cannot be read at all"}
    )
    type = fields.String(required=True, allow_none=True)
    key = fields.String(required=True, allow_none=True)
    told_at = fields.AwareDateTime(required=True, allow_none=True)
    ids = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "what its data names by id"},
    )
    applied = fields.Boolean(
        required=True, metadata={"description": "its reader has applied it since"}
    )
    redriven_at = fields.AwareDateTime(required=True, allow_none=True)
    set_aside_at = fields.AwareDateTime(required=True, allow_none=True)
    set_aside_reason = fields.String(required=True, allow_none=True)


DeadLettersPage = page_of(DeadLetterOut)


class RedriveIn(Schema):
    """Which letters of those that wait, and how many they were when the person agreed."""

    consumer = _some()
    stream = _some()
    count = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1_000_000))


class RedrivenOut(Schema):
    sent = fields.Integer(required=True)


class SetAsideIn(Schema):
    reason = fields.String(required=True, validate=reason(200))
