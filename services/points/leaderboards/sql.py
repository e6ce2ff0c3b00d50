"""The same boards from PostgreSQL: the truth, and what answers where Redis has not got a board."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import text

from services.points.leaderboards.boards import Board, Standing, ranked
from services.points.leaderboards.periods import span_of
from shared.database import UnitOfWork

# Who is on an organisation's board, by its kind; a tree's by default.
_TREE: Final = "o.path ^@ :path"
_ON_BOARD: Final = {
    "group": "m.group_id = :organisation",
    "cross_cutting": """
        EXISTS (
            SELECT FROM group_members g
            WHERE g.organisation_id = :organisation AND g.member_id = m.id
        )
    """,
}


@dataclass(frozen=True, slots=True)
class Where:
    """Whose board: an organisation's, in all categories or in one."""

    id: UUID
    kind: str
    path: str
    category: str | None = None


_SCORED: Final = "m.scored AND m.status <> 'left'"
_TOTALS: Final = """
    SELECT p.member_id, p.points FROM period_points p
    JOIN members m ON m.id = p.member_id
    JOIN organisations o ON o.id = m.organisation_id
    WHERE p.period = :period AND p.points > 0
"""
_CATEGORY: Final = """
    SELECT m.id AS member_id, s.points FROM members m
    JOIN organisations o ON o.id = m.organisation_id
    JOIN LATERAL (
        SELECT sum(e.points)::integer AS points FROM ledger_entries e
        WHERE e.member_id = m.id AND e.category = :category
            AND e.occurred_at >= :begins AND e.occurred_at < :ends
    ) s ON s.points > 0
    WHERE true
"""

UNITS: Final = """
    SELECT u.id, count(m.id) AS members, coalesce(sum(p.points), 0) AS points,
        count(p.member_id) FILTER (WHERE p.points > 0) AS taking_part
    FROM organisations u
    JOIN organisations o ON o.path ^@ u.path
    JOIN members m ON m.organisation_id = o.id AND m.scored AND m.status <> 'left'
    LEFT JOIN period_points p ON p.member_id = m.id AND p.period = :period
    WHERE u.kind = 'unit'
    GROUP BY u.id
"""
"""Units' figures as they are now: who are scored, their points, and how many of them earned any.

A figure a head is about the people who are there: whoever has moved counts with all their points
where they now are, once. What a branch was given stays in its ledger and statements.
"""

# One pass over the organisation's members, whatever is asked; ranking all of a city's would take
# several times as long. `behind` is empty for who is not on the board.
_READ: Final = """
    WITH board AS MATERIALIZED (
        {source} AND {scored} AND {on_board}
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
            count(*) FILTER (WHERE points < (SELECT points FROM own)) AS behind,
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
"""


def read(
    uow: UnitOfWork, where: Where, period: str, member_id: UUID, *, count: int, reach: int
) -> Board:
    """Read what `Boards.read` would, of an organisation, of one category or all."""
    span = span_of(period)
    statement = _READ.format(
        source=_CATEGORY if where.category else _TOTALS,
        scored=_SCORED,
        on_board=_ON_BOARD.get(where.kind, _TREE),
    )
    values = {
        "path": where.path, "organisation": where.id, "category": where.category,
        "period": period, "begins": span.begins, "ends": span.ends,
        "member": member_id, "count": count, "reach": reach if count else 0,
    }  # fmt: skip
    rows = uow.session.execute(text(statement), values).all()
    top = [(row.member_id, row.points) for row in rows if row.part == "top"]
    around = [(row.member_id, row.points) for row in rows if row.part == "around"]
    size, better, behind, first, better_than_first = rows[0][:5]
    mine = dict(around).get(member_id)
    return Board(
        size,
        ranked(top),
        Standing(better + 1, member_id, mine) if mine is not None else None,
        behind,
        ranked(around, first, better_than_first + 1) if count else [],
    )
