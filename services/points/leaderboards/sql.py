"""The same boards from PostgreSQL: the truth, and what answers where Redis has not got a board."""

from uuid import UUID

from sqlalchemy import text

from services.points.leaderboards.boards import Board, Standing, ranked
from shared.database import UnitOfWork

# One pass over the organisation's members, whatever is asked; ranking all of a city's would take
# several times as long. `behind` is empty for who is not on the board.
_READ = text("""
    WITH board AS MATERIALIZED (
        SELECT p.member_id, p.points FROM period_points p
        JOIN members m ON m.id = p.member_id
        JOIN organisations o ON o.id = m.organisation_id
        WHERE p.period = :period AND p.points > 0 AND m.scored AND m.status <> 'left'
            AND o.path ^@ :path
    ), own AS (
        SELECT points, member_id FROM board WHERE member_id = :member
    ), ahead AS (
        SELECT board.* FROM board, own
        WHERE (board.points, board.member_id) > (own.points, own.member_id)
        ORDER BY board.points, board.member_id LIMIT :reach
    ), behind AS (
        SELECT board.* FROM board, own
        WHERE (board.points, board.member_id) < (own.points, own.member_id)
        ORDER BY board.points DESC, board.member_id DESC LIMIT :reach
    ), shown AS (
        (SELECT 'top' AS part, board.* FROM board
            ORDER BY points DESC, member_id DESC LIMIT :count)
        UNION ALL SELECT 'around', ahead.* FROM ahead
        UNION ALL SELECT 'around', member_id, points FROM own
        UNION ALL SELECT 'around', behind.* FROM behind
    ), counts AS (
        SELECT count(*) AS size,
            count(*) FILTER (WHERE points > (SELECT points FROM own)) AS better,
            count(*) FILTER (
                WHERE (points, member_id) > (SELECT points, member_id FROM own)
            ) - (SELECT count(*) FROM ahead) AS first,
            count(*) FILTER (
                WHERE points > (SELECT coalesce(max(points), (SELECT points FROM own)) FROM ahead)
            ) AS better_than_first
        FROM board
    )
    SELECT counts.*, part, member_id, points FROM counts LEFT JOIN shown ON true
    ORDER BY points DESC, member_id DESC
""")


def read(
    uow: UnitOfWork, path: str, period: str, member_id: UUID, *, count: int, reach: int
) -> Board:
    """Read what `Boards.read` would, of the organisation at `path`."""
    values = {
        "path": path, "period": period, "member": member_id, "count": count,
        "reach": reach if count else 0,
    }  # fmt: skip
    rows = uow.session.execute(_READ, values).all()
    top = [(row.member_id, row.points) for row in rows if row.part == "top"]
    around = [(row.member_id, row.points) for row in rows if row.part == "around"]
    size, better, first, better_than_first = rows[0][:4]
    mine = dict(around).get(member_id)
    return Board(
        size,
        ranked(top),
        Standing(better + 1, member_id, mine) if mine is not None else None,
        ranked(around, first, better_than_first + 1) if count else [],
    )
