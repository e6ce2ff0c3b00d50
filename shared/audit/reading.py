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
_WANTED: Final = """
    WHERE (CAST(:actor_id AS uuid) IS NULL OR a.actor_id = :actor_id)
        AND (CAST(:subject_id AS uuid) IS NULL OR a.subject_ids @> ARRAY[CAST(:subject_id AS uuid)])
        AND (CAST(:organisation_id AS uuid) IS NULL OR a.organisation_id = :organisation_id)
        AND (CAST(:what AS text) IS NULL OR :what = CASE
            WHEN a.action NOT LIKE 'GET %' THEN 'did'
            WHEN a.filters ?| '{file,export}' THEN 'exported' ELSE 'saw' END)
        AND (CAST(:refused AS boolean) IS NULL OR (a.status >= 400) = :refused)
        AND (CAST(:since AS timestamptz) IS NULL OR a.at >= :since)
        AND (CAST(:until AS timestamptz) IS NULL OR a.at < :until)
"""
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


class Reading:
    """The log of one service.

    Args:
        people: the table in which the service has people's ids and names.
    """

    def __init__(self, people: str) -> None:
        select = (
            "SELECT a.*, m.name AS actor FROM audit_log a"  # noqa: S608 - a name of a table of ours
            f" LEFT JOIN {people} m ON m.id = a.actor_id {_WANTED}"
        )
        self._page = text(
            f"{select} AND (CAST(:before AS uuid) IS NULL OR a.id < :before)"
            " ORDER BY a.id DESC LIMIT :limit"
        )
        self._span = text(f"{select} ORDER BY a.at, a.id")

    def acts(
        self, uow: UnitOfWork, narrowed: dict[str, Any], before: UUID | None, limit: int
    ) -> Sequence[dict[str, Any]]:
        """Return acts, newest first; `narrowed` has the fields of `AuditFilter`."""
        rows = uow.session.execute(self._page, {**narrowed, "before": before, "limit": limit})
        return [{**row._mapping, "actor_name": _masked(row)} for row in rows]  # noqa: SLF001 - the public way to a dict

    def export(self, uow: UnitOfWork, narrowed: dict[str, Any], language: str) -> Document:
        """Return a span as a document, in the order of time; rows are read as it is written.

        Raises:
            Unprocessable: `audit_span_too_long`, if it ends before it begins or lasts over 31 days.
        """
        span, columns, title = _heading(narrowed, language)
        section = Section("acts", title, columns, self._rows(uow, narrowed))
        return Document("audit", title, span, [section], language)

    def _rows(self, uow: UnitOfWork, narrowed: dict[str, Any]) -> Iterator[Sequence[Value]]:
        result = uow.session.execute(
            self._span, narrowed, execution_options={"yield_per": _AT_ONCE}
        )
        for row in result:
            yield (
                # To the second: a minute holds much.
                row.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"), _masked(row), str(row.actor_id), ", ".join(row.reach), row.action,
                row.permission, " ".join(map(str, row.subject_ids)),
                str(row.organisation_id) if row.organisation_id else None,
                " ".join(f"{name}={value}" for name, value in row.filters.items()),
                row.request_id, str(row.status),
            )  # fmt: skip


def _heading(
    narrowed: dict[str, Any], language: str
) -> tuple[list[tuple[str, Value]], list[Column], str]:
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
    return span, columns, title


def _masked(row: Row[Any]) -> str | None:
    return masked(row.actor) if row.actor else None
