"""What a rule set would change: real facts, replayed under it by the same `score()`."""
