"""Shapes of proofs."""

from marshmallow import fields

from shared.web import Schema, page_of


class ViolationOut(Schema):
    rule = fields.String(required=True)
    where = fields.String(required=True)
    expected = fields.Raw(required=True, allow_none=True)
    found = fields.Raw(required=True, allow_none=True)


class SealOut(Schema):
    """The newest seal of a table. Written down elsewhere, it shows that none was replaced."""

    number = fields.Integer(required=True)
    digest = fields.String(required=True)


class ProofDocument(Schema):
    """What was counted and what was wrong; at most a hundred violations are kept in words."""

    ok = fields.Boolean(required=True)
    members = fields.Integer(required=True)
    facts = fields.Integer(required=True)
    entries = fields.Integer(required=True)
    points = fields.Float(required=True)
    boards = fields.Integer(required=True)
    broken = fields.Integer(required=True)
    violations = fields.List(fields.Nested(ViolationOut), required=True)
    seals = fields.Dict(keys=fields.String(), values=fields.Nested(SealOut), required=True)


class ProofSummary(Schema):
    id = fields.UUID(required=True)
    started_at = fields.AwareDateTime(required=True)
    finished_at = fields.AwareDateTime(required=True)
    ok = fields.Boolean(required=True)


class ProofOut(ProofSummary):
    document = fields.Nested(ProofDocument, required=True)


ProofsPage = page_of(ProofSummary)


class ProofJobOut(Schema):
    """A proof that was asked for; it is there under `GET /proofs/latest` once it is done."""

    id = fields.UUID(required=True)
    state = fields.String(required=True)
    asked_at = fields.AwareDateTime(required=True)
