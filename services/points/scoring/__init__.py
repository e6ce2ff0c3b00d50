"""What attendance is worth: a pure function of facts and rules. No database, clock or network."""

from services.points.scoring.model import Cap, Entry, Fact, Rule, RuleSet, State
from services.points.scoring.score import score
from services.points.scoring.timeline import Timeline

__all__ = ["Cap", "Entry", "Fact", "Rule", "RuleSet", "State", "Timeline", "score"]
