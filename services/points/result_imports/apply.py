"""Rows of results become facts: what is new or changed is posted, and what is known left alone."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, time
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import Row, text

from services.points.ledger.decided import post_decided
from services.points.ledger.recorded import RecordedFact
from services.points.result_imports.checks import source_key, told_by_event
from services.points.result_imports.holding import batches, measured
from services.points.scoring import Fact
from services.points.scoring.vocabulary import FACT_KINDS
from shared.auth import Principal
from shared.clock import SHANGHAI
from shared.crash import crash_point
from shared.database import UnitOfWork
from shared.imports.kinds import Summary

_NOON: Final = time(12)

_TOUCHED: Final = """
    SELECT m.id AS member_id, extract(year FROM s.day)::smallint AS year
    FROM staged s JOIN members m ON m.member_no = s.member_no
"""
_NAMED: Final = text("""
    INSERT INTO import_facts (import_id, member_id, fact_id, minutes)
    SELECT :import_id, * FROM unnest(
        CAST(:members AS uuid[]), CAST(:facts AS uuid[]), CAST(:minutes AS integer[])
    )
""")


def apply(
    uow: UnitOfWork,
    _principal: Principal,
    import_id: UUID,
    *,
    fact_kind: str,
    role: str,
    columns: Collection[str],
) -> Summary:
    """Post what is new or changed; return counts, and the points that came of it by rule."""
    counts = {"created": 0, "changed": 0, "unchanged": 0}

    def post() -> None:
        rows = _rows(uow, fact_kind, columns)
        for batch in batches(rows):
            fates = [_fate(row) for row in batch]
            for fate in fates:
                counts[fate] = counts.get(fate, 0) + 1
            here = [each for each in zip(batch, fates, strict=True) if each[1] != "told_by_event"]
            recorded = [_recorded(row, role) for row, _ in here]
            news = [r for r, (_, fate) in zip(recorded, here, strict=True) if fate != "unchanged"]
            post_decided(uow, news)
            _name(uow, import_id, recorded)
            crash_point("import_between_batches")

    by_rule = measured(uow, import_id, _TOUCHED, post)
    return {**counts, "points": sum(by_rule.values()), "points_by_rule": by_rule}


def _rows(uow: UnitOfWork, fact_kind: str, columns: Collection[str]) -> Sequence[Row[Any]]:
    """Return the rows, each with the fact that it names if there is one."""
    kind = f"s.{fact_kind}" if fact_kind in columns else f"'{fact_kind}'"
    # Constants of the kinds, none of it input.
    statement = text(f"""
        SELECT m.id AS member_id, s.day, {kind} AS kind, {source_key(fact_kind, columns)} AS key,
            {"s.title" if "title" in columns else "NULL"} AS title,
            {"s.level" if "level" in columns else "NULL"} AS level,
            {"s.minutes" if "minutes" in columns else "NULL::integer"} AS minutes,
            f.state, f.revision, f.minutes AS known_minutes,
            {told_by_event(fact_kind, columns)} AS told_by_event
        FROM staged s JOIN members m ON m.member_no = s.member_no
        LEFT JOIN facts f
            ON f.member_id = m.id AND f.source_key = {source_key(fact_kind, columns)}
        ORDER BY m.id, s.day
    """)  # noqa: S608
    return uow.session.execute(statement).all()


def _fate(row: Row[Any]) -> str:
    if row.told_by_event:
        return "told_by_event"
    if row.state != "present":
        return "created"
    return "unchanged" if row.known_minutes == row.minutes else "changed"


def _recorded(row: Row[Any], role: str) -> RecordedFact:
    """Return the fact of a row, as newer than what is known of it."""
    fact = Fact(
        id=uuid5(row.member_id, row.key),
        member_id=row.member_id,
        kind=row.kind,
        occurred_at=datetime.combine(row.day, _NOON, SHANGHAI).astimezone(UTC),
        role=role,
        source="import",
        group=row.key if row.title else "",
        minutes=row.minutes,
        level=row.level,
    )
    title = row.title or FACT_KINDS[row.kind].zh
    return RecordedFact(fact, row.key, title, revision=(row.revision or 0) + 1)


def _name(uow: UnitOfWork, import_id: UUID, recorded: Sequence[RecordedFact]) -> None:
    """Remember which import named which fact, those that it left alone as well."""
    facts = [item.fact for item in recorded]
    values = {
        "import_id": import_id,
        "members": [fact.member_id for fact in facts],
        "facts": [fact.id for fact in facts],
        "minutes": [fact.minutes for fact in facts],
    }
    uow.session.execute(_NAMED, values)
