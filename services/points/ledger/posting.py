"""Posting: facts in, the ledger's difference out, all in the caller's transaction.

For each member's year that the facts touch: take its lock, score what the member now has, compare
with what the ledger already says, append the difference. Facts that come after all the year has
seen are scored from the stored state alone, which is what nearly every check-in is; anything else
(late, annulled, changed) is scored from the beginning, and an entry whose outcome changed is
reversed by a linked entry before the new one. The order in which facts arrive never shows.

Set-based throughout: a batch costs the same few statements whatever its size.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import Cursor
from psycopg.types.json import Jsonb, set_json_dumps

from services.points.ledger import statements
from services.points.scoring import Entry, Fact, State, Timeline, score
from shared.clock import SHANGHAI, periods_of
from shared.contracts import points as contract
from shared.database import UnitOfWork
from shared.ids import new_id

set_json_dumps(orjson.dumps)

MemberYear = tuple[UUID, int]


@dataclass(frozen=True, slots=True)
class RecordedFact:
    """A fact together with what the record keeps of it beyond scoring.

    Attributes:
        source_key: names what it came from, so that the same thing is never two facts; None for
            a check-in, whose id the fact has.
        revision: a higher one replaces what is known; the same or a lower one is old news.
    """

    fact: Fact
    source_key: str | None
    title: str
    state: str = "present"
    reason: str | None = None
    revision: int = 1


@dataclass(slots=True)
class _Year:
    """One member's year while it is being posted."""

    state: State
    last: tuple[datetime, UUID] | None
    version: int
    scored: bool
    organisation_id: UUID | None
    fresh: list[Fact] = field(default_factory=list)
    rescore: bool = False
    touched: set[str] = field(default_factory=set)


def post(uow: UnitOfWork, recorded: Sequence[RecordedFact], timeline: Timeline) -> int:
    """Record facts and append what they change to the ledger; return the number of entries.

    The caller commits. Facts whose revision is not newer than what is known change nothing.
    """
    if not recorded:
        return 0
    cursor = _cursor(uow)
    now = uow.clock.now()
    changed = _store(cursor, _newest(recorded), now)
    if not changed:
        return 0
    years = _lock(cursor, {(f.fact.member_id, _year(f.fact.occurred_at)) for f in changed})
    for item in changed:
        year = years[item.fact.member_id, _year(item.fact.occurred_at)]
        year.fresh.append(item.fact)
        place = (item.fact.occurred_at, item.fact.id)
        late = year.last is not None and place <= year.last
        year.rescore |= late or item.revision > 1 or item.state != "present"
    return _append(uow, cursor, years, timeline, now)


def rescore_misjudged(uow: UnitOfWork, members: Iterable[UUID], timeline: Timeline) -> int:
    """Score years again whose member has since begun or ceased to be scored."""
    cursor = _cursor(uow)
    cursor.execute(statements.MISJUDGED_YEARS, [list(members)])
    years = _lock(cursor, set(cursor.fetchall()))
    if not years:
        return 0
    for year in years.values():
        year.rescore = True
    return _append(uow, cursor, years, timeline, uow.clock.now())


def _append(
    uow: UnitOfWork,
    cursor: Cursor[Any],
    years: dict[MemberYear, _Year],
    timeline: Timeline,
    now: datetime,
) -> int:
    rows: list[tuple[Any, ...]] = []
    whole = [key for key, year in years.items() if year.rescore]
    facts, live = _read_whole(cursor, whole)
    for key, year in years.items():
        before = set(year.state.used)
        if year.rescore:
            entries, year.state = score(facts[key] if year.scored else (), timeline)
            rows += _difference(key, year, entries, live[key], now)
            last = max(((f.occurred_at, f.id) for f in facts[key]), default=None)
        else:
            entries, year.state = score(year.fresh if year.scored else (), timeline, year.state)
            rows += [_row(key, year, entry, now) for entry in entries]
            last = max((f.occurred_at, f.id) for f in year.fresh)
        year.last = last
        year.version += 1
        periods = {p for f in year.fresh for p in periods_of(f.occurred_at.astimezone(SHANGHAI))}
        if year.rescore:
            periods |= {k for k in before | set(year.state.used) if "|" not in k}
        year.touched = periods
    _write(cursor, rows, years)
    _tell(uow, years)
    return len(rows)


def _cursor(uow: UnitOfWork) -> Cursor[Any]:
    """Return a psycopg cursor inside the unit of work's transaction."""
    return uow.session.connection().connection.cursor()  # type: ignore[return-value] # psycopg's


def _year(moment: datetime) -> int:
    return moment.astimezone(SHANGHAI).year


def _newest(recorded: Sequence[RecordedFact]) -> list[RecordedFact]:
    """Keep the newest revision of each fact of the batch, in one order for every process.

    Two batches that share rows would wait for each other in a circle if each took them in an
    order of its own.
    """
    newest: dict[tuple[UUID, UUID], RecordedFact] = {}
    for item in recorded:
        key = (item.fact.member_id, item.fact.id)
        known = newest.get(key)
        if known is None or item.revision > known.revision:
            newest[key] = item
    return [newest[key] for key in sorted(newest)]


def _store(
    cursor: Cursor[Any], recorded: Sequence[RecordedFact], now: datetime
) -> list[RecordedFact]:
    """Write the facts; return those that were new or newer than what was known."""
    columns = list(
        zip(
            *(
                (
                    r.fact.member_id, r.fact.id, r.fact.source, r.source_key, r.fact.kind,
                    orjson.dumps(r.fact.tags).decode(), r.fact.role, r.fact.group, r.title,
                    r.fact.occurred_at, _year(r.fact.occurred_at), r.fact.minutes, r.fact.level,
                    r.state, r.reason, r.revision,
                )
                for r in recorded
            ),
            strict=True,
        )
    )  # fmt: skip
    cursor.execute(statements.STORE_FACTS, [now, *map(list, columns)])
    written = set(cursor.fetchall())
    return [r for r in recorded if (r.fact.member_id, r.fact.id) in written]


def _lock(cursor: Cursor[Any], keys: set[MemberYear]) -> dict[MemberYear, _Year]:
    """Take the locks of members' years, always in the same order, and read where they stand."""
    ordered = sorted(keys)
    parameters = [[member for member, _ in ordered], [year for _, year in ordered]]
    cursor.execute(statements.OPEN_YEARS, parameters)
    cursor.execute(statements.LOCK_YEARS, parameters)
    return {
        (member, year): _Year(
            State.from_json(state),
            (last_at, last_id) if last_at is not None else None,
            version,
            scored,
            organisation_id,
        )
        for member, year, state, last_at, last_id, version, scored, organisation_id in (
            cursor.fetchall()
        )
    }


Live = dict[tuple[UUID, str], tuple[UUID, int]]


def _read_whole(
    cursor: Cursor[Any], keys: Sequence[MemberYear]
) -> tuple[dict[MemberYear, list[Fact]], dict[MemberYear, Live]]:
    """Read all present facts and all standing entries of some members' years."""
    facts: dict[MemberYear, list[Fact]] = defaultdict(list)
    live: dict[MemberYear, Live] = defaultdict(dict)
    if not keys:
        return facts, live
    parameters = [[member for member, _ in keys], [year for _, year in keys]]
    cursor.execute(statements.READ_FACTS, parameters)
    for year, *columns in cursor.fetchall():
        fact = fact_from(columns)
        facts[fact.member_id, year].append(fact)
    cursor.execute(statements.READ_STANDING, parameters)
    for member, year, entry_id, fact_id, rule_code, points in cursor.fetchall():
        live[member, year][fact_id, rule_code] = (entry_id, points)
    return facts, live


def fact_from(columns: Sequence[Any]) -> Fact:
    """Build a fact from the columns of `statements.FACT_COLUMNS`."""
    fact_id, member, kind, occurred_at, tags, role, source, activity, minutes, level = columns
    return Fact(
        fact_id, member, kind, occurred_at, tuple(tags), role, source, activity, minutes, level
    )


def _difference(
    key: MemberYear, year: _Year, entries: Sequence[Entry], live: Live, now: datetime
) -> list[tuple[Any, ...]]:
    """Return the rows that turn what stands into what should stand."""
    rows = []
    wanted = {(entry.fact_id, entry.rule_code): entry for entry in entries}
    standing = set()
    for (fact_id, rule_code), (entry_id, points) in live.items():
        entry = wanted.get((fact_id, rule_code))
        if entry is not None and entry.points == points:
            standing.add((fact_id, rule_code))
        else:
            rows.append((key, fact_id, rule_code, entry_id))
    reversals = [(member, new_id(), entry_id, now) for (member, _), _fact, _rule, entry_id in rows]
    new = [_row(key, year, e, now) for k, e in wanted.items() if k not in standing]
    return [*reversals, *new]


def _row(key: MemberYear, year: _Year, entry: Entry, now: datetime) -> tuple[Any, ...]:
    return (
        key[0], new_id(), entry.fact_id, entry.rule_code, entry.category, entry.rule_set_id,
        key[1], entry.occurred_at, entry.points, entry.worth, entry.limit, entry.used, entry.cap,
        year.organisation_id, now,
    )  # fmt: skip


_REVERSAL_WIDTH = 4


def _write(
    cursor: Cursor[Any], rows: Sequence[tuple[Any, ...]], years: dict[MemberYear, _Year]
) -> None:
    reversals = [row for row in rows if len(row) == _REVERSAL_WIDTH]
    entries = [row for row in rows if len(row) != _REVERSAL_WIDTH]
    if reversals:
        columns = [list(column) for column in zip(*reversals, strict=True)]
        cursor.execute(statements.REVERSE, [reversals[0][3], *columns[:3]])
    if entries:
        with cursor.copy(statements.COPY_ENTRIES) as copy:
            copy.set_types(statements.ENTRY_TYPES)
            for row in entries:
                copy.write_row(row)
    cursor.execute(
        statements.CLOSE_YEARS,
        [
            [member for member, _ in years],
            [year for _, year in years],
            [y.state.total for y in years.values()],
            [y.scored for y in years.values()],
            [Jsonb(y.state.to_json()) for y in years.values()],
            [y.last[0] if y.last else None for y in years.values()],
            [y.last[1] if y.last else None for y in years.values()],
            [y.version for y in years.values()],
        ],
    )
    totals = [
        (member, period, year.state.used.get(period, 0), year.version)
        for (member, _), year in years.items()
        for period in year.touched
    ]
    if totals:
        columns = [list(column) for column in zip(*totals, strict=True)]
        cursor.execute(statements.SET_PERIODS, columns)


def _tell(uow: UnitOfWork, years: dict[MemberYear, _Year]) -> None:
    changes = [
        {
            "member_id": str(member),
            "year": calendar_year,
            "version": year.version,
            "periods": {p: year.state.used.get(p, 0) for p in sorted(year.touched)},
        }
        for (member, calendar_year), year in years.items()
    ]
    uow.publish(contract.STREAM, contract.CHANGED_V1, "batch", {"changes": changes})
