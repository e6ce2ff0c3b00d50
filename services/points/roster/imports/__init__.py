"""The spreadsheets the roster takes: one file a kind."""

from typing import Final

from services.points.roster.imports import members, organisations

KINDS: Final = (organisations.KIND, members.KIND)
