"""Study hours and the branch calendar over the full city's year, view by view.

200,000 members in 10,000 branches of 342 units, with 20,000 groups and 1,700 youth groups; 440,000
events with 6.1 million check-ins. Filling takes some minutes.
"""

import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import text

from services.events.cadence import service as cadence
from services.events.cadence.reminders import reminders_due
from services.events.counts.service import counting
from services.events.roster_copy.models import OrganisationCopy
from services.events.study_hours import service as study_hours
from services.events.worker import COUNTERS
from shared.auth import Grant, Principal
from shared.clock import FixedClock
from shared.database import Database, UnitOfWork
from shared.database.migrate import migrate
from shared.embedded import PostgresServer
from shared.ids import new_id
from shared.testing.plugin import ROOT

_YEAR, _TODAY = 2026, datetime(2026, 11, 25, 4, tzinfo=UTC)
_TIMES = 5

_ORGANISATION = """
    INSERT INTO roster_organisations (id, code, name, kind, parent_id, path, version, since)
    SELECT gen_random_uuid(), code, name, kind, parent_id, path, 1, '2025-06-01' FROM
"""
_ORGANISATIONS = (
    """(
        VALUES ('city', '工委', 'committee', NULL::uuid, '/city/')
    ) AS o (code, name, kind, parent_id, path)""",
    """(
        SELECT 'u' || n AS code, '单位' || n AS name, 'unit' AS kind, o.id AS parent_id,
            '/city/u' || n || '/' AS path
        FROM roster_organisations o, generate_series(0, 341) n
    ) AS o""",
    """(
        SELECT 'b' || n AS code, '支部' || n AS name, 'branch' AS kind, u.id AS parent_id,
            u.path || 'b' || n || '/' AS path
        FROM generate_series(0, 9999) n JOIN roster_organisations u ON u.code = 'u' || n % 342
    ) AS o""",
    """(
        SELECT b.code || 'g' || n AS code, '小组' || n AS name, 'group' AS kind, b.id AS parent_id,
            b.path || b.code || 'g' || n || '/' AS path
        FROM roster_organisations b, generate_series(1, 2) n WHERE b.kind = 'branch'
    ) AS o""",
    """(
        SELECT 'y' || n AS code, '青年理论学习小组' || n AS name, 'cross_cutting' AS kind,
            c.id AS parent_id, '/city/y' || n || '/' AS path
        FROM roster_organisations c, generate_series(0, 1699) n WHERE c.kind = 'committee'
    ) AS o""",
)
_PEOPLE = (
    """
    INSERT INTO roster_members (
        id, member_no, name, organisation_id, path, group_path, cross_paths, status, scored, version
    )
    SELECT gen_random_uuid(), n::text, '党员' || n, b.id, b.path,
        b.path || b.code || 'g' || (n / 10000 % 2 + 1) || '/',
        CASE WHEN n % 10 = 0 THEN ARRAY['/city/y' || n / 10 % 1700 || '/'] ELSE '{}' END,
        CASE WHEN n % 20 = 19 THEN 'retired' ELSE 'full' END, true, 1
    FROM generate_series(0, 199999) n JOIN roster_organisations b ON b.code = 'b' || n % 10000
    """,
    """
    INSERT INTO roster_duties (member_id, role, code, path, since)
    SELECT id, CASE WHEN member_no::int < 10000 THEN 'branch_secretary' ELSE 'committee_member' END,
        split_part(path, '/', -2), path, '2026-03-01'
    FROM roster_members WHERE member_no::int < 30000
    """,
    # For filling alone.
    "CREATE INDEX filling ON roster_members (group_path)",
    "CREATE INDEX crossing ON roster_members USING gin (cross_paths)",
    "ANALYZE",
)
# Category, how many in the year, of whom, how many hours, and how many come to each.
_PLANS = (
    ("branch_meeting", 4, "branch", 2, 18), ("committee_meeting", 6, "branch", 1, 3),
    ("lecture", 4, "branch", 2, 18), ("theme_day", 12, "branch", 3, 18),
    ("study_session", 4, "branch", 2, 18), ("group_meeting", 6, "group", 1, 9),
    ("lecture", 4, "unit", 3, 100), ("theme_day", 4, "committee", 3, 50_000),
    ("youth_study", 11, "cross_cutting", 2, 12),
)  # fmt: skip
_EVENTS = """
    INSERT INTO events (
        id, title, category, organisation_id, organisation_path, audience, starts_at, ends_at,
        state, created_by, created_at, published_at
    )
    SELECT gen_random_uuid(), :category, :category, o.id, o.path, 'organisation', at,
        at + :hours * interval '1 hour', 'closed', o.id, at, at
    FROM roster_organisations o, generate_series(0, :times - 1) n,
        LATERAL (
            SELECT timestamptz '2026-01-05T09:00+08' + n * interval '340 days' / :times
                + get_byte(uuid_send(o.id), 15) % 20 * interval '1 day' AS at
        ) AS planned
    WHERE o.kind = :kind
"""
_SESSIONS = """
    INSERT INTO event_sessions (id, event_id, starts_at, ends_at, opens_at, closes_at)
    SELECT id, id, starts_at, ends_at, starts_at, ends_at FROM events
"""
_CHECK_INS = """
    INSERT INTO check_ins (
        id, event_id, session_id, member_id, role, method, client_ref, request_hash, checked_in_at
    )
    SELECT gen_random_uuid(), e.id, e.id, m.id, 'participant', 'code', gen_random_uuid(), '',
        e.starts_at
    FROM events e JOIN roster_organisations o ON o.id = e.organisation_id AND o.kind = :kind
    JOIN LATERAL (SELECT m.id FROM roster_members m WHERE {belongs} LIMIT :people) AS m ON true
    WHERE e.category = :category
"""
_BELONGS = {
    "branch": "m.path = e.organisation_path",
    "group": "m.group_path = e.organisation_path",
    "unit": "m.path ^@ e.organisation_path",
    "committee": "m.path ^@ e.organisation_path",
    "cross_cutting": "m.cross_paths @> ARRAY[e.organisation_path]",
}


def measure() -> dict[str, float]:
    """Fill a scratch database; return milliseconds a view, by view."""
    with (
        tempfile.TemporaryDirectory() as folder,
        PostgresServer(Path(folder) / "data", durable=False) as server,
    ):
        url = f"postgresql+psycopg://postgres@127.0.0.1:{server.port}/postgres"
        migrate(ROOT / "services" / "events" / "migrations", url)
        clock = FixedClock(_TODAY)
        with closing(Database(url, statement_timeout_ms=0, clock=clock)) as database:
            fill(database)
            return time_views(database)


def fill(database: Database) -> None:
    """Make the city and its year."""
    with database.unit_of_work() as uow:
        for organisations in _ORGANISATIONS:
            uow.session.execute(text(_ORGANISATION + organisations))
        for statement in _PEOPLE:
            uow.session.execute(text(statement))
        for category, times, kind, hours, _ in _PLANS:
            values = {"category": category, "times": times, "kind": kind, "hours": hours}
            uow.session.execute(text(_EVENTS), values)
        uow.session.execute(text(_SESSIONS))
        uow.session.execute(text("ANALYZE"))
        for category, _, kind, _, people in _PLANS:
            statement = _CHECK_INS.format(belongs=_BELONGS[kind])
            values = {"category": category, "kind": kind, "people": people}
            uow.session.execute(text(statement), values)
        uow.session.execute(text("DROP INDEX filling, crossing"))
        uow.commit()
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def time_views(database: Database) -> dict[str, float]:
    """Return the median milliseconds of each view; the worker's tasks are done once."""
    by = Principal(
        new_id(),
        "x",
        "/city/",
        (Grant("city_admin", "/city/"), Grant("branch_secretary", "/city/")),
    )
    with database.unit_of_work() as uow:
        places = {
            name: uow.session.query(OrganisationCopy).filter_by(code=code).one()
            for name, code in (("branch", "b5"), ("unit", "u5"), ("city", "city"))
        }
        member = uow.session.scalar(text("SELECT id FROM roster_members WHERE member_no = '5'"))
    figures = {}
    with database.unit_of_work() as uow:
        figures["count_a_unit_ms"] = _time(partial(_count, uow), 1)
        for _ in range(2 * len(COUNTERS)):
            _count(uow)
        uow.commit()
    with database.unit_of_work() as uow:
        figures["own_study_hours_ms"] = _time(lambda: study_hours.own(uow, member, _YEAR))
        for name, place in places.items():
            figures[f"study_hours_of_{name}_ms"] = _time(
                partial(study_hours.of_organisation, uow, by, place.id, _YEAR)
            )
            figures[f"cadence_of_{name}_ms"] = _time(
                partial(cadence.of_organisation, uow, by, place, _YEAR)
            )
        figures["first_100_reminders_ms"] = _time(lambda: [*islice(reminders_due(uow), 100)], 1)
    return figures


def _count(uow: UnitOfWork) -> bool:
    return counting(COUNTERS)(uow)


def _time(action: Callable[[], Any], times: int = _TIMES) -> float:
    took = []
    for _ in range(times):
        began = time.monotonic()
        action()
        took.append(1000 * (time.monotonic() - began))
    return median(took)
