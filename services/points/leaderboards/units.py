"""Units beside each other: points per head and participation, among units of like size.

Sums of a whole unit say nothing about its people, and a unit of forty is not compared with one of
a thousand.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text

from services.points.leaderboards.policy import OFF
from services.points.leaderboards.service import place
from services.points.leaderboards.sql import UNITS
from services.points.rules.in_force import unit_of
from shared.auth import Principal
from shared.database import UnitOfWork

BANDS: Final = (50, 200, 500, 1000)
"""Upper bounds, excluded, of the size bands; the last one has none."""

_KEPT_SECONDS: Final = 60
_ROOT: Final = text("SELECT id FROM organisations WHERE parent_id IS NULL")
# A settled period's figures are frozen.
_UNITS: Final = text(f"""
    SELECT u.id, u.code, u.name, f.members, f.points, f.taking_part
    FROM organisations u JOIN (
        SELECT unit_id, members, points, taking_part FROM closed_units WHERE period = :period
        UNION ALL SELECT * FROM ({UNITS}) AS present
        WHERE NOT EXISTS (SELECT FROM closed_units WHERE period = :period)
    ) AS f (unit_id, members, points, taking_part) ON f.unit_id = u.id
    ORDER BY u.code
""")  # noqa: S608 - a constant


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit's figures: of those who are scored, points a head and the percentage that earned any."""

    id: str
    code: str
    name: str
    members: int
    per_head: float
    participation: float

    @property
    def band(self) -> int:
        """The number of its size band, from 0."""
        return sum(self.members >= bound for bound in BANDS)


def show(
    uow: UnitOfWork, redis: Redis, principal: Principal, query: dict[str, Any]
) -> dict[str, Any]:
    """Return the units of one size band, as far as the city's policy shows them.

    Without a band asked for it is that of the own unit; who belongs to none sees that of the largest.
    """
    policy = place(uow, _root(uow)).in_force
    units = _read(uow, redis, query["period"])
    own = next((u for u in units if u.code == unit_of(principal.organisation_path)), None)
    band = query["band"]
    if band is None:
        band = own.band if own else max((unit.band for unit in units), default=0)
    alike = [unit for unit in units if unit.band == band]
    ranked = _ranked(alike, query["by"])
    mine = next((row for row in ranked if own and row["id"] == own.id), None)
    off = policy.policy == OFF
    return {
        "period": query["period"],
        "by": query["by"],
        "band": band,
        "policy": policy.policy,
        "bands": _bands(),
        "size": None if off else len(ranked),
        "items": ranked[: policy.shown(len(ranked))],
        "own": None if off else mine,
    }


def _bands() -> list[dict[str, int | None]]:
    return [
        {"band": number, "from": low, "below": below}
        for number, (low, below) in enumerate(zip((0, *BANDS), (*BANDS, None), strict=True))
    ]


def _ranked(units: list[Unit], by: str) -> list[dict[str, Any]]:
    """Give competition ranks, 1, 2, 2, 4; units level with each other stand by name."""
    ordered = sorted(units, key=lambda unit: (-getattr(unit, by), unit.name))
    rows: list[dict[str, Any]] = []
    for number, unit in enumerate(ordered, start=1):
        level = bool(rows) and rows[-1][by] == getattr(unit, by)
        rows.append(
            {
                "rank": rows[-1]["rank"] if level else number,
                "id": unit.id,
                "name": unit.name,
                "members": unit.members,
                "per_head": unit.per_head,
                "participation": unit.participation,
            }
        )
    return rows


def _read(uow: UnitOfWork, redis: Redis, period: str) -> list[Unit]:
    """Return all units' figures, at most a minute old: they take a look at every member."""
    key = f"units:{period}"
    kept: object = None
    with suppress(RedisError):
        kept = redis.get(key)
    if isinstance(kept, bytes):
        return [Unit(**unit) for unit in orjson.loads(kept)]
    units = [
        Unit(
            id=str(row.id),
            code=row.code,
            name=row.name,
            members=row.members,
            per_head=round(row.points / row.members / 10, 2),
            participation=round(100 * row.taking_part / row.members, 1),
        )
        for row in uow.session.execute(_UNITS, {"period": period})
    ]
    with suppress(RedisError):
        redis.set(key, orjson.dumps(units), ex=_KEPT_SECONDS)
    return units


def _root(uow: UnitOfWork) -> UUID:
    found: UUID = uow.session.scalars(_ROOT).one()
    return found
