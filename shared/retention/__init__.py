"""What is kept no longer than it is needed for: once a day, and what was given up is written down."""

from shared.retention.rules import Rule, kept_for_good, rows
from shared.retention.settings import Kept

__all__ = ["Kept", "Rule", "kept_for_good", "rows"]
