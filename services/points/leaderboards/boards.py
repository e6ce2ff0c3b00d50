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

from redis import Redis

# KEYS: the versions, then a board for each period. ARGV: member, version, points in each period.
_WRITE: Final = """
    local periods = #KEYS - 1
    for i = 1, #ARGV, periods + 2 do
        local member, version = ARGV[i], tonumber(ARGV[i + 1])
        if version > tonumber(redis.call('HGET', KEYS[1], member) or -1) then
            redis.call('HSET', KEYS[1], member, version)
            for period = 1, periods do
                local points = ARGV[i + 1 + period]
                if tonumber(points) > 0 then
                    redis.call('ZADD', KEYS[period + 1], points, member)
                else
                    redis.call('ZREM', KEYS[period + 1], member)
                end
            end
        end
    end
"""
_REMOVE: Final = """
    redis.call('HDEL', KEYS[1], unpack(ARGV))
    for i = 2, #KEYS do
        redis.call('ZREM', KEYS[i], unpack(ARGV))
    end
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
            scores: with points in each of these periods.
            fresh: a suffix for boards that are being built beside those in use.
        """
        boards: dict[str, list[str | int]] = defaultdict(list)
        for score in scores:
            row: list[str | int] = [str(score.member_id), score.version, *score.points]
            for code in codes_of(score.path):
                boards[code] += row
        pipeline = self._redis.pipeline(transaction=False)
        for code, arguments in boards.items():
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

    def size(self, code: str, period: str) -> int:
        return int(self._redis.zcard(_board(code, period)))

    def top(self, code: str, period: str, count: int) -> list[Standing]:
        """Return the first `count` places."""
        return self._between(_board(code, period), 0, count - 1)

    def own(self, code: str, period: str, member_id: UUID) -> Standing | None:
        """Return a member's place; None for who has no points."""
        board = _board(code, period)
        points = self._redis.zscore(board, str(member_id))
        if points is None:
            return None
        better = int(self._redis.zcount(board, f"({points}", "+inf"))
        return Standing(better + 1, member_id, int(points))

    def around(self, code: str, period: str, member_id: UUID, reach: int) -> list[Standing]:
        """Return the places around a member's, `reach` to each side."""
        board = _board(code, period)
        place = cast("int | None", self._redis.zrevrank(board, str(member_id)))
        if place is None:
            return []
        return self._between(board, max(0, place - reach), place + reach)

    def _between(self, board: str, first: int, last: int) -> list[Standing]:
        rows = cast(
            "list[tuple[bytes, float]]",
            self._redis.zrevrange(board, first, last, withscores=True),
        )
        standings: list[Standing] = []
        for place, (member, points) in enumerate(rows, start=first + 1):
            tie = bool(standings) and standings[-1].points == int(points)
            if tie:
                rank = standings[-1].rank
            elif standings or first == 0:
                rank = place
            else:
                rank = int(self._redis.zcount(board, f"({points}", "+inf")) + 1
            standings.append(Standing(rank, UUID(member.decode()), int(points)))
        return standings
