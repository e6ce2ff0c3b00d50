"""Years begin with base points where rules give them, and past points stay where they were."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from services.points.checker.check import check
from services.points.ledger.attendance import AttendancePosting
from services.points.ledger.years import open_years
from shared.clock import SHANGHAI, FixedClock
from shared.database import Database
from shared.testing.plugin import MakeDatabase, TokenFor
from tests.points.city import BRANCH, OTHER, deliver, found, join

Add = Callable[..., UUID]


def entries(database: Database, member: UUID) -> list[tuple[str, int, UUID]]:
    with database.unit_of_work() as uow:
        rows = uow.session.execute(
            text(
                "SELECT rule_code, points, organisation_id FROM ledger_entries"
                " WHERE member_id = :member ORDER BY id"
            ),
            {"member": member},
        )
        return [tuple(row) for row in rows]  # type: ignore[misc]


def sound(database: Database) -> bool:
    with database.unit_of_work() as uow:
        return check(uow).violations == []


def opened(database: Database) -> int:
    with database.unit_of_work() as uow:
        done = open_years(uow)
        uow.commit()
    return done


def test_under_preset_b_everybody_who_is_scored_begins_with_sixty(
    make_database: MakeDatabase, attend: Any
) -> None:
    database = make_database("points")
    found(database, preset="preset_b")
    member, retired = join(database), join(database, scored=False)
    assert (opened(database), opened(database)) == (1, 0)
    assert entries(database, retired) == []
    # Sixty points are no gain of January's: the month's fifteen are still to be had.
    deliver(database, AttendancePosting(), attend(member, day="2026-01-20"))
    assert [points for _, points, _ in entries(database, member)] == [600, 20]
    newcomer = join(database)
    assert opened(database) == 1
    assert entries(database, newcomer) == [("B01", 600, BRANCH)]
    assert sound(database)


def test_preset_a_opens_no_year(city: Database, add_member: Add) -> None:
    add_member()
    assert opened(city) == 0


@pytest.fixture
def moved(city: Database, add_member: Add, clock: FixedClock) -> UUID:
    """A member who moved to the other branch ten days ago."""
    member = add_member(OTHER)
    then = clock.now() - timedelta(days=10)
    with city.unit_of_work() as uow:
        for branch, since, until in (
            (BRANCH, then - timedelta(days=200), then),
            (OTHER, then, None),
        ):
            uow.session.execute(
                text(
                    "INSERT INTO memberships (member_id, organisation_id, since, until)"
                    " VALUES (:member, :branch, :since, :until)"
                ),
                {"member": member, "branch": branch, "since": since, "until": until},
            )
        uow.commit()
    return member


def test_points_stay_with_the_branch_of_then_however_late_they_are_posted(
    city: Database, moved: UUID, attend: Any, post: Callable[..., None]
) -> None:
    now, before, long_before = (
        attend(moved, day="2026-11-20"), attend(moved, day="2026-11-12"),
        attend(moved, day="2026-01-12"),
    )  # fmt: skip
    post(now)
    post(before, long_before)
    assert sorted(place for _, _, place in entries(city, moved)) == sorted([OTHER, BRANCH, BRANCH])
    # A reversal lies where its entry lay.
    post(before | {"state": "annulled", "reason": "误签", "revision": 2})
    places = [place for _, _, place in entries(city, moved)]
    assert (places.count(BRANCH), places.count(OTHER)) == (3, 1)
    assert sound(city)


def test_points_as_of_a_moment_and_as_known_at_one(
    city: Database,
    add_member: Add,
    attend: Any,
    post: Callable[..., None],
    clock: FixedClock,
    client: FlaskClient,
    token_for: TokenFor,
) -> None:
    member = add_member()
    post(attend(member, day="2026-11-10"))
    first = clock.now()
    clock.advance(3600)
    late = attend(member, "theme_day", day="2026-11-05")
    post(late)
    second = clock.now()
    clock.advance(3600)
    post(late | {"state": "annulled", "reason": "误签", "revision": 2})
    headers = {"Authorization": f"Bearer {token_for(member)}"}

    def points(**query: Any) -> float:
        answer = client.get("/api/v1/me/points", headers=headers, query_string=query)
        assert answer.status_code == 200, answer.text
        return float(answer.json["points"])

    day = datetime(2026, 11, 7, tzinfo=SHANGHAI).isoformat()
    assert points() == 2
    assert points(known_at=first.isoformat()) == 2
    assert points(known_at=second.isoformat()) == 3
    assert points(as_of=day) == 0
    assert points(as_of=day, known_at=second.isoformat()) == 1
    assert points(as_of=datetime(2025, 7, 1, tzinfo=SHANGHAI).isoformat()) == 0
    # Before the first rules as well.
    assert points(as_of=datetime(2010, 7, 1, tzinfo=SHANGHAI).isoformat()) == 0
    moments = ("yesterday", "2026-11-07", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00")
    for query in ({name: moment} for name in ("as_of", "known_at") for moment in moments):
        wrong = client.get("/api/v1/me/points", headers=headers, query_string=query)
        assert (wrong.status_code, wrong.json["code"]) == (422, "fields_invalid"), query
