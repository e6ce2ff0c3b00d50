"""By whole hours of the stay, up to a limit for one activity, e.g. volunteering."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from services.points.scoring.model import Fact

NAME = "per_hour"
_MINUTES = 60


class PARAMETERS(Schema):
    points = fields.Integer(required=True)
    at_most = fields.Integer(required=True)


def evaluate(parameters: Mapping[str, Any], fact: Fact, used: dict[str, int], key: str) -> int:
    del used, key
    # Without a check-out nobody knows how long: nothing yet, and all of it once it is known.
    hours = (fact.minutes or 0) // _MINUTES
    return min(hours * int(parameters["points"]), int(parameters["at_most"]))
