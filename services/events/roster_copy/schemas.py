"""How members of the roster are named in requests."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from shared.web import Schema

_TEXT = (validate.Length(1, 64), validate.ContainsNoneOf("\0", error="No NUL characters."))


class WhoIn(Schema):
    """A member: by id, or by number and name together."""

    member_id = fields.UUID()
    member_no = fields.String(validate=_TEXT)
    name = fields.String(validate=_TEXT)

    @validates_schema
    def one_way(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data.keys() not in ({"member_id"}, {"member_no", "name"}):
            raise ValidationError("Send member_id alone, or member_no and name.", "member_id")
