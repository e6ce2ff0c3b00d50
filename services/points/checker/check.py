"""Proves, member by member, that the ledger says what the facts and rules say.

Σ entries of a member = balance = score(facts, rules) = board score; no entry without a fact; every
reversal undoes exactly one entry; the totals of periods are the sums of their entries. It reads
and never writes. Everything is scored from the beginning, from facts and rules alone, so a stored
state that went wrong is found as well.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from psycopg import Cursor
from redis import Redis

from services.points.checker import statements
from services.points.leaderboards.boards import Boards
from services.points.ledger.branches import read_branches
from services.points.ledger.posting import fact_from
from services.points.rules.timeline import TimelineCache
from services.points.scoring import Fact, Timeline, score
from shared.clock import local_day, periods_of
from shared.database import UnitOfWork

_CHUNK = 2_000
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is not as it must be: which rule, where, and what was found there."""

    rule: str
    where: str
    expected: object
    found: object

    def to_json(self) -> dict[str, object]:
        return {
            "rule": self.rule,
            "where": self.where,
            "expected": self.expected,
            "found": self.found,
        }


@dataclass(slots=True)
class Proof:
    """What was checked, and what was wrong; at most a hundred violations are kept in words."""

    members: int = 0
    facts: int = 0
    entries: int = 0
    points: int = 0
    boards: int = 0
    broken: int = 0
    violations: list[Violation] = field(default_factory=list)

    def report(self, rule: str, where: object, expected: object, found: object) -> None:
        if expected == found:
            return
        self.broken += 1
        if len(self.violations) < _SHOWN:
            self.violations.append(Violation(rule, str(where), expected, found))

    def to_json(self) -> dict[str, object]:
        return {
            "ok": self.broken == 0,
            "members": self.members,
            "facts": self.facts,
            "entries": self.entries,
            "points": self.points / 10,
            "boards": self.boards,
            "broken": self.broken,
            "violations": [violation.to_json() for violation in self.violations],
        }


def check(uow: UnitOfWork, redis: Redis | None = None) -> Proof:
    """Check everything; with Redis, its boards as well.

    One snapshot of the database is read, so it may run while points are posted.
    """
    proof = Proof()
    timeline = TimelineCache().get(uow)
    cursor: Cursor[Any] = uow.session.connection().connection.cursor()  # type: ignore[assignment]
    for members in _chunks(cursor):
        proof.members += len(members)
        _check_members(cursor, members, timeline, proof)
    for rule, statement in statements.NEVER.items():
        cursor.execute(statement)
        for (where,) in cursor.fetchall():
            proof.report(rule, where, "never", "there")
    if redis is not None:
        _check_boards(uow, cursor, Boards(redis), proof)
    return proof


def check_attendance(
    uow: UnitOfWork, attendance: Iterator[tuple[UUID, UUID, int, str]], proof: Proof
) -> None:
    """Compare facts with what the events service says: (check-in, member, revision, state)."""
    cursor: Cursor[Any] = uow.session.connection().connection.cursor()  # type: ignore[assignment]
    cursor.execute(statements.ATTENDED)
    known = {row[0]: tuple(row[1:]) for row in cursor.fetchall()}
    for check_in_id, *rest in attendance:
        proof.report("check-in = fact", check_in_id, tuple(rest), known.pop(check_in_id, None))
    for check_in_id, found in known.items():
        proof.report("check-in = fact", check_in_id, None, found)


def _chunks(cursor: Cursor[Any]) -> Iterator[list[UUID]]:
    last = UUID(int=0)
    while True:
        cursor.execute(statements.MEMBERS, [last, last, last, last, _CHUNK])
        members = [row[0] for row in cursor.fetchall()]
        if not members:
            return
        yield members
        last = members[-1]


def _check_members(
    cursor: Cursor[Any], members: Sequence[UUID], timeline: Timeline, proof: Proof
) -> None:
    facts: dict[tuple[UUID, int], list[Fact]] = defaultdict(list)
    cursor.execute(statements.FACTS, [members])
    for year, *columns in cursor.fetchall():
        fact = fact_from(columns)
        facts[fact.member_id, year].append(fact)
        proof.facts += 1
    branches = read_branches(cursor, members, timeline)
    cursor.execute(statements.UNSCORED, [members])
    unscored = {row[0] for row in cursor.fetchall()}
    standing, sums, periods = _read_entries(cursor, members, proof)
    cursor.execute(statements.YEARS, [members])
    years = {(member, year): (points, used) for member, year, points, used in cursor.fetchall()}
    for key in sorted(facts.keys() | years.keys() | standing.keys()):
        _check_year(
            key,
            () if key[0] in unscored else branches.place(facts[key]),
            standing[key],
            years,
            timeline,
            proof,
        )
        proof.report("sum of entries = balance", key, years.get(key, (0,))[0], sums.get(key, 0))
    cursor.execute(statements.PERIODS, [members])
    stored = {(member, period): points for member, period, points in cursor.fetchall()}
    for place in sorted(stored.keys() | periods.keys()):
        expected, found = periods.get(place, 0), stored.get(place, 0)
        proof.report("period = sum of its entries", place, expected, found)


Standing = dict[tuple[UUID, str], int]
Sums = dict[tuple[UUID, int], int]


def _read_entries(
    cursor: Cursor[Any], members: Sequence[UUID], proof: Proof
) -> tuple[dict[tuple[UUID, int], Standing], Sums, dict[tuple[UUID, str], int]]:
    """Return the standing entries, the sums by year, and the sums by period."""
    standing: dict[tuple[UUID, int], Standing] = defaultdict(dict)
    sums: Sums = defaultdict(int)
    periods: dict[tuple[UUID, str], int] = defaultdict(int)
    cursor.execute(statements.ENTRIES, [members])
    for member, year, fact_id, rule_code, occurred_at, points, stands in cursor.fetchall():
        proof.entries += 1
        proof.points += points
        sums[member, year] += points
        for period in periods_of(local_day(occurred_at)):
            periods[member, period] += points
        if stands:
            here = standing[member, year]
            times = "twice" if (fact_id, rule_code) in here else "once"
            proof.report("one standing entry", (fact_id, rule_code), "once", times)
            here[fact_id, rule_code] = points
    return standing, sums, periods


def _check_year(
    key: tuple[UUID, int],
    facts: Sequence[Fact],
    standing: Standing,
    years: dict[tuple[UUID, int], tuple[int, dict[str, Any]]],
    timeline: Timeline,
    proof: Proof,
) -> None:
    entries, state = score(facts, timeline)
    wanted = {(entry.fact_id, entry.rule_code): entry.points for entry in entries}
    for place in wanted.keys() | standing.keys():
        proof.report("entry = score", (key, place), wanted.get(place), standing.get(place))
    points, stored = years.get(key, (0, {}))
    proof.report("balance = score", key, state.points(str(key[1])), points)
    proof.report("stored state = score", key, state.used, stored)


def _check_boards(uow: UnitOfWork, cursor: Cursor[Any], boards: Boards, proof: Proof) -> None:
    """Compare the running periods' boards with the totals, place by place."""
    for period in periods_of(local_day(uow.clock.now())):
        if not boards.ready(period):
            continue
        expected: dict[str, dict[UUID, int]] = defaultdict(dict)
        cursor.execute(statements.BOARD, [period])
        for member, path, points in cursor.fetchall():
            for code in path.strip("/").split("/"):
                expected[code][member] = points
        cursor.execute(statements.CODES)
        for (code,) in cursor.fetchall():
            proof.boards += 1
            found = boards.points(code, period)
            for member in expected[code].keys() | found.keys():
                where = f"{code} {period} {member}"
                proof.report("board = total", where, expected[code].get(member), found.get(member))
