"""Boards in Redis: one sorted set an organisation and period, scores absolute, guarded by version.

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

_WRITE: Final = """
    local board, versions = KEYS[1], KEYS[2]
    for i = 1, #ARGV, 3 do
        local member, version, points = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
        local known = tonumber(redis.call('HGET', versions, member) or -1)
        if version > known then
            redis.call('HSET', versions, member, version)
            if points > 0 then
                redis.call('ZADD', board, points, member)
            else
                redis.call('ZREM', board, member)
            end
        end
    end
"""
_REMOVE: Final = """
    for i = 1, #ARGV do
        redis.call('ZREM', KEYS[1], ARGV[i])
        redis.call('HDEL', KEYS[2], ARGV[i])
    end
"""


@dataclass(frozen=True, slots=True)
class Score:
    """What one member has in one period, at one version, and the branch's path."""

    member_id: UUID
    path: str
    period: str
    points: int
    version: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A place on a board: competition rank, 1, 2, 2, 4."""

    rank: int
    member_id: UUID
    points: int


def codes_of(path: str) -> list[str]:
    """Return the codes of the organisations whose boards a branch's members are on."""
    return path.strip("/").split("/")


def _keys(code: str, period: str, fresh: str = "") -> tuple[str, str]:
    board = f"{{board:{code}:{period}}}{fresh}"
    return board, f"{board}:versions"


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

    def write(self, scores: Iterable[Score], *, fresh: str = "") -> None:
        """Write absolute scores to every board their members are on."""
        boards: dict[tuple[str, str], list[str | int]] = defaultdict(list)
        for score in scores:
            for code in codes_of(score.path):
                boards[code, score.period] += [str(score.member_id), score.version, score.points]
        pipeline = self._redis.pipeline(transaction=False)
        for (code, period), arguments in boards.items():
            self._write(keys=_keys(code, period, fresh), args=arguments, client=pipeline)
        pipeline.execute()

    def remove(self, code: str, period: str, members: Sequence[UUID]) -> None:
        """Take members off a board, because they moved away."""
        self._remove(keys=_keys(code, period), args=[str(member) for member in members])

    def replace(self, codes: Iterable[str], period: str, fresh: str) -> None:
        """Put boards that were built beside in place of the old, and say the period is whole."""
        for code in codes:
            for built, old in zip(_keys(code, period, fresh), _keys(code, period), strict=True):
                if self._redis.exists(built):
                    self._redis.rename(built, old)
                else:
                    self._redis.delete(old)
        self._redis.set(ready_key(period), "1")

    def size(self, code: str, period: str) -> int:
        return int(self._redis.zcard(_keys(code, period)[0]))

    def top(self, code: str, period: str, count: int) -> list[Standing]:
        """Return the first `count` places."""
        return self._between(_keys(code, period)[0], 0, count - 1)

    def own(self, code: str, period: str, member_id: UUID) -> Standing | None:
        """Return a member's place; None for who has no points."""
        board = _keys(code, period)[0]
        points = self._redis.zscore(board, str(member_id))
        if points is None:
            return None
        better = int(self._redis.zcount(board, f"({points}", "+inf"))
        return Standing(better + 1, member_id, int(points))

    def around(self, code: str, period: str, member_id: UUID, reach: int) -> list[Standing]:
        """Return the places around a member's, `reach` to each side."""
        board = _keys(code, period)[0]
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
