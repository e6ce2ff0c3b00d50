"""What attendance is worth: a pure function of facts and rules. No database, clock or network."""

from services.points.scoring.model import Cap, Entry, Fact, Rule, RuleSet, State, Timeline
from services.points.scoring.score import score

__all__ = ["Cap", "Entry", "Fact", "Rule", "RuleSet", "State", "Timeline", "score"]
