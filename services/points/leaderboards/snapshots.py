"""Boards of periods that are over: frozen as they ended, whoever moves or is corrected later.

A late correction is in the ledger and beneath the month's statement; who came first in a month
that is settled stays so. Boards of one category are not frozen: they would be eight times as many.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import text

from services.points.leaderboards.boards import Board, Standing
from services.points.leaderboards.periods import settled
from services.points.leaderboards.sql import UNITS
from shared.database import UnitOfWork

_DONE: Final = text("SELECT DISTINCT period FROM closed_boards")
_HAS_POINTS: Final = text(
    "SELECT EXISTS (SELECT FROM period_points WHERE period = :period AND points > 0)"
)
DIGEST: Final = """
    sha256(convert_to(
        string_agg(concat_ws(' ', place, rank, member_id, points), ',' ORDER BY place), 'UTF8'
    ))
"""
"""SQL that sums up the places of a board."""

# A member stands on the boards of the branch and of all above it, and on those of groups.
_FREEZE: Final = text(f"""
    WITH scored AS MATERIALIZED (
        SELECT p.member_id, p.points, m.organisation_id, m.group_id
        FROM period_points p JOIN members m ON m.id = p.member_id
        WHERE p.period = :period AND p.points > 0 AND m.scored AND m.status <> 'left'
    ), standing AS MATERIALIZED (
        SELECT above.id AS organisation_id, s.member_id, s.points
        FROM scored s
        JOIN organisations o ON o.id = s.organisation_id
        JOIN organisations above ON above.path IN (
            o.path, substring(o.path FROM '^/[^/]+/'), substring(o.path FROM '^/[^/]+/[^/]+/'),
            substring(o.path FROM '^/[^/]+/[^/]+/[^/]+/')
        )
        UNION ALL SELECT group_id, member_id, points FROM scored WHERE group_id IS NOT NULL
        UNION ALL SELECT g.organisation_id, s.member_id, s.points
        FROM scored s JOIN group_members g USING (member_id)
    ), ranked AS MATERIALIZED (
        SELECT organisation_id, member_id, points,
            row_number() OVER (PARTITION BY organisation_id ORDER BY points DESC, member_id DESC)
                AS place,
            rank() OVER (PARTITION BY organisation_id ORDER BY points DESC) AS rank
        FROM standing
    ), boards AS (
        INSERT INTO closed_boards (organisation_id, period, size, places, frozen_at)
        SELECT organisation_id, :period, count(*), {DIGEST}, :now
        FROM ranked GROUP BY organisation_id
        ON CONFLICT DO NOTHING RETURNING organisation_id
    )
    INSERT INTO closed_board_places (organisation_id, period, place, rank, member_id, points)
    SELECT organisation_id, :period, place, rank, member_id, points
    FROM ranked JOIN boards USING (organisation_id)
""")  # noqa: S608 - a constant
_FREEZE_UNITS: Final = text(f"""
    INSERT INTO closed_units (period, unit_id, members, points, taking_part)
    SELECT :period, * FROM ({UNITS}) AS present
""")  # noqa: S608 - a constant
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
_FIRST_BEHIND: Final = text("""
    SELECT place FROM closed_board_places
    WHERE organisation_id = :organisation AND period = :period
        AND place > :place AND points < :points
    ORDER BY place LIMIT 1
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
            uow.session.execute(_FREEZE_UNITS, {"period": period})
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
    own = standings.get(place)
    behind = None
    if own is not None:
        behind = uow.session.scalar(_FIRST_BEHIND, board | {"place": place, "points": own.points})
    return Board(
        size,
        [standing for at, standing in standings.items() if at <= count],
        own,
        size - behind + 1 if behind else 0,
        [s for at, s in standings.items() if count and place and abs(at - place) <= reach],
    )
