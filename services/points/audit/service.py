"""Reading the audit log: page by page, or a span of it to take away."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from shared.clock import SHANGHAI
from shared.database import UnitOfWork
from shared.documents import Column, Document, Section, Value
from shared.errors import Unprocessable
from shared.names import masked
from shared.text import Text

LONGEST: Final = timedelta(days=31)
_AT_ONCE: Final = 1_000
WHAT: Final = ("did", "saw", "exported")

# Ids rise with time, so the newest come first. HTTP's refusals begin at 400.
_SELECT: Final = """
    SELECT a.*, m.name AS actor FROM audit_log a LEFT JOIN members m ON m.id = a.actor_id
    WHERE (CAST(:actor_id AS uuid) IS NULL OR a.actor_id = :actor_id)
        AND (CAST(:subject_id AS uuid) IS NULL OR a.subject_ids @> ARRAY[CAST(:subject_id AS uuid)])
        AND (CAST(:organisation_id AS uuid) IS NULL OR a.organisation_id = :organisation_id)
        AND (CAST(:what AS text) IS NULL OR :what = CASE
            WHEN a.action NOT LIKE 'GET %' THEN 'did' WHEN a.filters ? 'file' THEN 'exported'
            ELSE 'saw' END)
        AND (CAST(:refused AS boolean) IS NULL OR (a.status >= 400) = :refused)
        AND (CAST(:since AS timestamptz) IS NULL OR a.at >= :since)
        AND (CAST(:until AS timestamptz) IS NULL OR a.at < :until)
"""
_PAGE: Final = text(
    f"{_SELECT} AND (CAST(:before AS uuid) IS NULL OR a.id < :before) ORDER BY a.id DESC LIMIT :limit"
)
_SPAN: Final = text(f"{_SELECT} ORDER BY a.at, a.id")
_COLUMNS: Final = (
    ("at", Text("时间", "Time"), 20),
    ("actor", Text("操作人", "Actor"), 10),
    ("actor_id", Text("操作人编号", "Actor's id"), 38),
    ("reach", Text("身份", "Roles"), 30),
    ("action", Text("操作", "Action"), 50),
    ("permission", Text("权限", "Permission"), 24),
    ("subject_ids", Text("对象", "Subjects"), 38),
    ("organisation_id", Text("组织", "Organisation"), 38),
    ("filters", Text("内容", "Which"), 30),
    ("request_id", Text("请求编号", "Request"), 34),
    ("status", Text("结果", "Status"), 8),
)


def acts(
    uow: UnitOfWork, narrowed: dict[str, Any], before: UUID | None, limit: int
) -> Sequence[dict[str, Any]]:
    """Return acts, newest first; `narrowed` has the fields of `AuditFilter`."""
    rows = uow.session.execute(_PAGE, {**narrowed, "before": before, "limit": limit})
    return [{**row._mapping, "actor_name": _masked(row)} for row in rows]  # noqa: SLF001 - the public way to a dict


def export(uow: UnitOfWork, narrowed: dict[str, Any], language: str) -> Document:
    """Return a span of the log as a document, in the order of time; rows are read as it is written.

    Raises:
        Unprocessable: `audit_span_too_long`, if it ends before it begins or lasts over 31 days.
    """
    since, until = narrowed["since"], narrowed["until"]
    if not timedelta() < until - since <= LONGEST:
        raise Unprocessable(
            "audit_span_too_long",
            Text(
                "导出的时间段应在 31 天以内，且结束晚于开始，请分段导出。",
                "A span that is taken away ends after it begins and lasts 31 days at most;"
                " export it in parts.",
            ),
        )
    title = Text("审计日志", "Audit log").in_language(language)
    columns = [
        Column(name, heading.in_language(language), width) for name, heading, width in _COLUMNS
    ]
    span: list[tuple[str, Value]] = [
        (Text("起", "From").in_language(language), since),
        (Text("止", "Until").in_language(language), until),
    ]
    section = Section("acts", title, columns, _rows(uow, narrowed))
    return Document("audit", title, span, [section], language)


def _rows(uow: UnitOfWork, narrowed: dict[str, Any]) -> Iterator[Sequence[Value]]:
    result = uow.session.execute(_SPAN, narrowed, execution_options={"yield_per": _AT_ONCE})
    for row in result:
        yield (
            # To the second: a minute holds much.
            row.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"), _masked(row), str(row.actor_id), ", ".join(row.reach), row.action,
            row.permission, " ".join(map(str, row.subject_ids)),
            str(row.organisation_id) if row.organisation_id else None,
            " ".join(f"{name}={value}" for name, value in row.filters.items()),
            row.request_id, str(row.status),
        )  # fmt: skip


def _masked(row: Row[Any]) -> str | None:
    return masked(row.actor) if row.actor else None
