"""What is entered once, wherever, shows in the study hours and in the branch's calendar."""

from datetime import datetime

import pytest

from shared.clock import SHANGHAI
from tests.session import eventually
from tests.suite import Suite

pytestmark = pytest.mark.journey


def test_a_check_in_and_approved_make_up_study_are_hours_without_entering_them_again(
    suite: Suite,
) -> None:
    secretary, member = suite.sign_in("secretary"), suite.newcomer()
    event = suite.hold_event(secretary, category="lecture")
    code = secretary.get(f"/events/{event['id']}/code")["code"]
    assert member.scan(code).status_code == 201
    today = datetime.now(SHANGHAI).date().isoformat()
    missed = {"kind": "make_up_study", "level": "study_session", "title": "补学", "day": today}
    claim = member.post("/claims", missed)
    secretary.post(f"/claims/{claim['id']}/review", {"decision": "approve"}, status=200)

    found = eventually(
        lambda: member.get("/me/study-hours"), lambda hours: len(hours["items"]) == 2
    )
    assert {item["kind"] for item in found["items"]} == {"attendance", "make_up_study"}
    assert found["hours"] > 2
    assert (found["target"], found["missing"]) == (32, round(32 - found["hours"], 2))

    home = suite.organisation("u001-b01")["id"]
    listed = secretary.get("/study-hours", organisation_id=home)["items"]
    assert found["hours"] in [item["hours"] for item in listed]
    targets = [item["target"] for item in listed]
    assert targets.count(56) == 3, "the secretary, and two more on the committee"

    calendar = secretary.get("/cadence", organisation_id=home)
    lectures = next(rule for rule in calendar["rules"] if rule["rule"] == "R4")
    running = next(p for p in lectures["periods"] if p["first"] <= today <= p["last"])
    assert running["state"] == "done"
    assert event["id"] in [each["event_id"] for each in running["events"]]


def test_the_city_sees_its_units_once_they_are_counted(suite: Suite) -> None:
    city = suite.sign_in("city1")
    root = suite.organisation("city")["id"]
    found = eventually(
        lambda: city.get("/cadence", organisation_id=root),
        lambda calendar: all(unit["overdue"] is not None for unit in calendar["units"]),
        90,
    )
    assert len(found["units"]) == 3
    theme = next(rule for rule in found["rules"] if rule["rule"] == "R5")
    assert all(sum(period["counts"].values()) == 12 for period in theme["periods"])
    hours = eventually(
        lambda: city.get("/study-hours", organisation_id=root),
        lambda hours: all(unit["members"] is not None for unit in hours["below"]),
        90,
    )
    assert hours["members"] >= 240
