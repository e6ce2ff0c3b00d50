"""Keeps the boards in Redis as the ledger says.

Only the periods that are running now have boards in Redis: nobody asks often for those that are
over, and PostgreSQL answers for them.
"""

import logging
from collections.abc import Iterable, Sequence
from threading import Event, Lock
from uuid import UUID

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from services.points.leaderboards.boards import Boards, Score, codes_of
from shared.clock import local_day, periods_of
from shared.contracts import points as contract
from shared.contracts import roster
from shared.database import Database, UnitOfWork
from shared.ids import new_id
from shared.messaging.envelope import Envelope

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 2.0
_CHUNK = 5_000

_SCORES = """
    SELECT p.member_id, o.path, p.period,
        CASE WHEN m.scored AND m.status <> 'left' THEN p.points ELSE 0 END, p.version
    FROM period_points p JOIN members m ON m.id = p.member_id
    JOIN organisations o ON o.id = m.organisation_id
"""
_OF_MEMBERS = text(f"{_SCORES} WHERE p.member_id = ANY(:members) AND p.period = ANY(:periods)")
_OF_PERIOD = text(f"{_SCORES} WHERE p.period = :period AND p.points > 0")
_FORMER_PATHS = text("""
    SELECT DISTINCT s.member_id, o.path FROM memberships s
    JOIN organisations o ON o.id = s.organisation_id
    WHERE s.member_id = ANY(:members) AND s.until IS NOT NULL
""")
_CODES = text("SELECT code FROM organisations WHERE kind <> 'cross_cutting'")


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
                    for period in self._running(uow):
                        self.boards.remove(code, period, [member_id])
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
        for period in self._running(uow):
            fresh = f":{new_id().hex}"
            rows = uow.session.execute(
                _OF_PERIOD, {"period": period}, execution_options={"yield_per": _CHUNK}
            )
            for chunk in rows.partitions():
                self.boards.write((Score(*row) for row in chunk), fresh=fresh)
            self.boards.replace(codes, period, fresh)
        _log.info("boards rebuilt")

    def _write(self, uow: UnitOfWork, members: Iterable[UUID]) -> None:
        rows = uow.session.execute(
            _OF_MEMBERS, {"members": list(members), "periods": self._running(uow)}
        )
        self.boards.write(Score(*row) for row in rows)

    def _running(self, uow: UnitOfWork) -> list[str]:
        return list(periods_of(local_day(uow.clock.now())))
