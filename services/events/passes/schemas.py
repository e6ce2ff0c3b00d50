"""Shapes of passes."""

from marshmallow import fields

from shared.web import Schema


class PassOut(Schema):
    """The own pass; what the code shows is `pass` and nothing else."""

    pass_ = fields.String(required=True, data_key="pass")
    svg = fields.String(required=True)
    name = fields.String(required=True)
    member_no = fields.String(required=True)


class CardsIn(Schema):
    """Of whom: all who belong to the organisation, which includes what lies below it."""

    organisation_id = fields.UUID(required=True)
