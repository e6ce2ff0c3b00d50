"""Boards in Redis: one sorted set an organisation and period, scores absolute, guarded by version.

Only what is large is kept here: the boards of committee, units and general branches. A branch has
some twenty members, whom PostgreSQL ranks in less time than the way to Redis takes.

A write carries the version of the member's year it was read at; an older one never overwrites a
newer one, so replays and reorderings are harmless. The guard is a hash beside the sorted set, in
the same hash slot, and both change in one script.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, cast
from uuid import UUID

import orjson
from redis import Redis

# KEYS: the versions, then a board for each period. ARGV: members, their versions, and in each period
# their points, as columns in JSON. One call a column, not a member: the calls are what costs.
_WRITE: Final = """
    local scores = cjson.decode(ARGV[1])
    local known = redis.call('HMGET', KEYS[1], unpack(scores.members))
    local newer, added, removed = {}, {}, {}
    for period = 1, #KEYS - 1 do added[period], removed[period] = {}, {} end
    for i, member in ipairs(scores.members) do
        if scores.versions[i] > tonumber(known[i] or -1) then
            table.insert(newer, member)
            table.insert(newer, scores.versions[i])
            for period, points in ipairs(scores.points) do
                if points[i] > 0 then
                    table.insert(added[period], points[i])
                    table.insert(added[period], member)
                else
                    table.insert(removed[period], member)
                end
            end
        end
    end
    if #newer > 0 then redis.call('HSET', KEYS[1], unpack(newer)) end
    for period = 1, #KEYS - 1 do
        local board = KEYS[period + 1]
        if #added[period] > 0 then redis.call('ZADD', board, unpack(added[period])) end
        if #removed[period] > 0 then redis.call('ZREM', board, unpack(removed[period])) end
    end
"""
# Lua unpacks some 8,000 values at most, two of them a member.
_WRITE_MEMBERS: Final = 1_000
_REMOVE: Final = """
    redis.call('HDEL', KEYS[1], unpack(ARGV))
    for i = 2, #KEYS do
        redis.call('ZREM', KEYS[i], unpack(ARGV))
    end
"""


# KEYS: the board. ARGV: whose it is read for, how many places from the top, how many around.
_READ: Final = """
    local board, member, count, reach = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
    local function between(first, last)
        if count == 0 then return {} end
        return redis.call('ZREVRANGE', board, first, last, 'WITHSCORES')
    end
    local function rank(points)
        return redis.call('ZCOUNT', board, '(' .. points, '+inf') + 1
    end
    local size, top = redis.call('ZCARD', board), between(0, count - 1)
    local points = redis.call('ZSCORE', board, member)
    if not points then return {size, top} end
    local place = redis.call('ZREVRANK', board, member)
    local first = math.max(0, place - reach)
    local around = between(first, place + reach)
    local behind = redis.call('ZCOUNT', board, '-inf', '(' .. points)
    return {size, top, points, rank(points), behind, around, first, around[2] and rank(around[2])}
"""


@dataclass(frozen=True, slots=True)
class Score:
    """What one member has in the periods of a year that are running, at one version.

    `path` is the lowest organisation's whose board the member is on in Redis.
    """

    member_id: UUID
    path: str
    version: int
    points: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A place on a board: competition rank, 1, 2, 2, 4."""

    rank: int
    member_id: UUID
    points: int


@dataclass(frozen=True, slots=True)
class Board:
    """What one member is shown of a board.

    Attributes:
        size: how many are on it.
        top: the first places.
        own: the member's place; None for who has no points or is not on this board.
        behind: how many have fewer points than the member.
        around: the places around the own one, the better first.
    """

    size: int
    top: list[Standing]
    own: Standing | None
    behind: int
    around: list[Standing]


def codes_of(path: str) -> list[str]:
    """Return the codes of an organisation and of all above it."""
    return path.strip("/").split("/")


def _board(code: str, period: str, fresh: str = "") -> str:
    # All keys of one organisation share a hash slot, so that one script may change them together.
    return f"{{board:{code}}}:{period}{fresh}"


def _keys(code: str, periods: Sequence[str], fresh: str = "") -> list[str]:
    """Return the key of the versions and those of the boards; the first period is the year."""
    versions = f"{{board:{code}}}:{periods[0]}:versions{fresh}"
    return [versions, *(_board(code, period, fresh) for period in periods)]


def ready_key(period: str) -> str:
    """Return the key that says the boards of a period are whole."""
    return f"boards:ready:{period}"


class Boards:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._write = redis.register_script(_WRITE)
        self._remove = redis.register_script(_REMOVE)

    def ready(self, period: str) -> bool:
        """Tell whether the boards of a period are whole; False after Redis lost its data."""
        return bool(self._redis.exists(ready_key(period)))

    def write(self, periods: Sequence[str], scores: Iterable[Score], *, fresh: str = "") -> None:
        """Write absolute scores to every board their members are on.

        Args:
            periods: the running year, and the parts of it that are running.
            scores: with points in each of these periods; no member twice.
            fresh: a suffix for boards that are being built beside those in use.
        """
        boards: dict[str, list[Score]] = defaultdict(list)
        for score in scores:
            for code in codes_of(score.path):
                boards[code].append(score)
        pipeline = self._redis.pipeline(transaction=False)
        for code, all_of_it in boards.items():
            for first in range(0, len(all_of_it), _WRITE_MEMBERS):
                some = all_of_it[first : first + _WRITE_MEMBERS]
                columns = {
                    "members": [score.member_id for score in some],
                    "versions": [score.version for score in some],
                    "points": list(zip(*(score.points for score in some), strict=True)),
                }
                arguments = [orjson.dumps(columns)]
                self._write(keys=_keys(code, periods, fresh), args=arguments, client=pipeline)
        pipeline.execute()

    def remove(self, code: str, periods: Sequence[str], members: Sequence[UUID]) -> None:
        """Take members off an organisation's boards, because they moved away."""
        self._remove(keys=_keys(code, periods), args=[str(member) for member in members])

    def replace(self, codes: Iterable[str], periods: Sequence[str], fresh: str) -> None:
        """Put boards that were built beside in place of the old, and say they are whole."""
        for code in codes:
            built, old = _keys(code, periods, fresh), _keys(code, periods)
            for new_key, key in zip(built, old, strict=True):
                if self._redis.exists(new_key):
                    self._redis.rename(new_key, key)
                else:
                    self._redis.delete(key)
        for period in periods:
            self._redis.set(ready_key(period), "1")

    def read(
        self, code: str, period: str, member_id: UUID, *, count: int, reach: int
    ) -> Board | None:
        """Read a board in one round trip; None where Redis has not got it.

        Args:
            code: the organisation's.
            period: a running one.
            member_id: whose own place is asked for.
            count: how many places from the top; with 0 none around the own one either.
            reach: how many places to each side of the own one.
        """
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.exists(ready_key(period))
        # Sent whole: to ask first whether Redis knows the script would be a second round trip.
        pipeline.eval(_READ, 1, _board(code, period), str(member_id), count, reach)
        ready, (size, top, *mine) = pipeline.execute()
        if not ready:
            return None
        if not mine:
            return Board(size, ranked(_pairs(top)), None, 0, [])
        points, rank, behind, around, first, *first_rank = mine
        own = Standing(rank, member_id, int(points))
        near = ranked(_pairs(around), first, *first_rank)
        return Board(size, ranked(_pairs(top)), own, behind, near)

    def points(self, code: str, period: str) -> dict[UUID, int]:
        """Return everybody's points on a board."""
        rows = cast(
            "list[tuple[bytes, float]]",
            self._redis.zrange(_board(code, period), 0, -1, withscores=True),
        )
        return {UUID(member.decode()): int(points) for member, points in rows}


def ranked(members: Iterable[tuple[UUID, int]], first: int = 0, rank: int = 1) -> list[Standing]:
    """Give members their ranks.

    Args:
        members: with their points, in the board's order, none left out in between.
        first: how many places stand before them.
        rank: that of the first of them.
    """
    standings: list[Standing] = []
    for place, (member, points) in enumerate(members, start=first + 1):
        if standings and standings[-1].points != points:
            rank = place
        standings.append(Standing(rank, member, points))
    return standings


def _pairs(flat: Sequence[bytes]) -> list[tuple[UUID, int]]:
    """Read what Redis gives as member, score, member, score."""
    return [
        (UUID(member.decode()), int(points))
        for member, points in zip(flat[::2], flat[1::2], strict=True)
    ]
