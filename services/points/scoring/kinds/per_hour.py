"""By whole hours of the stay, up to a limit for one activity, e.g. volunteering."""

from marshmallow import Schema

from services.points.scoring.kinds import DONE_BY_PEOPLE, SIZE, Around, Parameters
from services.points.scoring.model import Fact
from shared.fields import Points, in_words
from shared.text import Text

NAME = "per_hour"
TITLE = Text("按小时", "by the hour")
TRIGGERS = DONE_BY_PEOPLE
IS_GAIN = True
_MINUTES = 60


class PARAMETERS(Schema):
    points = Points(
        required=True,
        validate=SIZE,
        metadata={"title": Text("每满一小时分值", "points a full hour")},
    )
    at_most = Points(
        required=True,
        validate=SIZE,
        metadata={"title": Text("一次活动至多", "at most an activity")},
    )


def evaluate(parameters: Parameters, fact: Fact, around: Around) -> int:
    del around
    # Without a check-out nobody knows how long: nothing yet, and all of it once it is known.
    hours = (fact.minutes or 0) // _MINUTES
    return min(hours * int(parameters["points"]), int(parameters["at_most"]))


def explain(parameters: Parameters) -> Text:
    points, at_most = in_words(parameters["points"]), in_words(parameters["at_most"])
    return Text(
        f"每满一小时 {points} 分，一次活动至多 {at_most} 分",
        f"{points} a full hour, at most {at_most} an activity",
    )


def working(parameters: Parameters, fact: Fact) -> Text | None:
    del parameters
    if not fact.minutes:
        return Text("签退后按满小时计分", "full hours count, once you have checked out")
    hours = fact.minutes // _MINUTES
    return Text(f"{hours} 小时", f"{hours} h")
