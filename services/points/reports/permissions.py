"""Who may have which report; source: the table of roles in the domain glossary."""

from typing import Final

from shared.auth import Permission

_UNIT: Final = frozenset({"unit_admin", "city_admin"})
_BRANCH: Final = _UNIT | {"branch_secretary"}

REPORTS: Final = Permission("reports.ask", _BRANCH)
"""Asks for reports at all; how far is each report's own permission. Taking a file is noted by itself."""

REPORTS_READ: Final = Permission("reports.read", _BRANCH, audited=True)
"""Reads a report at once, which is noted in the audit log also where it is no file."""

BRANCH_EVIDENCE: Final = Permission("reports.branch_evidence", _BRANCH)
UNIT_SUMMARY: Final = Permission("reports.unit_summary", _UNIT)
LEDGER_EXPORT: Final = Permission("reports.ledger", _BRANCH)
OWN_YEAR: Final = Permission("reports.own_year", frozenset({"member"}))
