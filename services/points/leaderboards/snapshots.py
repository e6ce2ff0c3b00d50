"""Boards of periods that are over: frozen as they ended, whoever moves or is corrected later.

A late correction is in the ledger and beneath the month's statement; who came first in a month
that is settled stays so.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import text

from services.points.leaderboards.boards import Board, Standing
from services.points.leaderboards.periods import settled
from shared.database import UnitOfWork

_DONE: Final = text("SELECT DISTINCT period FROM closed_boards")
_HAS_POINTS: Final = text(
    "SELECT EXISTS (SELECT FROM period_points WHERE period = :period AND points > 0)"
)
# A member stands on the boards of the branch and of all above it.
_FREEZE: Final = text("""
    WITH standing AS MATERIALIZED (
        SELECT above.id AS organisation_id, p.member_id, p.points
        FROM period_points p
        JOIN members m ON m.id = p.member_id
        JOIN organisations o ON o.id = m.organisation_id
        JOIN organisations above ON above.path IN (
            o.path, substring(o.path FROM '^/[^/]+/'), substring(o.path FROM '^/[^/]+/[^/]+/'),
            substring(o.path FROM '^/[^/]+/[^/]+/[^/]+/')
        )
        WHERE p.period = :period AND p.points > 0 AND m.scored AND m.status <> 'left'
    ), sizes AS (
        INSERT INTO closed_boards (organisation_id, period, size, frozen_at)
        SELECT organisation_id, :period, count(*), :now FROM standing GROUP BY organisation_id
        ON CONFLICT DO NOTHING RETURNING organisation_id
    )
    INSERT INTO closed_board_places (organisation_id, period, place, rank, member_id, points)
    SELECT organisation_id, :period,
        row_number() OVER (PARTITION BY organisation_id ORDER BY points DESC, member_id DESC),
        rank() OVER (PARTITION BY organisation_id ORDER BY points DESC), member_id, points
    FROM standing JOIN sizes USING (organisation_id)
""")
_SIZE: Final = text("""
    SELECT size FROM closed_boards WHERE organisation_id = :organisation AND period = :period
""")
_OWN: Final = text("""
    SELECT place FROM closed_board_places
    WHERE organisation_id = :organisation AND period = :period AND member_id = :member
""")
_PLACES: Final = text("""
    SELECT place, rank, member_id, points FROM closed_board_places
    WHERE organisation_id = :organisation AND period = :period
        AND (place <= :count OR place BETWEEN :first AND :last)
    ORDER BY place
""")


def freeze(uow: UnitOfWork) -> list[str]:
    """Freeze the boards of the periods that are settled; return which were.

    Whether there is a point in the period or not is looked at first: a city that began in June has
    no boards of January.
    """
    done = set(uow.session.scalars(_DONE))
    frozen = []
    for period in settled(uow.clock.now()):
        if period not in done and uow.session.scalar(_HAS_POINTS, {"period": period}):
            uow.session.execute(_FREEZE, {"period": period, "now": uow.clock.now()})
            frozen.append(period)
    return frozen


def read(
    uow: UnitOfWork, organisation_id: UUID, period: str, member_id: UUID, *, count: int, reach: int
) -> Board | None:
    """Read what `Boards.read` would, of a frozen board; None where there is none."""
    board = {"organisation": organisation_id, "period": period}
    size = uow.session.scalar(_SIZE, board)
    if size is None:
        return None
    place = uow.session.scalar(_OWN, board | {"member": member_id}) or 0
    around = reach if count and place else 0
    values = {"count": count, "first": place - around, "last": place + around}
    rows = uow.session.execute(_PLACES, board | values).all()
    standings = {row.place: Standing(row.rank, row.member_id, row.points) for row in rows}
    return Board(
        size,
        [standing for at, standing in standings.items() if at <= count],
        standings.get(place),
        [s for at, s in standings.items() if count and place and abs(at - place) <= reach],
    )
