"""By the level of an award, e.g. 1, 2 or 3 for a prize of the unit, the city, the province."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from services.points.scoring.model import Fact
from shared.fields import Points

NAME = "by_level"


class PARAMETERS(Schema):
    levels = fields.Dict(keys=fields.String(), values=Points(), required=True)


def evaluate(parameters: Mapping[str, Any], fact: Fact, used: dict[str, int], key: str) -> int:
    del used, key
    return int(parameters["levels"].get(fact.level, 0))
