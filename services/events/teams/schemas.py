"""Shapes of teams."""

from marshmallow import fields, validate

from services.events.catalogue.schemas import Line
from services.events.roster_copy.schemas import WhoIn
from shared.web import Schema
from shared.web.pages import CursorField

_NAME = validate.Length(1, 60)


class TermsIn(Schema):
    largest = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(2, 200),
        metadata={"description": "members a team has at most, its captain among them"},
    )


class TermsOut(Schema):
    """How large teams are; null where the event has none."""

    largest = fields.Integer(required=True, allow_none=True)


class TeamIn(Schema):
    name = Line(required=True, validate=_NAME)
    captain = fields.Nested(
        WhoIn,
        load_default=None,
        allow_none=True,
        metadata={"description": "somebody else, named by whoever runs the event"},
    )


class TeamPatch(Schema):
    name = Line(validate=_NAME)
    captain_id = fields.UUID()


class TeamMemberOut(Schema):
    member_id = fields.UUID(required=True)
    name = fields.String(attribute="member.name", dump_default=None, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(("invited", "joined")))


class TeamOut(Schema):
    id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    name = fields.String(required=True)
    captain_id = fields.UUID(required=True)
    members = fields.List(fields.Nested(TeamMemberOut), required=True)
    version = fields.Integer(required=True)


class TeamsOut(TermsOut):
    """A page of teams. Who is only invited is shown to the captain, the organisers, and to them."""

    items = fields.List(fields.Nested(TeamOut), required=True)
    next_cursor = CursorField(required=True, allow_none=True)
