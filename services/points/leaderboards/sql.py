"""The same boards from PostgreSQL: the truth, and what answers where Redis has not got a board."""

from uuid import UUID

from sqlalchemy import text

from services.points.leaderboards.boards import Board, Standing
from shared.database import UnitOfWork

_BOARD = """
    SELECT p.member_id, p.points FROM period_points p
    JOIN members m ON m.id = p.member_id
    JOIN organisations o ON o.id = m.organisation_id
    WHERE p.period = :period AND p.points > 0 AND m.scored AND m.status <> 'left'
        AND o.path ^@ :path
"""


def read(
    uow: UnitOfWork, path: str, period: str, member_id: UUID, *, count: int, reach: int
) -> Board:
    """Read what `Boards.read` would, of the organisation at `path`."""
    return Board(
        _size(uow, path, period),
        _top(uow, path, period, count) if count else [],
        _own(uow, path, period, member_id),
        _around(uow, path, period, member_id, reach) if count else [],
    )


def _size(uow: UnitOfWork, path: str, period: str) -> int:
    query = text(f"SELECT count(*) FROM ({_BOARD}) AS board")  # noqa: S608 - the constant above
    return int(uow.session.scalar(query, {"path": path, "period": period}) or 0)


def _top(uow: UnitOfWork, path: str, period: str, count: int) -> list[Standing]:
    query = text(f"{_BOARD} ORDER BY p.points DESC, p.member_id DESC LIMIT :count")
    rows = uow.session.execute(query, {"path": path, "period": period, "count": count}).all()
    standings: list[Standing] = []
    for place, (member_id, points) in enumerate(rows, start=1):
        tie = bool(standings) and standings[-1].points == points
        rank = standings[-1].rank if tie else place
        standings.append(Standing(rank, member_id, points))
    return standings


def _own(uow: UnitOfWork, path: str, period: str, member_id: UUID) -> Standing | None:
    query = text(
        f"WITH own AS ({_BOARD} AND p.member_id = :member)"  # noqa: S608 - the constant above
        f" SELECT own.points, (SELECT count(*) FROM ({_BOARD} AND p.points > own.points) AS b)"
        " FROM own"
    )
    row = uow.session.execute(query, {"path": path, "period": period, "member": member_id}).first()
    return Standing(row[1] + 1, member_id, row[0]) if row else None


def _around(uow: UnitOfWork, path: str, period: str, member_id: UUID, reach: int) -> list[Standing]:
    query = text(
        f"""
        WITH board AS MATERIALIZED ({_BOARD}), placed AS (
            SELECT member_id, points, rank() OVER (ORDER BY points DESC) AS rank,
                row_number() OVER (ORDER BY points DESC, member_id DESC) AS place FROM board
        ), own AS (SELECT place FROM placed WHERE member_id = :member)
        SELECT placed.rank, placed.member_id, placed.points FROM placed, own
        WHERE placed.place BETWEEN own.place - :reach AND own.place + :reach
        ORDER BY placed.place
        """  # noqa: S608 - the constant above
    )
    rows = uow.session.execute(
        query, {"path": path, "period": period, "member": member_id, "reach": reach}
    )
    return [Standing(*row) for row in rows]
