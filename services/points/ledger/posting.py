"""Posting: facts in, the ledger's difference out, all in the caller's transaction.

For each member's year that the facts touch: take its lock, score what the member now has, compare
with what the ledger already says, append the difference. Facts that come after all the year has
seen are scored from the stored state alone, which is what nearly every check-in is; anything else
(late, annulled, changed) is scored from the beginning, and an entry whose outcome changed is
reversed by a linked entry before the new one. The order in which facts arrive never shows.

Set-based throughout: a batch costs the same few statements whatever its size.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import Cursor

from services.points.ledger import held, statements
from services.points.ledger.member_years import MemberYear, OpenYear, lock, read_past_of
from services.points.ledger.past import Past, cursor_of
from services.points.ledger.recorded import RecordedFact
from services.points.ledger.study import tell_study
from services.points.scoring import Entry, Fact, State, Timeline, score
from shared.clock import SHANGHAI, local_day, periods_of
from shared.contracts import points as contract
from shared.database import UnitOfWork
from shared.ids import new_id


def post(
    uow: UnitOfWork,
    recorded: Sequence[RecordedFact],
    timeline: Timeline,
    *,
    decided: bool = False,
) -> int:
    """Record facts and append what they change to the ledger; return the number of new rows.

    The caller holds the timeline (`TimelineCache.hold`) and commits. Facts whose revision is not
    newer than what is known change nothing. What lies in a closed month waits for a decision,
    unless it comes from one. A member the roster does not know is scored, and the entries name no
    organisation.
    """
    if not recorded:
        return 0
    cursor = cursor_of(uow)
    now = uow.clock.now()
    newest = _newest(recorded)
    open_to_post = newest if decided else held.hold_back(cursor, newest, now)
    changed = _store(cursor, open_to_post, now) if open_to_post else []
    if not changed:
        return 0
    tell_study(uow, changed)
    by_year: dict[MemberYear, list[RecordedFact]] = defaultdict(list)
    for item in changed:
        by_year[item.fact.member_id, _year(item.fact.occurred_at)].append(item)
    years = lock(cursor, by_year.keys())
    for key, items in by_year.items():
        year = years[key]
        year.fresh = [item.fact for item in items]
        year.rescore |= any(
            item.revision > 1 or item.state != "present" or _is_late(item.fact, year.last)
            for item in items
        )
    return _append(uow, cursor, years, timeline, now)


def rescore_judged(uow: UnitOfWork, members: Sequence[UUID], timeline: Timeline) -> int:
    """Score years again of members of whom it may have changed whether they are scored.

    The caller has waited for postings under way (`await_postings`): a fact that one of them has
    just recorded would not be seen.
    """
    cursor = cursor_of(uow)
    cursor.execute(statements.JUDGED_YEARS, [members, members])
    return _rescore(uow, cursor, timeline)


def rescore_stale(uow: UnitOfWork, timeline: Timeline, at_most: int) -> int:
    """Score again some of the years that rules for the past made out of date; return how many.

    The caller holds the timeline and commits.
    """
    cursor = cursor_of(uow)
    cursor.execute(statements.STALE_YEARS, [at_most])
    return _rescore(uow, cursor, timeline)


def _rescore(uow: UnitOfWork, cursor: Cursor[Any], timeline: Timeline) -> int:
    """Score the years that were just asked for from the beginning; return how many."""
    years = lock(cursor, set(cursor.fetchall()))
    for year in years.values():
        year.rescore = True
    if years:
        _append(uow, cursor, years, timeline, uow.clock.now())
    return len(years)


def _append(
    uow: UnitOfWork,
    cursor: Cursor[Any],
    years: dict[MemberYear, OpenYear],
    timeline: Timeline,
    now: datetime,
) -> int:
    rows: list[tuple[Any, ...]] = []
    reversals: list[tuple[UUID, UUID, UUID]] = []
    facts, live = _read_whole(cursor, [key for key, year in years.items() if year.rescore])
    for key, year in years.items():
        if year.rescore:
            year.fresh = facts[key]
    past = read_past_of(cursor, years, timeline)
    for key, year in years.items():
        before = State() if year.rescore else year.state
        entries, year.state = score(past.counting(year.fresh), timeline, before)
        new, touched = entries, set[str]()
        if year.rescore:
            new, undone = _difference(entries, live[key])
            reversals += [(key[0], new_id(), standing.id) for standing in undone]
            touched = {p for u in undone for p in periods_of(local_day(u.occurred_at))}
        rows += [_row(key, past, entry, now) for entry in new]
        touched.update(*(entry.periods for entry in new))
        year.totals = {
            period: before.points(period) + sum(e.points for e in entries if period in e.periods)
            for period in sorted(touched)
        }
        year.last = max(((f.occurred_at, str(f.id)) for f in year.fresh), default=None)
        year.version += 1
    _write(cursor, reversals, rows, years, now)
    _tell(uow, years)
    return len(reversals) + len(rows)


def _year(moment: datetime) -> int:
    return moment.astimezone(SHANGHAI).year


def _is_late(fact: Fact, last: tuple[datetime, str] | None) -> bool:
    """Tell whether a fact sorts before one that has been scored."""
    return last is not None and (fact.occurred_at, str(fact.id)) <= last


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
    return [newest[key] for key in sorted(newest, key=lambda key: (key[0].int, key[1].int))]


def _store(
    cursor: Cursor[Any], recorded: Sequence[RecordedFact], now: datetime
) -> list[RecordedFact]:
    """Write the facts; return those that were new or newer than what was known."""
    rows = [
        (
            r.fact.member_id, r.fact.id, r.fact.source, r.source_key, r.fact.kind,
            orjson.dumps(r.fact.tags).decode(), r.fact.role, r.fact.group, r.title,
            r.fact.occurred_at, _year(r.fact.occurred_at), r.fact.minutes, r.fact.level,
            r.fact.quantity, r.state, r.reason, r.revision,
        )
        for r in recorded
    ]  # fmt: skip
    cursor.execute(statements.STORE_FACTS, [now, *_columns(rows)])
    if cursor.rowcount == len(recorded):
        return list(recorded)
    written = set(cursor.fetchall())
    return [r for r in recorded if (r.fact.member_id, r.fact.id) in written]


@dataclass(frozen=True, slots=True)
class _Standing:
    """A ledger entry that no other reverses."""

    id: UUID
    points: int
    occurred_at: datetime


Live = dict[tuple[UUID, str], _Standing]


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
    for member, year, fact_id, rule_code, *standing in cursor.fetchall():
        live[member, year][fact_id, rule_code] = _Standing(*standing)
    return facts, live


def fact_from(columns: Sequence[Any]) -> Fact:
    """Build a fact from the columns of `statements.FACT_COLUMNS`."""
    fact_id, member, kind, occurred_at, tags, role, source, activity, *amounts = columns
    return Fact(fact_id, member, kind, occurred_at, tuple(tags), role, source, activity, *amounts)


def _difference(entries: Sequence[Entry], live: Live) -> tuple[list[Entry], list[_Standing]]:
    """Return what is to be posted and what is to be reversed, so that the entries stand."""
    undone = dict(live)
    new = []
    for entry in entries:
        key = (entry.fact_id, entry.rule_code)
        if key in undone and undone[key].points == entry.points:
            del undone[key]
        else:
            new.append(entry)
    return new, list(undone.values())


def _row(key: MemberYear, past: Past, entry: Entry, now: datetime) -> tuple[Any, ...]:
    return (
        key[0], new_id(), entry.fact_id, entry.rule_code, entry.category, entry.rule_set_id,
        key[1], entry.occurred_at, entry.points, entry.worth, entry.limit, entry.used, entry.cap,
        past.branch(key[0], entry.occurred_at), now,
    )  # fmt: skip


def _write(
    cursor: Cursor[Any],
    reversals: Sequence[tuple[UUID, UUID, UUID]],
    rows: Sequence[tuple[Any, ...]],
    years: dict[MemberYear, OpenYear],
    now: datetime,
) -> None:
    if reversals:
        cursor.execute(statements.REVERSE, [now, *_columns(reversals)])
    if rows:
        with cursor.copy(statements.COPY_ENTRIES) as copy:
            copy.set_types(statements.ENTRY_TYPES)
            for row in rows:
                copy.write_row(row)
    closed = [
        (
            member, calendar_year, year.state.points(str(calendar_year)),
            orjson.dumps(year.state.used).decode(), *(year.last or (None, None)), year.version,
        )
        for (member, calendar_year), year in years.items()
    ]  # fmt: skip
    cursor.execute(statements.CLOSE_YEARS, _columns(closed))
    totals = [
        (member, period, points, year.version)
        for (member, _), year in years.items()
        for period, points in year.totals.items()
    ]
    if totals:
        cursor.execute(statements.SET_PERIODS, _columns(totals))


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _tell(uow: UnitOfWork, years: dict[MemberYear, OpenYear]) -> None:
    changes = [
        {
            "member_id": str(member),
            "year": calendar_year,
            "version": year.version,
            "periods": year.totals,
        }
        for (member, calendar_year), year in years.items()
        if year.totals
    ]
    if changes:
        uow.publish(contract.STREAM, contract.CHANGED_V1, "batch", {"changes": changes})
