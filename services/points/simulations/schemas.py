"""Shapes of simulations."""

from marshmallow import fields, validate

from shared.web import CursorIn, Points, Schema, page_of

BANDS = (800, 550, 400)
"""Tenths; the reference bands of preset A, for people's own appraisal."""


class SimulateIn(Schema):
    """From a day on, up to now or the end of another day; years are replayed whole."""

    from_ = fields.Date(
        data_key="from", load_default=None, metadata={"description": "default: this 1 January"}
    )
    to = fields.Date(load_default=None, metadata={"description": "default: up to now"})
    organisation_id = fields.UUID(
        load_default=None, metadata={"description": "only members at and below it"}
    )
    bands = fields.List(
        Points(validate=validate.Range(0, 100_000)),
        load_default=list(BANDS),
        validate=validate.Length(1, 10),
    )


class BarOut(Schema):
    from_ = Points(data_key="from", attribute="from", required=True, allow_none=True)
    before = fields.Integer(required=True)
    after = fields.Integer(required=True)


class BandOut(BarOut):
    share_before = fields.Float(required=True)
    share_after = fields.Float(required=True)


class OrganisationOutcomeOut(Schema):
    organisation_id = fields.UUID(required=True)
    members = fields.Integer(required=True)
    before = Points(required=True)
    after = Points(required=True)


class ChurnOut(Schema):
    new_in_top_10 = fields.Integer(required=True)
    new_in_top_100 = fields.Integer(required=True)
    mean_places_moved = fields.Float(required=True)


class FindingsOut(Schema):
    """Totals of the years replayed, as posted and as they would be; nobody is named."""

    members = fields.Integer(required=True)
    before = Points(required=True)
    after = Points(required=True)
    gainers = fields.Integer(required=True)
    losers = fields.Integer(required=True)
    gained = Points(required=True)
    lost = Points(required=True)
    below_floor = fields.Integer(required=True)
    distribution = fields.List(fields.Nested(BarOut), required=True)
    bands = fields.List(fields.Nested(BandOut), required=True)
    churn = fields.Nested(ChurnOut, required=True)
    units = fields.List(fields.Nested(OrganisationOutcomeOut), required=True)
    branches = fields.List(fields.Nested(OrganisationOutcomeOut), required=True)
    digest = fields.String(
        required=True, metadata={"description": "stands for every difference; what is signed"}
    )


class SimulationSummary(Schema):
    id = fields.UUID(required=True)
    rule_set_id = fields.UUID(required=True)
    from_ = fields.Date(data_key="from", attribute="from", required=True)
    until = fields.AwareDateTime(required=True)
    superseded_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "when a set that is approved already takes over, in the span"},
    )
    organisation_id = fields.UUID(required=True)
    state = fields.String(
        required=True,
        validate=validate.OneOf(("queued", "running", "done", "failed", "cancelled")),
    )
    done = fields.Integer(required=True)
    total = fields.Integer(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)


SimulationsPage = page_of(SimulationSummary)


class SimulationOut(SimulationSummary):
    findings = fields.Nested(FindingsOut, required=True, allow_none=True)


class ChangesQuery(CursorIn):
    organisation_id = fields.UUID(load_default=None)
    direction = fields.String(
        load_default=None, validate=validate.OneOf(("gainers", "losers")), allow_none=True
    )


class MemberOutcomeOut(Schema):
    member_id = fields.UUID(required=True)
    member_no = fields.String(required=True)
    name = fields.String(required=True)
    organisation_id = fields.UUID(required=True)
    organisation_name = fields.String(required=True)
    before = Points(required=True)
    after = Points(required=True)


ChangesPage = page_of(MemberOutcomeOut)


class WorkingQuery(Schema):
    member_id = fields.UUID(required=True)


class WorkingLineOut(Schema):
    """What a fact gives under a rule now and would give; `why` is the draft's, "" for nothing."""

    fact_id = fields.UUID(required=True)
    occurred_at = fields.AwareDateTime(required=True)
    title = fields.String(required=True)
    rule_code = fields.String(required=True)
    rule = fields.String(required=True)
    before = Points(required=True)
    after = Points(required=True)
    why = fields.String(required=True)


class WorkingOut(Schema):
    items = fields.List(fields.Nested(WorkingLineOut), required=True)
