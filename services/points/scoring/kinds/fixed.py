"""The same for every fact, e.g. 2 for a lecture attended."""

from marshmallow import Schema

from services.points.scoring.kinds import DONE_BY_PEOPLE, WORTH, Around, Parameters
from services.points.scoring.model import Fact
from shared.fields import Points, in_words
from shared.text import Text

NAME = "fixed"
TITLE = Text("每次固定", "the same each time")
TRIGGERS = DONE_BY_PEOPLE
IS_GAIN = True


class PARAMETERS(Schema):
    points = Points(
        required=True, validate=WORTH, metadata={"title": Text("每次分值", "points each time")}
    )


def evaluate(parameters: Parameters, fact: Fact, around: Around) -> int:
    del fact, around
    return int(parameters["points"])


def explain(parameters: Parameters) -> Text:
    points = in_words(parameters["points"])
    return Text(f"每次 {points} 分", f"{points} each time")


def working(parameters: Parameters, fact: Fact) -> Text | None:
    del parameters, fact
    return None
