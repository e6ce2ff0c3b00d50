"""Shapes of departures."""

from marshmallow import fields

from services.events.catalogue.schemas import Moment
from services.events.check_ins.schemas import WhomIn


class CheckOutIn(WhomIn):
    at = Moment(
        load_default=None, metadata={"description": "when that was, if it was not just now"}
    )
    session_id = fields.UUID(load_default=None)
