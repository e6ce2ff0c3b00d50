"""Spreadsheets people already have, taken over whole or not at all.

A service says what it imports as `Kind`s, serves them with `imports_blueprint` (from
`shared.imports.routes`, the only module here that knows Flask) and runs an `ImportRunner` (from
`shared.imports.runner`) in its worker. `IMPORTS_V1_UP` belongs in a migration of the service.
"""

from shared.imports.kinds import Check, Column, Kind
from shared.imports.parsers import day, flag, one_of, text, whole_number

__all__ = ["Check", "Column", "Kind", "day", "flag", "one_of", "text", "whole_number"]
