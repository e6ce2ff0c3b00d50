"""Make-up study: what attending the missed session would have been worth.

The fact's level names the kind of the session that was missed. Source: rule L09 of the domain
glossary.
"""

from marshmallow import Schema, fields, validate

from services.points.scoring.kinds import DONE_BY_PEOPLE, Around, Parameters
from services.points.scoring.model import Fact
from services.points.scoring.vocabulary import EVENT_KINDS
from shared.text import Text

NAME = "make_up"
TITLE = Text("按所缺活动", "what the missed session gives")
TRIGGERS = DONE_BY_PEOPLE
IS_GAIN = True


class PARAMETERS(Schema):
    sessions = fields.List(
        fields.String(validate=validate.OneOf(EVENT_KINDS)),
        required=True,
        validate=validate.Length(1),
        metadata={"title": Text("可补的活动", "sessions to make up for"), "x-words": "kinds"},
    )


def evaluate(parameters: Parameters, fact: Fact, around: Around) -> int:
    if fact.level is None or fact.level not in parameters["sessions"]:
        return 0
    attended = around.rule_set.attendance_rule(fact.level)
    # Hours and levels are the session's own; only what is fixed can be made up for.
    return int(attended.value["points"]) if attended and attended.value["kind"] == "fixed" else 0


def explain(parameters: Parameters) -> Text:
    sessions = [EVENT_KINDS[kind] for kind in parameters["sessions"]]
    return Text(
        f"按所缺活动计分（{'、'.join(s.zh for s in sessions)}）",
        f"what the missed session gives ({', '.join(s.en for s in sessions)})",
    )


def working(parameters: Parameters, fact: Fact) -> Text | None:
    del parameters
    missed = EVENT_KINDS.get(fact.level or "")
    return missed and Text(f"补{missed.zh}", f"made up for: {missed.en}")
