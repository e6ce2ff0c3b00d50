"""Writes marks and what check-ins show of them, however many, by one statement each."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from types import MappingProxyType
from typing import Any, Final

import orjson
from sqlalchemy import TextClause, text

from services.events.catalogue.snapshot import SessionSnapshot
from services.events.check_ins.models import CheckInRow
from services.events.check_ins.stay import Mark
from shared.database import UnitOfWork

# What marks may change of a check-in, and PostgreSQL's type of each.
_SHOWN: Final = MappingProxyType(
    {
        "role": "text", "method": "text", "state": "text", "checked_in_at": "timestamptz",
        "received_at": "timestamptz", "checked_out_at": "timestamptz", "minutes": "integer",
        "auto_checked_out": "boolean", "flags": "text[]", "device": "bytea", "code_age": "integer",
        "inside": "boolean", "reason": "text", "recorded_by": "uuid", "annulled_by": "uuid",
        "annulled_at": "timestamptz", "revision": "integer",
    }
)  # fmt: skip
_MARK: Final = MappingProxyType(
    {
        "id": "uuid", "member_id": "uuid", "direction": "text", "at": "timestamptz",
        "received_at": "timestamptz", "request_hash": "bytea", "role": "text", "method": "text",
        "recorded_by": "uuid", "reason": "text", "device": "bytea", "code_age": "integer",
        "inside": "boolean", "flags": "text[]", "voids": "uuid",
    }
)  # fmt: skip
MARK_FIELDS: Final = tuple(field.name for field in fields(Mark))


def _typed(columns: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns)


_PUT_MARKS: Final = text(f"""
    INSERT INTO check_in_marks (event_id, session_id, {", ".join(_MARK)})
    SELECT :event_id, :session_id, told.*
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS told ({_typed(_MARK.items())})
""")  # noqa: S608 - the names are constants of this file
_PUT_ROWS: Final = text(f"""
    UPDATE check_ins SET ({", ".join(_SHOWN)}) = ({", ".join(f"told.{name}" for name in _SHOWN)})
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS told (id uuid, {_typed(_SHOWN.items())})
    WHERE check_ins.id = told.id
""")  # noqa: S608 - as above


def shown_by(row: CheckInRow) -> tuple[Any, ...]:
    """Return all that marks may change of a check-in."""
    return tuple(getattr(row, name) for name in _SHOWN)


def put_marks(uow: UnitOfWork, session: SessionSnapshot, marks: Sequence[Mark]) -> None:
    """Add marks to a session's."""
    rows = [{name: _plain(getattr(mark, name)) for name in _MARK} for mark in marks]
    _put(uow, _PUT_MARKS, rows, event_id=session.event_id, session_id=session.session_id)


def put_rows(uow: UnitOfWork, rows: Sequence[CheckInRow]) -> None:
    """Write what locked check-ins show now."""
    told = [{"id": row.id} | {name: _plain(getattr(row, name)) for name in _SHOWN} for row in rows]
    _put(uow, _PUT_ROWS, told)


def _put(uow: UnitOfWork, statement: TextClause, rows: Sequence[Any], **values: object) -> None:
    if rows:
        uow.session.execute(statement, {"rows": orjson.dumps(rows).decode(), **values})


def _plain(value: object) -> object:
    return rf"\x{value.hex()}" if isinstance(value, bytes) else value
