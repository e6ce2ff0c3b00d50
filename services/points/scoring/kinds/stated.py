"""What two people have decided on: the fact itself states the points, plus or minus.

A correction makes good what should have been, so neither the category nor the month bounds it;
that is why nobody but two people can set it off.
"""

from marshmallow import Schema

from services.points.scoring.kinds import SIZE, Around, Parameters
from services.points.scoring.model import Fact
from shared.fields import Points, in_words
from shared.text import Text

NAME = "stated"
TITLE = Text("按决定", "as decided")
TRIGGERS = ("manual",)
IS_GAIN = False


class PARAMETERS(Schema):
    at_most = Points(
        required=True, validate=SIZE, metadata={"title": Text("增减至多", "at most either way")}
    )


def evaluate(parameters: Parameters, fact: Fact, around: Around) -> int:
    del around
    at_most = int(parameters["at_most"])
    return max(-at_most, min(at_most, fact.quantity or 0))


def explain(parameters: Parameters) -> Text:
    at_most = in_words(parameters["at_most"])
    return Text(f"按决定的分值，增减至多 {at_most} 分", f"as decided, at most {at_most} either way")


def working(parameters: Parameters, fact: Fact) -> Text | None:
    del parameters, fact
    return None
