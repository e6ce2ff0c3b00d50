"""By level, and of a year only the highest counts: a higher one adds what it has more."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from services.points.scoring.model import Fact
from shared.fields import Points

NAME = "highest_of_year"


class PARAMETERS(Schema):
    levels = fields.Dict(keys=fields.String(), values=Points(), required=True)


def evaluate(parameters: Mapping[str, Any], fact: Fact, used: dict[str, int], key: str) -> int:
    value = int(parameters["levels"].get(fact.level, 0))
    best = used.get(key, 0)
    used[key] = max(best, value)
    return max(0, value - best)
