"""By level, and of a year only the highest counts: a higher one adds what it has more."""

from services.points.scoring.kinds import DONE_BY_PEOPLE, Around, Parameters, by_level
from services.points.scoring.model import Fact
from shared.text import Text

NAME = "highest_of_year"
TITLE = Text("按级别，一年只取最高", "by level, of a year only the highest")
TRIGGERS = DONE_BY_PEOPLE
IS_GAIN = True
PARAMETERS = by_level.PARAMETERS


def evaluate(parameters: Parameters, fact: Fact, around: Around) -> int:
    value = by_level.evaluate(parameters, fact, around)
    best = around.used.get(around.note, 0)
    around.used[around.note] = max(best, value)
    return max(0, value - best)


def explain(parameters: Parameters) -> Text:
    levels = by_level.explain(parameters)
    return Text(f"{levels.zh}；一年只计最高一项", f"{levels.en}; of a year only the highest counts")


working = by_level.working
