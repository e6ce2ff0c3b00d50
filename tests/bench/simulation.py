"""A simulation of the full city's year, against a plain SQL aggregate over the same facts."""

import os
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import Any, Self
from uuid import UUID

import psutil
from sqlalchemy import text

from services.points.ledger.attendance import AttendancePosting
from services.points.rules.models import RuleSetRow
from services.points.rules.presets import install_preset
from services.points.simulations import service
from services.points.simulations.simulation import simulate
from shared.auth import Grant, Principal
from shared.contracts.attendance import RECORDED_V1
from shared.database import Database
from shared.database.migrate import migrate
from shared.embedded import PostgresServer
from shared.ids import new_id
from shared.jobs import JobRunner
from shared.messaging.envelope import Envelope
from shared.testing.plugin import ROOT
from tests.bench import cpu

MEMBERS, FACTS_EACH = 200_000, 25
_BATCH = 50

_FILL = (
    (
        "INSERT INTO organisations (id, code, name, kind, path)"
        " VALUES (gen_random_uuid(), 'city', '工委', 'committee', '/city/')"
    ),
    (
        "INSERT INTO organisations (id, code, name, kind, parent_id, path)"
        " SELECT gen_random_uuid(), 'u' || n, '单位' || n, 'unit', o.id, '/city/u' || n || '/'"
        " FROM organisations o, generate_series(1, 342) n"
    ),
    (
        "INSERT INTO organisations (id, code, name, kind, parent_id, path)"
        " SELECT gen_random_uuid(), 'b' || n, '支部' || n, 'branch', u.id, u.path || 'b' || n || '/'"
        " FROM generate_series(1, 10000) n JOIN organisations u ON u.code = 'u' || (n % 342 + 1)"
    ),
    (
        "INSERT INTO members (id, member_no, name, organisation_id, status, scored)"
        " SELECT gen_random_uuid(), n::text, '党员' || n, b.id, 'full', true"
        " FROM generate_series(1, :members) n"
        " JOIN organisations b ON b.code = 'b' || (n % 10000 + 1)"
    ),
    (
        "INSERT INTO facts (member_id, id, source, kind, role, activity, title, occurred_at, year,"
        " minutes, state, revision, received_at)"
        " SELECT id, gen_random_uuid(), 'check_in', kinds[1 + (n + get_byte(uuid_send(id), 15)) % 8],"
        " 'participant', gen_random_uuid()::text, '活动', at, 2026, 90, 'present', 1, at"
        " FROM (SELECT m.id, n, timestamptz '2026-01-02T00:00+08' + n * interval '13 days'"
        "   + get_byte(uuid_send(m.id), 14) * interval '1 hour' AS at"
        "   FROM members m, generate_series(0, :each - 1) n ORDER BY n) AS planned,"
        " (SELECT ARRAY['lecture', 'theme_day', 'branch_meeting', 'study_session', 'volunteering',"
        "   'group_meeting', 'committee_meeting', 'culture'] AS kinds) AS k"
    ),
    (
        "INSERT INTO ledger_entries (member_id, id, fact_id, rule_code, category, rule_set_id, year,"
        " occurred_at, points, worth, used, posted_at)"
        " SELECT member_id, gen_random_uuid(), id, 'L04', 'LIFE', gen_random_uuid(), year, occurred_at,"
        " 10, 10, 10, received_at FROM facts"
    ),
    "INSERT INTO member_years (member_id, year) SELECT id, 2026 FROM members",
)
_AGGREGATE = "SELECT member_id, kind, count(*) FROM facts WHERE year = 2026 GROUP BY 1, 2"


class Memory:
    """The most memory that this process and its children held at once, in bytes."""

    def __init__(self) -> None:
        self.peak = 0
        self._stop = Event()
        self._thread = Thread(target=self._watch)

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._stop.wait(0.25):
            workers = [p for p in me.children(recursive=True) if "python" in p.name()]
            self.peak = max(self.peak, sum(_rss(p) for p in (me, *workers)))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def _rss(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def measure() -> dict[str, float]:
    """Fill a scratch database, simulate, and aggregate."""
    with (
        tempfile.TemporaryDirectory() as folder,
        PostgresServer(Path(folder) / "data", durable=False) as server,
    ):
        url = f"postgresql+psycopg://postgres@127.0.0.1:{server.port}/postgres"
        migrate(ROOT / "services" / "points" / "migrations", url)
        with closing(Database(url, statement_timeout_ms=0, batches=True)) as database:
            return _measure(database)


def _measure(database: Database) -> dict[str, float]:
    with database.unit_of_work() as uow:
        for statement in _FILL:
            uow.session.execute(text(statement), {"members": MEMBERS, "each": FACTS_EACH})
        install_preset(uow)
        uow.commit()
    with database.unit_of_work() as uow:
        uow.session.execute(text("ANALYZE"))
        uow.commit()
    began = time.monotonic()
    with database.unit_of_work() as uow:
        uow.session.execute(text(_AGGREGATE)).all()
    aggregate = time.monotonic() - began
    idle = _posting(database, Event())
    busy: list[float] = []
    done = Event()
    poster = Thread(target=lambda: busy.append(_posting(database, done, until=True)))
    simulation_id = _request(database)
    poster.start()
    began, spent = time.monotonic(), cpu.seconds(os.getpid())
    with Memory() as memory:
        JobRunner(database, {service.KIND: simulate}).run_once()
    seconds = time.monotonic() - began
    # Of this process, its workers and PostgreSQL, the live posting included.
    spent = cpu.seconds(os.getpid()) - spent
    done.set()
    poster.join()
    with database.unit_of_work() as uow:
        row = uow.session.execute(
            text("SELECT state, result->>'members' FROM jobs WHERE id = :id"), {"id": simulation_id}
        ).one()
    if row[0] != "done":
        message = f"the simulation ended {row[0]}"
        raise RuntimeError(message)
    facts = MEMBERS * FACTS_EACH
    return {
        "facts": facts,
        "seconds": seconds,
        "facts_a_second": facts / seconds,
        "cpu_seconds": spent,
        "peak_mb": memory.peak / 1e6,
        "sql_aggregate_s": aggregate,
        "ratio_to_sql": seconds / aggregate,
        f"post_{_BATCH}_idle_ms": idle * 1000,
        f"post_{_BATCH}_meanwhile_ms": busy[0] * 1000,
    }


def _request(database: Database) -> UUID:
    with database.unit_of_work() as uow:
        root = uow.session.scalar(text("SELECT id FROM organisations WHERE parent_id IS NULL"))
        row = uow.session.query(RuleSetRow).one()
        somebody = Principal(new_id(), "管理员", "/city/", (Grant("city_admin", "/city/"),))
        asked: dict[str, Any] = {
            "organisation_id": root,
            "from_": datetime(2026, 1, 1, tzinfo=UTC).date(),
            "to": None,
            "bands": [800, 550, 400],
        }
        simulation_id = service.request(uow, somebody, row.id, asked)
        uow.commit()
    return simulation_id


def _posting(database: Database, done: Event, *, until: bool = False) -> float:
    """Return the median seconds of posting a small batch: twenty times, or until told."""
    with database.unit_of_work() as uow:
        members = uow.session.scalars(text("SELECT id FROM members LIMIT 5000")).all()
    took: list[float] = []
    while len(took) < 20 or (until and not done.is_set()):
        chosen = [members[(len(took) * _BATCH + n) % len(members)] for n in range(_BATCH)]
        envelopes = [_attendance(member) for member in chosen]
        began = time.monotonic()
        with database.unit_of_work() as uow:
            AttendancePosting()(uow, envelopes)
            uow.commit()
        took.append(time.monotonic() - began)
        time.sleep(0.1)
    return median(took)


def _attendance(member: UUID) -> Envelope:
    now = datetime.now(UTC)
    message = {
        "check_in_id": str(new_id()), "event_id": str(new_id()), "session_id": str(new_id()),
        "member_id": str(member), "category": "lecture", "tags": [], "role": "participant",
        "title": "党课", "occurred_at": now.isoformat(), "minutes": None, "level": None,
        "state": "present", "reason": None, "revision": 1,
    }  # fmt: skip
    return Envelope(new_id(), RECORDED_V1, "", now, message)
