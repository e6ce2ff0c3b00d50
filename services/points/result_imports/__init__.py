"""Spreadsheets of what members achieved outside the suite: results, hours, commendations, dues.

Entered once: people send the table they already have. A row becomes a fact; what it is worth, the
rules say. The same row again changes nothing.
"""

from services.points.result_imports.kinds import KINDS

__all__ = ["KINDS"]
