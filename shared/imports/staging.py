"""Reads a spreadsheet into the temporary table ``staged`` and notes every cell that is wrong."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql

from shared.ids import new_id
from shared.imports.kinds import Column, Kind
from shared.imports.parsers import BadCellError
from shared.spreadsheets import Cell, Sheet, UnreadableError, is_formula, open_sheet, text_of

MAX_ROWS: Final = 500_000
_CHUNK: Final = 5_000
_SHOWN_VALUE: Final = 60

# row number, column, code, value
Complaint = tuple[int, str, str, str]
Layout = list[tuple[Column, int | None]]


@dataclass
class _Chunk:
    rows: list[tuple[object, ...]] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)


def stage(
    connection: psycopg.Connection[Any],
    import_id: UUID,
    kind: Kind,
    content: bytes,
    progress: Callable[[int | None, int], None],
) -> None:
    """Copy the file's rows into ``staged``, and what is wrong with them into import_errors.

    `progress` is told, after every few thousand rows, of (all rows as far as known, rows read).
    """
    _create(connection, kind)
    try:
        sheet = open_sheet(content)
        rows = sheet.rows
        layout, complaints = _layout(kind, next(rows, (1, ()))[1])
        _complain(connection, import_id, complaints)
        if not complaints:
            _copy_all(connection, import_id, layout, sheet, progress)
    except UnreadableError as error:
        _complain(connection, import_id, [(1, "", error.code, "")])
    connection.execute("ANALYZE staged")


def _create(connection: psycopg.Connection[Any], kind: Kind) -> None:
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(
            sql.Identifier(column.name),
            sql.SQL(column.parser.sql_type),
        )
        for column in kind.columns
    )
    connection.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE staged (row_number integer, new_id uuid, {}) ON COMMIT DROP"
        ).format(columns)
    )


def _layout(kind: Kind, headings: Sequence[Cell]) -> tuple[Layout, list[Complaint]]:
    """Find each column by its Chinese or English heading, in whatever order they stand."""
    wanted = {name: column for column in kind.columns for name in (column.name, column.zh)}
    places: dict[str, int] = {}
    complaints: list[Complaint] = []
    for place, cell in enumerate(headings):
        heading = text_of(cell).rstrip("*").strip()
        column = wanted.get(heading.lower()) or wanted.get(heading)
        if column is None and heading:
            complaints.append((1, heading[:_SHOWN_VALUE], "heading_unknown", ""))
        elif column is not None and column.name in places:
            complaints.append((1, column.name, "heading_doubled", ""))
        elif column is not None:
            places[column.name] = place
    complaints += [
        (1, column.name, "heading_missing", column.zh)
        for column in kind.columns
        if column.required and column.name not in places
    ]
    return [(column, places.get(column.name)) for column in kind.columns], complaints


def _copy_all(
    connection: psycopg.Connection[Any],
    import_id: UUID,
    layout: Layout,
    sheet: Sheet,
    progress: Callable[[int | None, int], None],
) -> None:
    stated = sheet.row_count - 1 if sheet.row_count else None
    done = 0
    while chunk := list(islice(sheet.rows, _CHUNK)):
        if done + len(chunk) > MAX_ROWS:
            raise UnreadableError("rows_too_many")
        read = _read(layout, chunk)
        _complain(connection, import_id, read.complaints)
        with connection.cursor().copy("COPY staged FROM STDIN") as copy:
            for row in read.rows:
                copy.write_row(row)
        done += len(chunk)
        progress(max(stated or 0, done), done)
    progress(done, done)
    if done == 0:
        raise UnreadableError("file_empty")


def _read(layout: Layout, rows: Sequence[tuple[int, tuple[Cell, ...]]]) -> _Chunk:
    chunk = _Chunk()
    for number, cells in rows:
        values: list[object] = [number, new_id()]
        for column, place in layout:
            cell = cells[place] if place is not None and place < len(cells) else None
            try:
                values.append(_value(column, cell))
            except BadCellError as error:
                values.append(None)
                shown = text_of(cell)[:_SHOWN_VALUE].replace("\0", "")
                chunk.complaints.append((number, column.name, error.code, shown))
        chunk.rows.append(tuple(values))
    return chunk


def _value(column: Column, cell: Cell) -> object:
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        if column.required:
            raise BadCellError("value_missing")
        return None
    if is_formula(cell):
        raise BadCellError("formula")
    return column.parser.read(cell)


def _complain(
    connection: psycopg.Connection[Any], import_id: UUID, complaints: Sequence[Complaint]
) -> None:
    if not complaints:
        return
    with connection.cursor().copy("COPY import_errors FROM STDIN") as copy:
        for row in _unique(import_id, complaints):
            copy.write_row(row)


def _unique(import_id: UUID, complaints: Sequence[Complaint]) -> Iterator[tuple[object, ...]]:
    seen = {(number, column, code): value for number, column, code, value in complaints}
    for (number, column, code), value in seen.items():
        yield import_id, number, column, code, value
