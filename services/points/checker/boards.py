"""The boards in Redis against the ledger's totals."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from psycopg import Cursor

from services.points.checker import statements
from services.points.checker.proof import Proof
from services.points.leaderboards.boards import Boards
from shared.clock import local_day, periods_of
from shared.database import UnitOfWork


def check_boards(uow: UnitOfWork, cursor: Cursor[Any], boards: Boards, proof: Proof) -> None:
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
