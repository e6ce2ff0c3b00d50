"""Every spreadsheet the points service takes."""

from typing import Final

from services.points.result_imports import KINDS as RESULTS
from services.points.roster.imports import KINDS as ROSTER
from shared.auth import Permission

KINDS: Final = (*ROSTER, *RESULTS)

IMPORTS: Final = Permission("imports", frozenset({"branch_secretary", "unit_admin", "city_admin"}))
"""Who may import something; most kinds ask for more."""
