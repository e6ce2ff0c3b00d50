"""When an attendance counts, at the edges of days and years."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.events.catalogue.models import SessionRow
from services.events.catalogue.snapshot import SessionSnapshot, read_snapshots
from services.events.check_ins.message import counts_at
from shared.database import Database
from tests.events.door import Event


@pytest.fixture
def session(database: Database, event: Event) -> SessionSnapshot:
    with database.unit_of_work() as uow:
        return read_snapshots(uow, SessionRow.event_id == event.id)[0]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


def lasting(session: SessionSnapshot, starts: str, ends: str) -> SessionSnapshot:
    return replace(session, starts_at=moment(starts), ends_at=moment(ends))


@pytest.mark.parametrize("arrived", ["2026-12-31 22:40", "2026-12-31 23:59:59", "2027-01-01 00:20"])
def test_a_night_into_the_new_year_counts_for_all_in_the_old_one(
    session: SessionSnapshot, arrived: str
) -> None:
    night = lasting(session, "2026-12-31 23:00", "2027-01-01 01:00")
    assert counts_at(night, moment(arrived)) == moment("2026-12-31 23:00")


def test_who_comes_before_midnight_for_the_day_after_attends_on_the_day_after(
    session: SessionSnapshot,
) -> None:
    early = lasting(session, "2027-01-01 00:10", "2027-01-01 02:00")
    assert counts_at(early, moment("2026-12-31 23:59:59")) == moment("2027-01-01 00:10")


@pytest.mark.parametrize("day", range(30))
def test_what_lasts_for_days_counts_on_the_day_of_arrival(
    session: SessionSnapshot, day: int
) -> None:
    exhibition = lasting(session, "2026-12-15 09:00", "2027-01-14 18:00")
    midnight = moment("2026-12-15 00:00") + timedelta(days=day)
    expected = max(exhibition.starts_at, midnight)
    for within in ("00:00:00", "12:00:00", "23:59:59"):
        hours, minutes, seconds = map(int, within.split(":"))
        arrived = midnight + timedelta(hours=hours, minutes=minutes, seconds=seconds)
        assert counts_at(exhibition, arrived.astimezone(UTC)) == expected
