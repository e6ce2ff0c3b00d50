"""What everybody who is scored begins the year with; source: preset B of the domain glossary.

It is no gain: neither the category's cap nor the month's bounds it.
"""

from marshmallow import Schema

from services.points.scoring.kinds import SIZE, Around, Parameters
from services.points.scoring.model import Fact
from shared.fields import Points, in_words
from shared.text import Text

NAME = "base"
TITLE = Text("年度基础分", "base points of a year")
TRIGGERS = ("system",)
IS_GAIN = False


class PARAMETERS(Schema):
    points = Points(
        required=True, validate=SIZE, metadata={"title": Text("年初分值", "points to begin with")}
    )


def evaluate(parameters: Parameters, fact: Fact, around: Around) -> int:
    del fact, around
    return int(parameters["points"])


def explain(parameters: Parameters) -> Text:
    points = in_words(parameters["points"])
    return Text(f"每年起始 {points} 分", f"{points} to begin a year with")


def working(parameters: Parameters, fact: Fact) -> Text | None:
    del parameters, fact
    return None
