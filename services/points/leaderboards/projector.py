"""Keeps the boards in Redis as the ledger says.

Only the periods that are running now have boards in Redis: nobody asks often for those that are
over, and PostgreSQL answers for them.
"""

import logging
from collections.abc import Iterable, Sequence
from threading import Event, Lock
from typing import Any
from uuid import UUID

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Row, text
from sqlalchemy.exc import OperationalError

from services.points.leaderboards.boards import Boards, Score, codes_of
from shared.clock import Periods, local_day, periods_of
from shared.contracts import points as contract
from shared.contracts import roster
from shared.database import Database, UnitOfWork
from shared.ids import new_id
from shared.messaging.envelope import Envelope

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 2.0
_CHUNK = 5_000

# One row a member: the path of the lowest board in Redis, the version, points in each period.
_SCORES = """
    SELECT m.id, (CASE o.kind WHEN 'branch' THEN parent.path ELSE o.path END) AS path,
        y.version, CASE WHEN m.scored AND m.status <> 'left' THEN y.points ELSE 0 END,
        CASE WHEN m.scored AND m.status <> 'left' THEN coalesce(q.points, 0) ELSE 0 END,
        CASE WHEN m.scored AND m.status <> 'left' THEN coalesce(t.points, 0) ELSE 0 END
    FROM period_points y
    JOIN members m ON m.id = y.member_id
    JOIN organisations o ON o.id = m.organisation_id
    LEFT JOIN organisations parent ON parent.id = o.parent_id
    LEFT JOIN period_points q ON q.period = :quarter AND q.member_id = y.member_id
    LEFT JOIN period_points t ON t.period = :month AND t.member_id = y.member_id
    WHERE y.period = :year
"""
_OF_MEMBERS = text(f"{_SCORES} AND y.member_id = ANY(:members)")
_OF_ALL = text(f"{_SCORES} AND y.points > 0")
_FORMER_PATHS = text("""
    SELECT DISTINCT s.member_id, o.path FROM memberships s
    JOIN organisations o ON o.id = s.organisation_id
    WHERE s.member_id = ANY(:members) AND s.until IS NOT NULL
""")
_CODES = text(
    "SELECT code FROM organisations WHERE kind IN ('committee', 'unit', 'general_branch')"
)


class Projector:
    """Projects what changes, and rebuilds what is missing; one lock keeps the two apart."""

    def __init__(self, database: Database, redis: Redis) -> None:
        self._database = database
        self.boards = Boards(redis)
        self._lock = Lock()

    def project(self, uow: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
        """Handler of stream ``points``: write the members' totals as they are now.

        They are read again rather than taken from the message, together with where the member
        belongs: whatever order messages come in, what is written is true.
        """
        members = {
            UUID(change["member_id"])
            for envelope in envelopes
            if envelope.type == contract.CHANGED_V1
            for change in envelope.data["changes"]
        }
        with self._lock:
            self._write(uow, members)

    def move(self, uow: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
        """Handler of stream ``roster``: members change boards with their branch."""
        with self._lock:
            moved = {
                UUID(member["id"]): member["path"]
                for envelope in envelopes
                if envelope.type == roster.MEMBERS_V1
                for member in envelope.data["members"]
            }
            former = uow.session.execute(_FORMER_PATHS, {"members": list(moved)}).all()
            for member_id, path in former:
                for code in set(codes_of(path)) - set(codes_of(moved[member_id])):
                    self.boards.remove(code, self._running(uow), [member_id])
            self._write(uow, set(moved))
            if any(envelope.type == roster.ORGANISATIONS_V1 for envelope in envelopes):
                # A moved organisation takes all its members to other boards.
                self._rebuild(uow)

    def run(self, stop: Event) -> None:
        """Rebuild boards that are missing: the first time, in a new period, after a loss."""
        while not stop.wait(_LOOK_SECONDS):
            try:
                with self._database.unit_of_work() as uow:
                    if not all(self.boards.ready(period) for period in self._running(uow)):
                        with self._lock:
                            self._rebuild(uow)
            except (OperationalError, RedisError) as error:
                _log.warning("boards wait for their servers: %s", error)

    def rebuild(self) -> None:
        """Make all running boards anew from the ledger's totals."""
        with self._database.unit_of_work() as uow, self._lock:
            self._rebuild(uow)

    def _rebuild(self, uow: UnitOfWork) -> None:
        # Built beside and renamed in, so that readers never see half a board.
        codes = list(uow.session.scalars(_CODES))
        periods, fresh = self._running(uow), f":{new_id().hex}"
        rows = uow.session.execute(
            _OF_ALL, periods._asdict(), execution_options={"yield_per": _CHUNK}
        )
        for chunk in rows.partitions():
            self.boards.write(periods, map(_score, chunk), fresh=fresh)
        self.boards.replace(codes, periods, fresh)
        _log.info("boards rebuilt")

    def _write(self, uow: UnitOfWork, members: Iterable[UUID]) -> None:
        periods = self._running(uow)
        rows = uow.session.execute(_OF_MEMBERS, {"members": list(members), **periods._asdict()})
        self.boards.write(periods, map(_score, rows))

    def _running(self, uow: UnitOfWork) -> Periods:
        return periods_of(local_day(uow.clock.now()))


def _score(row: Row[Any]) -> Score:
    member_id, path, version, *points = tuple(row)
    return Score(member_id, path, version, tuple(points))
