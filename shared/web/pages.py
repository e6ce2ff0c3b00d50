"""Cursor pages: ``{items, next_cursor}``; the cursor is opaque to the caller."""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import marshmallow
import orjson
from marshmallow import fields, validate

from shared.errors import Invalid
from shared.text import Text
from shared.web.schemas import Schema

T = TypeVar("T")


class CursorField(fields.String):
    """A cursor: a short list of JSON values inside, an opaque text outside."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        if value is None:
            return None
        return base64.urlsafe_b64encode(orjson.dumps(value, default=str)).decode().rstrip("=")

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            decoded = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (ValueError, binascii.Error) as error:
            raise _cursor_invalid() from error
        if not isinstance(decoded, list) or not decoded:
            raise _cursor_invalid()
        return decoded


class CursorIn(Schema):
    """The query of a page; routes add their filters by inheriting."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = CursorField(load_default=None)
    export = fields.Boolean(
        validate=validate.Equal(True),  # noqa: FBT003 - the value itself
        metadata={"description": "the page goes into a file, which the audit log notes"},
    )

    @marshmallow.post_load
    def leave_to_the_audit_log(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        data.pop("export", None)
        return data


def page_of(item: type[marshmallow.Schema]) -> type[Schema]:
    """Return the schema of a page of items."""
    name = item.__name__.removesuffix("Out") + "Page"
    members: dict[str, Any] = {
        "items": fields.List(fields.Nested(item), required=True),
        "next_cursor": CursorField(required=True, allow_none=True),
    }
    return type(name, (Schema,), members)


def page(
    rows: Sequence[T], limit: int, cursor_of: Callable[[T], Sequence[object]]
) -> dict[str, object]:
    """Return a page of rows that were asked for with ``limit + 1``.

    `cursor_of` gives the sort key of a row; the next page begins after it.
    """
    shown = list(rows[:limit])
    more = len(rows) > limit
    return {"items": shown, "next_cursor": list(cursor_of(shown[-1])) if more else None}


def read_cursor(
    cursor: Sequence[object] | None, *readers: Callable[[str], Any]
) -> tuple[Any, ...] | None:
    """Return the sort key a page begins after, each part read from text; None on the first page.

    Raises:
        Invalid: `cursor_invalid`; the cursor was made up, or belongs to another list.
    """
    if cursor is None:
        return None
    try:
        return tuple(read(str(part)) for read, part in zip(readers, cursor, strict=True))
    except (ValueError, ArithmeticError) as error:
        raise _cursor_invalid() from error


def after_id(cursor: list[Any] | None) -> UUID | None:
    """Return the id a cursor of ids holds, or None on the first page.

    Raises:
        Invalid: `cursor_invalid`.
    """
    if cursor is None:
        return None
    try:
        return UUID(str(cursor[0]))
    except ValueError as error:
        raise _cursor_invalid() from error


def after_moment(cursor: list[Any] | None) -> tuple[datetime, UUID] | None:
    """Return the moment and id a cursor of such pairs holds, or None on the first page.

    Raises:
        Invalid: `cursor_invalid`.
    """
    if cursor is None:
        return None
    try:
        moment, last_id = cursor
        return datetime.fromisoformat(moment), UUID(last_id)
    except (ValueError, TypeError, AttributeError) as error:
        raise _cursor_invalid() from error


def _cursor_invalid() -> Invalid:
    return Invalid(
        "cursor_invalid",
        Text(
            zh="翻页标记无效，请从第一页开始。",
            en="The cursor is not valid; start from the first page.",
        ),
    )
