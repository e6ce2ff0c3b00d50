"""What outcomes add up to: for people who decide about rules, and without a name. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from statistics import fmean
from typing import Any, Final
from uuid import UUID

from services.points.simulations.replay import Outcome

BIN: Final = 50
"""Tenths in a bar of the distribution: five points."""

_TOPS: Final = (10, 100)


def findings(
    outcomes: Sequence[Outcome], units: Mapping[UUID, UUID], bands: Sequence[int], floor: int
) -> dict[str, Any]:
    """Return a simulation's result, points in tenths.

    Args:
        outcomes: everybody's.
        units: branch → unit; what has none counts for the city alone.
        bands: lower bounds, tenths, the highest first.
        floor: the draft's.
    """
    before, after = (Counter[int](), Counter[int]())
    for outcome in outcomes:
        before[outcome.before // BIN] += 1
        after[outcome.after // BIN] += 1
    return {
        "members": len(outcomes),
        "before": sum(outcome.before for outcome in outcomes),
        "after": sum(outcome.after for outcome in outcomes),
        "gainers": sum(outcome.after > outcome.before for outcome in outcomes),
        "losers": sum(outcome.after < outcome.before for outcome in outcomes),
        "gained": sum(max(0, outcome.after - outcome.before) for outcome in outcomes),
        "lost": sum(max(0, outcome.before - outcome.after) for outcome in outcomes),
        "below_floor": sum(outcome.after < floor for outcome in outcomes),
        "distribution": [
            {"from": bar * BIN, "before": before[bar], "after": after[bar]}
            for bar in sorted(before.keys() | after.keys())
        ],
        "bands": _bands(outcomes, bands),
        "churn": _churn(outcomes),
        "units": _places(outcomes, lambda outcome: units.get(outcome.organisation_id)),
        "branches": _places(outcomes, lambda outcome: outcome.organisation_id),
        "digest": digest(outcomes),
    }


def digest(outcomes: Iterable[Outcome]) -> str:
    """Return what stands for all differences at once: sha256 over member, before, after."""
    changed = sorted(
        (outcome.member_id.hex, outcome.before, outcome.after)
        for outcome in outcomes
        if outcome.before != outcome.after
    )
    lines = "".join(f"{member} {before} {after}\n" for member, before, after in changed)
    return sha256(lines.encode()).hexdigest()


def _bands(outcomes: Sequence[Outcome], bounds: Sequence[int]) -> list[dict[str, Any]]:
    """Count who stands in each band, and their share of all; the last one is all below."""

    def count(points: Callable[[Outcome], int]) -> list[int]:
        found = Counter(
            next((i for i, low in enumerate(bounds) if points(outcome) >= low), len(bounds))
            for outcome in outcomes
        )
        return [found[i] for i in range(len(bounds) + 1)]

    lows: list[int | None] = [*bounds, None]
    columns = zip(lows, count(lambda o: o.before), count(lambda o: o.after), strict=True)
    everybody = len(outcomes) or 1
    return [
        {
            "from": low,
            "before": before,
            "after": after,
            "share_before": round(before / everybody, 4),
            "share_after": round(after / everybody, 4),
        }
        for low, before, after in columns
    ]


def _churn(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Say how far ranks move: who is new among the first, and places moved on the average."""
    before = _ranks({outcome.member_id: outcome.before for outcome in outcomes})
    after = _ranks({outcome.member_id: outcome.after for outcome in outcomes})
    churn: dict[str, Any] = {
        f"new_in_top_{top}": sum(after[m] <= top < before[m] for m in after) for top in _TOPS
    }
    moved = (abs(after[member] - before[member]) for member in after)
    return churn | {"mean_places_moved": round(fmean(moved), 2) if after else 0.0}


def _ranks(points: Mapping[UUID, int]) -> dict[UUID, int]:
    """Return competition ranks: 1, 2, 2, 4."""
    first: dict[int, int] = {}
    for place, value in enumerate(sorted(points.values(), reverse=True), start=1):
        first.setdefault(value, place)
    return {member: first[value] for member, value in points.items()}


def _places(
    outcomes: Iterable[Outcome], place_of: Callable[[Outcome], UUID | None]
) -> list[dict[str, Any]]:
    sums: dict[UUID, list[int]] = defaultdict(lambda: [0, 0, 0])
    for outcome in outcomes:
        place = place_of(outcome)
        if place is not None:
            row = sums[place]
            row[0] += 1
            row[1] += outcome.before
            row[2] += outcome.after
    return [
        {"organisation_id": str(place), "members": row[0], "before": row[1], "after": row[2]}
        for place, row in sorted(sums.items())
    ]
