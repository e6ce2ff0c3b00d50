"""Units are counted in turn, the longest ago first, and anew when that is too long ago."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from services.events.counts.service import counted_at, counting, read
from shared.clock import FixedClock
from shared.database import Database, UnitOfWork
from tests.events.city import City

HOUR, DAY = 3600, 86_400


@pytest.fixture
def city(database: Database, clock: FixedClock) -> City:
    return City(database, clock)


@pytest.fixture
def count(database: Database, city: City) -> Callable[[], list[tuple[str, int]]]:
    """Let the worker count until there is nothing to count; return what it counted, in order."""

    def run() -> list[tuple[str, int]]:
        done: list[tuple[str, int]] = []

        def counter(uow: UnitOfWork, path: str, year: int) -> dict[str, Any]:
            done.append((path, year))
            return {"place": path, "number": len(done)}

        count_next = counting({"test": counter})
        while True:
            with database.unit_of_work() as uow:
                if not count_next(uow):
                    return done
                uow.commit()

    return run


def test_each_unit_is_counted_for_this_year_and_the_last(count: Any) -> None:
    assert count() == [
        ("/city/u1/", 2025), ("/city/u1/", 2026), ("/city/u2/", 2025), ("/city/u2/", 2026),
    ]  # fmt: skip
    assert count() == []


def test_a_small_city_is_counted_anew_after_a_minute(count: Any, clock: FixedClock) -> None:
    count()
    clock.advance(59)
    assert count() == []
    clock.advance(1)
    assert {year for _, year in count()} == {2026}
    clock.advance(DAY)
    assert {year for _, year in count()} == {2025, 2026}


def test_the_more_units_the_longer_each_rests(
    count: Any, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        uow.session.execute(
            text(
                "INSERT INTO roster_organisations (id, code, name, kind, parent_id, path, version)"
                " SELECT gen_random_uuid(), 'n' || n, 'n', 'unit', NULL, '/n' || n || '/', 1"
                " FROM generate_series(1, 58) AS n"
            )
        )
        uow.commit()
    count()
    clock.advance(119)
    assert count() == []
    clock.advance(1)
    assert len(count()) == 60


def test_a_new_year_is_counted_from_its_first_moment_in_shanghai(
    count: Any, clock: FixedClock
) -> None:
    clock.advance(38 * DAY + 15 * HOUR - 1)
    assert {year for _, year in count()} == {2025, 2026}
    clock.advance(1)
    assert {year for _, year in count()} == {2027}


def test_what_was_counted_is_read_in_the_order_of_the_tree(
    count: Any, database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        before = read(uow, "test", "/city/", 2026)
    assert [(each.name, each.counts, each.counted_at) for each in before] == [
        ("组织u1", None, None), ("组织u2", None, None),
    ]  # fmt: skip
    assert counted_at(before) is None
    count()
    with database.unit_of_work() as uow:
        found = read(uow, "test", "/city/", 2026)
        assert [each.name for each in read(uow, "test", "/city/u2/", 2026)] == ["组织u2"]
        assert read(uow, "other", "/city/u2/", 2026)[0].counts is None
    assert [each.counts["place"] for each in found] == ["/city/u1/", "/city/u2/"]
    assert counted_at(found) == clock.now()
