"""Attendance taken over from spreadsheets: what happened before the suite, or away from it."""

from services.events.imports.attendance import ATTENDANCE

KINDS = (ATTENDANCE,)
