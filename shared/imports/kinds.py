"""What a service says of a spreadsheet it takes: its columns, its checks, how it is applied."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.auth import Permission, Principal
from shared.database import UnitOfWork
from shared.imports.parsers import TEXT, Parser
from shared.text import Text


@dataclass(frozen=True)
class Column:
    """One column of the spreadsheet and of the temporary table ``staged``.

    Args:
        name: English heading, and the column's name in ``staged``.
        zh: Chinese heading; what the template shows.
        parser: reads a cell that is not empty; an empty one becomes NULL.
        required: the heading must be there, and no cell under it may be empty.
    """

    name: str
    zh: str
    parser: Parser = TEXT
    required: bool = True


@dataclass(frozen=True)
class Check:
    """A rule that rows of ``staged`` may break.

    Args:
        code: stable; reported with every row that breaks the rule.
        column: the column to look at.
        text: what is wrong and what to do; ``{value}`` is the row's value.
        query: SQL that selects (row_number, value as text) of the rows that break it; it may use
            ``staged``, ``:import_id``, ``:today`` (in Shanghai) and what `Kind.parameters` gives.
    """

    code: str
    column: str
    text: Text
    query: str


Summary = Mapping[str, int | float | Mapping[str, float]]


def _no_parameters(_principal: Principal, _permission: Permission) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Kind:
    """A kind of spreadsheet.

    ``staged`` holds one row for each of the file: ``row_number``, ``new_id`` (a new UUIDv7, for
    what the row may create) and the columns.

    A file is applied when each cell could be read and no check found a row; otherwise nothing
    changes and every bad row is reported. `checks` and `apply` run in one transaction. A cell that
    could not be read is NULL in ``staged``, so a check passes over NULL.

    Args:
        apply: changes the database from ``staged`` with a few statements, and returns counts for
            people, e.g. ``{"created": 3}``. It never commits; a preview rolls it back.
        permission: where it is narrower than that of the imports' routes.
        lock: holds, until the transaction ends, what the checks find and `apply` and `undo` take
            for true.
        changes: SQL that selects (row_number, change, subject, details) of what the rows of ``staged``
            would change, for whoever looks before applying; it may use what checks may. `change` is
            a stable word, at most one of each a row; `subject` what people know the thing by;
            `details` a JSON array of {"column", "was", "becomes"}, the values text or null.
        undo: takes back what an import brought and returns counts, also of what stays because people
            have worked on it since; None where that cannot be done. It raises what `check_undo` does.
        check_undo: raises the problem that stands in the way of undoing an import, so that the
            person is told at once.
        parameters: named values for the checks' queries, from the importer and the permission
            that imports ask for.
    """

    name: str
    columns: tuple[Column, ...]
    checks: tuple[Check, ...]
    apply: Callable[[UnitOfWork, Principal, UUID], Summary]
    parameters: Callable[[Principal, Permission], Mapping[str, Any]] = _no_parameters
    permission: Permission | None = None
    lock: Callable[[UnitOfWork], None] | None = None
    changes: str | None = None
    undo: Callable[[UnitOfWork, UUID, str], Summary] | None = None
    check_undo: Callable[[UnitOfWork, UUID], None] | None = None


def reach_of(principal: Principal, permission: Permission) -> Mapping[str, Any]:
    """Parameters of most kinds: ``:reaches``, the paths below which the importer may import."""
    return {"reaches": list(principal.paths(permission))}
