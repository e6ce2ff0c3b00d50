"""By whole hours of the stay, up to a limit for one activity, e.g. volunteering."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema

from services.points.scoring.model import Fact
from shared.fields import Points

NAME = "per_hour"
_MINUTES = 60


class PARAMETERS(Schema):
    points = Points(required=True)
    at_most = Points(required=True)


def evaluate(parameters: Mapping[str, Any], fact: Fact, used: dict[str, int], key: str) -> int:
    del used, key
    # Without a check-out nobody knows how long: nothing yet, and all of it once it is known.
    hours = (fact.minutes or 0) // _MINUTES
    return min(hours * int(parameters["points"]), int(parameters["at_most"]))
