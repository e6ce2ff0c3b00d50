"""The console's member table and queues over the full city: 200,000 members, a year of claims.

Each list as the console asks for it, through the edge, one request after the other; beside it the
list's own statements, by psycopg alone on one connection. CPU is that of edge, service and database
together, which a busy machine does not change.
"""

import base64
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
import psycopg
from apiflask import APIFlask
from sqlalchemy import event

from services.points.app import create_app
from services.points.config import Settings
from shared.config import Environment
from tests.bench import load
from tests.bench.suite import Suite

_TIMES = 60
_ROWS = 50

# Ids in the order of time, as the suite makes them.
_ID = "lpad(to_hex({} + n), 32, '0')::uuid"
_FILL = (
    # A year's claims of one member in two, and of one in ten something that waits.
    f"""
    INSERT INTO claims (
        member_id, id, organisation_id, group_id, kind, day, title, description, round, state,
        due_on, created_at, closed_at, steps
    )
    SELECT m.id, {_ID.format(0)}, m.organisation_id, m.group_id, 'practical_matter',
        date '2026-01-01' + (n %% 300)::integer, '办实事 ' || n, '修好路灯', '2026-11', w.state,
        CASE WHEN n %% 5 = 0 THEN date '2026-11-20' + (n %% 12)::integer END,
        timestamptz '2026-01-01' + n * interval '3 minutes',
        CASE WHEN n %% 5 <> 0 THEN timestamptz '2026-11-20' END, 1
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM members WHERE group_id IS NOT NULL) m,
        LATERAL (SELECT CASE n %% 10 WHEN 0 THEN 'first_review' WHEN 5 THEN 'branch_review'
            ELSE 'approved' END AS state) w
    WHERE n %% 2 = 0 OR n %% 5 = 0
    """,
    f"""
    INSERT INTO adjustments (
        id, member_id, kind, day, occurred_at, reason, worth, state, proposed_by, proposed_at,
        decided_by, decided_at
    )
    SELECT {_ID.format(0)}, m.id, 'prepared_remarks', '2026-11-01', '2026-11-01', '专题发言', 20,
        CASE WHEN n %% 10 = 0 THEN 'proposed' ELSE 'approved' END, a.id, '2026-11-02',
        CASE WHEN n %% 10 <> 0 THEN b.id END, CASE WHEN n %% 10 <> 0 THEN now() END
    FROM (SELECT id, row_number() OVER (ORDER BY random()) AS n FROM members
        WHERE id NOT IN (SELECT member_id FROM role_assignments) LIMIT 20000) m,
        (SELECT member_id AS id FROM role_assignments WHERE role = 'city_admin'
            ORDER BY member_id LIMIT 1) a,
        (SELECT member_id AS id FROM role_assignments WHERE role = 'city_admin'
            ORDER BY member_id DESC LIMIT 1) b
    """,
    f"""
    INSERT INTO appeals (
        id, member_id, fact_kind, day, occurred_at, reason, involved, level, due_on, state,
        lodged_at, decided_by, decided_at, decided_level, decision_reason
    )
    SELECT {_ID.format(0)}, m.id, 'lecture', '2026-11-01', '2026-11-01', '漏记', ARRAY[m.id],
        'branch', '2026-12-01', CASE WHEN open THEN 'open' ELSE 'dismissed' END, '2026-11-02',
        CASE WHEN NOT open THEN a.id END, CASE WHEN NOT open THEN now() END,
        CASE WHEN NOT open THEN 'city' END, CASE WHEN NOT open THEN '有记录' END
    FROM (SELECT id, row_number() OVER (ORDER BY random()) AS n FROM members
        WHERE id NOT IN (SELECT member_id FROM role_assignments) LIMIT 5000) m,
        (SELECT member_id AS id FROM role_assignments WHERE role = 'city_admin' LIMIT 1) a,
        LATERAL (SELECT n %% 10 = 0 AS open) o
    """,
    "ANALYZE",
)
_PARTS = ("edge", "points", "postgres")


@dataclass(frozen=True)
class Line:
    """A list, who asked, and milliseconds: p50, p95 and the longest, of CPU, and the bare SQL's."""

    name: str
    who: str
    p50: float
    p95: float
    longest: float
    cpu: float
    sql: float


def fill(suite: Suite) -> None:
    """Add a year's claims, adjustments and appeals to a city that has its members."""
    for statement in _FILL:
        suite.sql("points", statement)


def measure(suite: Suite) -> list[Line]:
    """Return a line for each list and kind of asker."""
    places = suite.sql("points", "SELECT id, code, path, kind FROM organisations ORDER BY path")
    (boss,) = suite.sql("points", "SELECT id FROM members WHERE member_no = 'A0001'")[0]
    tokens = {
        "city_admin": suite.token(boss, "/city/", ("city_admin", "/city/")),
        "unit_admin": suite.token(boss, "/city/u001/", ("unit_admin", "/city/u001/")),
    }
    lines = []
    with _bare(suite) as bare:
        for name, paths in _asked(suite, places).items():
            for who, token in tokens.items():
                requests = [load.get("127.0.0.1", path, token) for path in paths]
                load.run(suite.port, iter(requests[:10]), 1)
                before = suite.cpu()
                done = load.run(suite.port, iter(requests), 1)
                after = suite.cpu()
                assert set(done.statuses) == {200}, (name, who, done.statuses)
                p50, p95, longest = (1e3 * done.percentile(p) for p in (50, 95, 100))
                cpu = 1e3 * sum(after[part] - before[part] for part in _PARTS) / len(requests)
                lines.append(Line(name, who, p50, p95, longest, cpu, bare(paths, token)))
    return lines


def table(lines: list[Line]) -> str:
    """Return the lines as people read them, with the ratio of p50 to the bare SQL."""
    head = f"{'':27} {'':11} {'p50':>8} {'p95':>8} {'max':>8} {'CPU':>8} {'SQL':>8} {'ratio':>7}"
    return "\n".join(
        [head]
        + [
            f"{line.name:27} {line.who:11} {line.p50:8.1f} {line.p95:8.1f} {line.longest:8.1f}"
            f" {line.cpu:8.1f} {line.sql:8.1f} {line.p50 / line.sql:7.1f}"
            for line in lines
        ]
    )


def _asked(suite: Suite, places: list[tuple[UUID, str, str, str]]) -> dict[str, list[str]]:
    """Return the addresses of each list, each time something else is looked for."""
    chance = random.Random(5)
    known = suite.sql("points", "SELECT member_no, name FROM members ORDER BY member_no")
    people = [chance.choice(known) for _ in range(_TIMES)]
    of = {kind: [p for p in places if p[3] == kind] for kind in ("unit", "branch")}
    units = [chance.choice(of["unit"])[0] for _ in range(_TIMES)]
    # Within reach of both who ask.
    branches = [chance.choice([p for p in of["branch"] if "/u001/" in p[2]])[0] for _ in people]
    states = ["retired", "probationary", "left"]

    def members(**query: object) -> str:
        return f"/api/v1/members?{urlencode({'limit': _ROWS, **query})}"

    def listed(path: str, **query: object) -> list[str]:
        return [f"/api/v1/{path}?{urlencode({'limit': _ROWS, **query})}"] * _TIMES

    return {
        "members": [members()] * _TIMES,
        "members, deep page": [members(cursor=_cursor(no)) for no, _ in people],
        "members, one character": [members(q=name[0]) for _, name in people],
        "members, name's beginning": [members(q=name[:2]) for _, name in people],
        "members, name's middle": [members(q=name[-2:]) for _, name in people],
        "members, whole name": [members(q=name) for _, name in people],
        "members, nobody": [members(q=f"{name}无") for _, name in people],
        "members, number": [members(q=no) for no, _ in people],
        "members, number's beginning": [members(q=no[:5]) for no, _ in people],
        "members of a unit": [members(organisation_id=unit) for unit in units],
        "members of a branch": [members(organisation_id=branch) for branch in branches],
        "members by status": [members(status=chance.choice(states)) for _ in people],
        "claims to review": listed("claims", queue="review"),
        "claims within reach": listed("claims", queue="reach"),
        "claims by state": listed("claims", queue="reach", state="branch_review"),
        "adjustments": listed("adjustments", state="proposed"),
        "adjustments, all": listed("adjustments"),
        "appeals": listed("appeals", queue="decision"),
        "appeals, all": listed("appeals"),
        "roles": listed("role-assignments"),
        "roles, one": listed("role-assignments", role="organiser"),
        "namesakes": listed("members/namesakes")[:10],
        "organisations": listed("organisations"),
        "organisations below one": [
            f"/api/v1/organisations?{urlencode({'limit': 200, 'parent_id': unit})}"
            for unit in units
        ],
        "organisations, by name": [
            f"/api/v1/organisations?{urlencode({'limit': 20, 'q': q})}"
            for q in ("财政", "第九", "u300") * (_TIMES // 3)
        ],
    }


def _cursor(number: str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([number])).decode().rstrip("=")


@contextmanager
def _bare(suite: Suite) -> Iterator["_Bare"]:
    """Open the service in this process, to learn what it asks the database."""
    app = create_app(Settings.from_environment(Environment(suite.settings("points"))))
    database = app.extensions["suite"].database
    with database.raw_connection(autocommit=True) as connection:
        yield _Bare(app, connection)
    database.close()


class _Bare:
    """Asks the service for a list, and then the database the same as the service did."""

    def __init__(self, app: APIFlask, connection: "psycopg.Connection[Any]") -> None:
        self._client = app.test_client()
        self._connection = connection
        self._asked: list[tuple[Any, Any]] = []
        event.listen(app.extensions["suite"].database.engine, "before_cursor_execute", self._hear)

    def __call__(self, paths: list[str], token: str) -> float:
        """Return the median milliseconds of what the service asks the database for a list."""
        took = [self._time(path, token) for path in paths[:_TIMES:3]]
        return sorted(took)[len(took) // 2]

    def _time(self, path: str, token: str) -> float:
        self._asked = []
        answer = self._client.get(path, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text
        began = time.perf_counter()
        for statement, values in self._asked:
            self._connection.execute(statement, values).fetchall()
        return 1e3 * (time.perf_counter() - began)

    def _hear(self, _one: Any, _two: Any, statement: str, values: Any, *_more: Any) -> None:
        if statement.lstrip().startswith("SELECT"):
            self._asked.append((statement, values))
