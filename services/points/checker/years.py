"""Member by member and year by year: the ledger against a fresh score of the facts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Cursor

from services.points.checker import statements
from services.points.checker.limits import Limits
from services.points.checker.proof import Proof
from services.points.ledger.past import Past, read_past
from services.points.ledger.posting import fact_from
from services.points.scoring import Entry, Fact, Timeline, score
from shared.clock import local_day, periods_of

MemberYear = tuple[UUID, int]


class Standing(NamedTuple):
    """A ledger entry that no other reverses, or what a fresh score says in its place."""

    points: int
    category: str
    occurred_at: datetime
    rule_set_id: UUID
    worth: int
    limited_by: str
    used: int
    cap: int | None


class Stored(NamedTuple):
    """A row of `member_years`."""

    points: int
    used: dict[str, dict[str, int]]
    last_occurred_at: datetime | None
    last_fact_id: UUID | None
    version: int
    stale: bool


@dataclass(slots=True)
class _Year:
    """What the database holds of one member's year.

    Attributes:
        placed: (occurred_at, fact, rule, entry) of each entry, the order of scoring.
        in_order: whether everything was posted in that order, and nothing changed since: then each
            entry shows the working of a fresh score, and not only its outcome.
    """

    facts: list[Fact] = field(default_factory=list)
    placed: list[tuple[datetime, UUID, str, UUID]] = field(default_factory=list)
    standing: dict[tuple[UUID, str], Standing] = field(default_factory=dict)
    total: int = 0
    in_order: bool = True
    stored: Stored | None = None


def check_members(
    cursor: Cursor[Any], members: Sequence[UUID], timeline: Timeline, proof: Proof
) -> None:
    """Check some members' years and periods."""
    years: dict[MemberYear, _Year] = defaultdict(_Year)
    past = read_past(cursor, members, timeline)
    _read_facts(cursor, members, years, proof)
    periods = _read_entries(cursor, members, years, past, proof)
    cursor.execute(statements.YEARS, [members])
    for member, calendar_year, *columns in cursor.fetchall():
        years[member, calendar_year].stored = Stored(*columns)
    cursor.execute(statements.RULES_FOR_THE_PAST)
    (may_wait,) = cursor.fetchone() or (False,)
    limits = Limits(timeline)
    for key, year in sorted(years.items(), key=lambda item: item[0]):
        if year.stored and year.stored.stale:
            # Rules for the past were approved a moment ago; the worker scores these years again.
            if not may_wait:
                proof.never("years wait for rules for the past alone", key)
        else:
            _check_year(key, year, past, timeline, proof)
        limits.check(key, year.standing, proof)
    _check_periods(cursor, members, periods, years, proof)


def _read_facts(
    cursor: Cursor[Any], members: Sequence[UUID], years: dict[MemberYear, _Year], proof: Proof
) -> None:
    cursor.execute(statements.FACTS, [members])
    for calendar_year, revision, *columns in cursor.fetchall():
        fact = fact_from(columns)
        year = years[fact.member_id, calendar_year]
        year.facts.append(fact)
        year.in_order &= revision == 1
        proof.facts += 1


def _read_entries(
    cursor: Cursor[Any],
    members: Sequence[UUID],
    years: dict[MemberYear, _Year],
    past: Past,
    proof: Proof,
) -> dict[tuple[UUID, str], int]:
    """Read the entries into their years; return the sums by period."""
    periods: dict[tuple[UUID, str], int] = defaultdict(int)
    cursor.execute(statements.ENTRIES, [members])
    for member, calendar_year, entry_id, fact_id, rule_code, stands, *rest in cursor.fetchall():
        # A meeting may begin after the check-in to it: the branch is that of the earlier moment.
        known_at, organisation_id, *shown = rest
        if known_at is not None and past.remembers(member):
            then = past.branch(member, known_at)
            proof.report("an entry names the branch of then", entry_id, then, organisation_id)
        entry = Standing(*shown)
        year = years[member, calendar_year]
        year.placed.append((entry.occurred_at, fact_id, rule_code, entry_id))
        proof.entries += 1
        proof.points += entry.points
        year.total += entry.points
        for period in periods_of(local_day(entry.occurred_at)):
            periods[member, period] += entry.points
        if stands:
            times = "twice" if (fact_id, rule_code) in year.standing else "once"
            proof.report("one standing entry", (fact_id, rule_code), "once", times)
            year.standing[fact_id, rule_code] = entry
        else:
            year.in_order = False
    for year in years.values():
        # Ids of entries rise in the order in which they were posted.
        posted = [entry_id for *_, entry_id in sorted(year.placed)]
        year.in_order &= posted == sorted(posted)
    return periods


def _check_year(key: MemberYear, year: _Year, past: Past, timeline: Timeline, proof: Proof) -> None:
    entries, state = score(past.counting(year.facts), timeline)
    wanted = {(entry.fact_id, entry.rule_code): _standing(entry) for entry in entries}
    _check_entries(key, wanted, year, proof)
    stored = year.stored or Stored(0, {}, None, None, 0, stale=False)
    last = max(((f.occurred_at, str(f.id)) for f in year.facts), default=None)
    seen = (stored.last_occurred_at, stored.last_fact_id)
    proof.report("sum of entries = balance", key, stored.points, year.total)
    proof.report("balance = score", key, state.points(str(key[1])), stored.points)
    proof.report("stored state = score", key, state.used, stored.used)
    proof.report(
        "a year's last fact", key, (last[0], UUID(last[1])) if last else (None, None), seen
    )


def _check_entries(
    key: MemberYear, wanted: dict[tuple[UUID, str], Standing], year: _Year, proof: Proof
) -> None:
    # An entry that a later score leaves standing shows the working of its own time; what it is
    # worth in points is the same at all times.
    whole = year.in_order and all(
        entry.rule_set_id == year.standing[place].rule_set_id
        for place, entry in wanted.items()
        if place in year.standing
    )
    for place in wanted.keys() | year.standing.keys():
        expected, found = wanted.get(place), year.standing.get(place)
        if expected and found and not whole:
            expected, found = expected._replace(**_OUTCOME), found._replace(**_OUTCOME)
            expected = expected._replace(rule_set_id=found.rule_set_id)
        proof.report("entry = score", (*key, *place), expected, found)


_OUTCOME: dict[str, Any] = {"worth": 0, "limited_by": "", "used": 0, "cap": None}


def _standing(entry: Entry) -> Standing:
    return Standing(
        entry.points, entry.category, entry.occurred_at, entry.rule_set_id, entry.worth,
        entry.limit, entry.used, entry.cap,
    )  # fmt: skip


def _check_periods(
    cursor: Cursor[Any],
    members: Iterable[UUID],
    periods: dict[tuple[UUID, str], int],
    years: dict[MemberYear, _Year],
    proof: Proof,
) -> None:
    cursor.execute(statements.PERIODS, [members])
    stored = {(member, period): rest for member, period, *rest in cursor.fetchall()}
    for place in sorted(stored.keys() | periods.keys()):
        points, version = stored.get(place, (0, 1))
        proof.report("period = sum of its entries", place, periods.get(place, 0), points)
        member, period = place
        year = years.get((member, int(period[:4]))) if period[:4].isdigit() else None
        newest = year.stored.version if year and year.stored else 0
        if not 0 < version <= newest and place in stored:
            proof.report("a period is written by its year", place, f"1 to {newest}", version)
