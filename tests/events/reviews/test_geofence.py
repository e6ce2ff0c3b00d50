"""An event may ask phones where they are: only inside or outside is kept."""

import logging
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from services.events.catalogue.places import Geofence, distance
from shared.ids import new_id
from tests.events.door import check_ins
from tests.events.reviews.conftest import Office

SQUARE = {"latitude": 39.9087, "longitude": 116.3975, "radius": 200}
HERE = {"latitude": 39.9089, "longitude": 116.3979}
AWAY = {"latitude": 39.9487, "longitude": 116.3975}
LATITUDE, LONGITUDE = st.floats(-90, 90), st.floats(-180, 180)


def fence(office: Office, geofence: Any, version: int = 1) -> Any:
    return office.send(
        "PATCH",
        f"/events/{office.event.id}",
        {"geofence": geofence},
        **{"If-Match": f'"{version}"'},
    )


def scan(office: Office, member: UUID) -> Any:
    return office.door.scan(member, code=office.door.code(office.event)["code"]).json


def tell(office: Office, check_in: str, member: UUID, where: Any) -> Any:
    return office.send("POST", f"/check-ins/{check_in}/position", where, member)


def inside(office: Office) -> list[bool | None]:
    return [row["inside"] for row in check_ins(office.database)]


def test_without_a_geofence_nobody_is_asked_and_nothing_is_kept(office: Office) -> None:
    member = new_id()
    answer = scan(office, member)
    assert answer["position_wanted"] is False
    refused = tell(office, answer["check_in"]["id"], member, HERE)
    assert (refused.status_code, refused.json["code"]) == (409, "position_not_asked")
    assert inside(office) == [None]


def test_whoever_runs_the_event_sets_it_changes_it_and_takes_it_away(office: Office) -> None:
    assert fence(office, SQUARE).json["geofence"] == SQUARE
    wider = SQUARE | {"radius": 500}
    assert fence(office, wider, 2).json["geofence"] == wider
    path = f"/events/{office.event.id}"
    assert office.send("GET", path).json["geofence"] == wider
    stranger = office.send("PATCH", path, {"geofence": None}, new_id(), **{"If-Match": '"3"'})
    assert stranger.json["code"] == "not_your_event"
    assert fence(office, None, 3).json["geofence"] is None


@pytest.mark.parametrize(
    "geofence",
    [
        SQUARE | {"radius": 49}, SQUARE | {"radius": 50_001}, SQUARE | {"radius": "50"},
        SQUARE | {"latitude": 90.1}, SQUARE | {"longitude": -180.1}, SQUARE | {"latitude": "NaN"},
        {"latitude": 1, "longitude": 1}, {"radius": 50}, [],
    ],
)  # fmt: skip
def test_a_place_that_is_none_is_refused(office: Office, geofence: Any) -> None:
    assert fence(office, geofence).status_code in (400, 422)


@pytest.mark.parametrize(("where", "within"), [(HERE, True), (AWAY, False)])
def test_inside_or_outside_is_kept_and_the_position_forgotten(
    office: Office, caplog: pytest.LogCaptureFixture, where: dict[str, float], within: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    fence(office, SQUARE)
    member = new_id()
    answer = scan(office, member)
    assert answer["position_wanted"] is True
    told = tell(office, answer["check_in"]["id"], member, where)
    assert (told.status_code, told.json["state"]) == (200, "present")
    assert inside(office) == [within]
    assert list(office.reviews().values()) == ([] if within else [["outside"]])
    with office.database.unit_of_work() as uow:
        kept = uow.session.scalar(text("SELECT string_agg(c::text, '') FROM check_ins c"))
    for number in where.values():
        assert str(number) not in kept
        assert str(number) not in told.text
        assert str(number) not in caplog.text


def test_the_first_word_counts(office: Office) -> None:
    fence(office, SQUARE)
    member = new_id()
    check_in = scan(office, member)["check_in"]["id"]
    for where in (AWAY, HERE):
        assert tell(office, check_in, member, where).status_code == 200
    assert inside(office) == [False]
    assert scan(office, member)["position_wanted"] is False


def test_a_phone_that_is_not_sure_gets_the_benefit_of_the_doubt_up_to_a_limit(
    office: Office,
) -> None:
    fence(office, SQUARE)
    near = {"latitude": 39.9118, "longitude": 116.3975}  # 345 m north
    for accuracy, within in ((0, False), (150, True), (99_999, True)):
        member = new_id()
        check_in = scan(office, member)["check_in"]["id"]
        tell(office, check_in, member, near | {"accuracy": accuracy})
        row = next(r for r in check_ins(office.database) if r["member_id"] == member)
        assert row["inside"] is within
    member = new_id()
    check_in = scan(office, member)["check_in"]["id"]
    tell(office, check_in, member, AWAY | {"accuracy": 99_999})
    assert [r["inside"] for r in check_ins(office.database) if r["member_id"] == member] == [False]


def test_only_the_own_position_and_only_about_now(office: Office) -> None:
    fence(office, SQUARE)
    member = new_id()
    check_in = scan(office, member)["check_in"]["id"]
    for who in (new_id(), office.event.secretary):
        refused = tell(office, check_in, who, HERE)
        assert (refused.status_code, refused.json["code"]) == (404, "check_in_unknown")
    office.clock.advance(601)
    late = tell(office, check_in, member, HERE)
    assert (late.status_code, late.json["code"]) == (409, "position_too_late")
    assert inside(office) == [None]


def test_nobody_is_refused_for_not_telling(office: Office) -> None:
    fence(office, SQUARE)
    assert scan(office, new_id())["check_in"]["state"] == "present"
    assert office.reviews() == {}


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        ((0, 0), (0, 0), 0),
        ((0, 0), (0, 1), 111_195),
        ((0, 179.5), (0, -179.5), 111_195),
        ((90, 0), (90, 120), 0),
        ((0, 0), (0, 180), 20_015_115),
        ((39.9087, 116.3975), (31.2304, 121.4737), 1_067_700),  # Beijing, Shanghai
    ],
)
def test_distances_on_the_globe(
    one: tuple[float, float], other: tuple[float, float], metres: float
) -> None:
    assert distance(*one, *other) == pytest.approx(metres, rel=1e-3, abs=0.01)


@given(LATITUDE, LONGITUDE, LATITUDE, LONGITUDE)
def test_distance_is_the_same_both_ways_and_never_more_than_half_the_globe(
    a: float, b: float, c: float, d: float
) -> None:
    there = distance(a, b, c, d)
    assert there == pytest.approx(distance(c, d, a, b), abs=1e-3)
    assert 0 <= there <= 20_015_200
    assert distance(a, b, a, b) == 0


@given(LATITUDE, LONGITUDE, st.integers(50, 50_000))
def test_the_middle_is_always_inside(latitude: float, longitude: float, radius: int) -> None:
    assert Geofence(latitude, longitude, radius).holds(latitude, longitude)
