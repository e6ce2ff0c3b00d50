"""The reports there are; each module of this folder is one.

A report is a module with ``NAME``, ``TITLE``, ``NOTE`` (how to read it), ``PERMISSION``, ``FORMATS``,
``ORGANISATIONS`` (the kinds it is of), ``LONGEST_MONTHS`` and ``build``. Add a file and it is known.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from services.points.reports.spans import Span
from shared.auth import Permission
from shared.database import UnitOfWork
from shared.documents import Section
from shared.text import Text


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is to be of, and the language of its headings."""

    uow: UnitOfWork
    path: str
    whole_city: bool
    span: Span
    language: str

    def say(self, text: Text) -> str:
        return text.in_language(self.language)


class Report(Protocol):
    NAME: str
    TITLE: Text
    NOTE: Text
    PERMISSION: Permission
    FORMATS: tuple[str, ...]
    ORGANISATIONS: tuple[str, ...]
    LONGEST_MONTHS: int

    def build(self, asked: Asked) -> Iterator[Section]:
        """Return the tables; rows of many are read as they are written."""
        ...


REPORTS: dict[str, Report] = {
    report.NAME: report
    for report in (
        cast("Report", import_module(f"{__name__}.{module.name}"))
        for module in iter_modules(__path__)
    )
}
