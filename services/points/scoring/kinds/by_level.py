"""By the level of an award, e.g. 1, 2 or 3 for a prize of the unit, the city, the province."""

from marshmallow import Schema, fields, validate

from services.points.scoring.kinds import DONE_BY_PEOPLE, WORTH, Around, Parameters
from services.points.scoring.model import Fact
from services.points.scoring.vocabulary import LEVELS
from shared.fields import Points, in_words
from shared.text import Text

NAME = "by_level"
TITLE = Text("按级别", "by level")
TRIGGERS = DONE_BY_PEOPLE
IS_GAIN = True


class PARAMETERS(Schema):
    levels = fields.Dict(
        keys=fields.String(validate=validate.OneOf(LEVELS)),
        values=Points(validate=WORTH),
        required=True,
        validate=validate.Length(1),
        metadata={"title": Text("各级分值", "points by level"), "x-words": "levels"},
    )


def evaluate(parameters: Parameters, fact: Fact, around: Around) -> int:
    del around
    return int(parameters["levels"].get(fact.level, 0))


def explain(parameters: Parameters) -> Text:
    rising = sorted(parameters["levels"].items(), key=lambda level: level[1])
    levels = [(LEVELS[level], in_words(points)) for level, points in rising]
    return Text(
        "、".join(f"{level.zh} {points} 分" for level, points in levels),
        ", ".join(f"{level.en} {points}" for level, points in levels),
    )


def working(parameters: Parameters, fact: Fact) -> Text | None:
    del parameters
    return LEVELS.get(fact.level or "")
