"""What those above a branch see: counts and overdue items; and how far each role reaches."""

from typing import Any
from uuid import UUID

import pytest

from services.events.counts.service import counting
from services.events.worker import COUNTERS
from shared.clock import FixedClock
from shared.database import Database
from tests.events.cadence.conftest import GROUP, HERE, ROOT, THERE, UNIT, YOUTH, of_rule
from tests.events.catalogue.people import People, refused
from tests.events.city import City
from tests.events.past import Past

CITY_GROUP = "/city/y9/"
READERS = ("group_leader", "branch_secretary", "committee_member", "unit_admin", "city_admin")
ROLES = (*READERS, "member", "organiser", "auditor")


def by_period(calendar: Any, rule: str) -> dict[str, Any]:
    return {p["period"]: p["counts"] for p in of_rule(calendar, rule)["periods"]}


@pytest.fixture
def unit_admin(people: People) -> Any:
    return people.person(("unit_admin", UNIT))


@pytest.fixture
def neighbours(city: City, past: Past, branch: list[UUID]) -> None:
    """A branch that holds its theme days, and one beside it that does not."""
    city.join("Q1", THERE)
    city.join("R1", "/city/u2/b3/")
    for month in range(1, 12):
        past.held(HERE, "theme_day", f"2026-{month:02}-10 14:00", branch[:2])


@pytest.mark.usefixtures("neighbours")
def test_a_unit_sees_how_many_branches_are_done_due_and_overdue(read: Any, unit_admin: Any) -> None:
    calendar = read(UNIT, by=unit_admin)
    theme = by_period(calendar, "R5")
    assert theme["2026-10"] == {"done": 1, "due": 0, "overdue": 1, "not_applicable": 0}
    assert theme["2026-11"] == {"done": 1, "due": 1, "overdue": 0, "not_applicable": 0}
    assert theme["2026-12"] == {"done": 0, "due": 0, "overdue": 0, "not_applicable": 2}
    # Only one of the two is large enough for a committee, and has groups.
    for rule in ("R2", "R3"):
        assert by_period(calendar, rule)["2026-10"] == {
            "done": 0, "due": 0, "overdue": 1, "not_applicable": 1,
        }  # fmt: skip
    assert by_period(calendar, "R13")["2026-10"]["overdue"] == 1
    assert by_period(calendar, "R9")["2026"] == {
        "done": 0, "due": 2, "overdue": 0, "not_applicable": 0,
    }  # fmt: skip


@pytest.mark.usefixtures("neighbours")
def test_a_unit_sees_what_is_overdue_and_nobodys_name(
    people: People, unit_admin: Any, city: City
) -> None:
    answer = unit_admin.get(f"/cadence?organisation_id={city.organisations[UNIT]}&year=2026")
    items = [(i["name"], i["rule"], i["period"]) for i in answer.json["overdue"]]
    assert ("组织b2", "R5", "2026-10") in items
    assert ("组织b1", "R5", "2026-10") not in items
    assert ("青年理论学习小组", "R13", "2026-10") in items
    assert ("组织b1", "R2", "2026-10") in items
    # In the order of the tree, rule by rule: no branch comes first for being worst.
    assert items == sorted(items, key=lambda i: (i[0] == "青年理论学习小组", i))
    assert answer.json["units"] is None
    assert "党员" not in answer.text.replace("党员大会", "").replace("评议党员", "")


@pytest.mark.usefixtures("neighbours")
def test_the_city_sees_the_sums_of_its_units_and_its_own_groups(
    read: Any, people: People, city: City, past: Past, database: Database, clock: FixedClock
) -> None:
    city.organisations[CITY_GROUP] = group = UUID(int=9)
    entry = {
        "id": str(group), "code": "y9", "name": "机关青年读书社", "kind": "cross_cutting",
        "parent_id": str(city.organisations[ROOT]), "path": CITY_GROUP, "version": 1,
    }  # fmt: skip
    city.tell("roster.organisations_changed.v1", {"organisations": [entry]})
    past.run("UPDATE roster_organisations SET since = '2024-01-01'")
    admin = people.person(("city_admin", ROOT))
    before = read(ROOT, by=admin)
    assert [unit["overdue"] for unit in before["units"]] == [None, None]
    assert before["counted_at"] is None
    # The city's own groups need no counting ahead.
    assert by_period(before, "R13")["2026-10"]["overdue"] == 1
    units = {path: read(path, by=admin) for path in (UNIT, "/city/u2/")}
    count_all(database)
    clock.advance(300)
    found = read(ROOT, by=admin)
    for rule in ("R1", "R2", "R3", "R5", "R9"):
        sums = by_period(found, rule)
        for period, counts in sums.items():
            parts = [by_period(each, rule)[period] for each in units.values()]
            assert counts == {state: sum(p[state] for p in parts) for state in counts}
    assert by_period(found, "R13")["2026-10"]["overdue"] == 2
    assert [unit["overdue"] for unit in found["units"]] == [
        len(each["overdue"]) for each in units.values()
    ]
    assert found["overdue"] is None
    assert found["counted_at"] == "2026-11-23T01:00:00+00:00"


def count_all(database: Database) -> int:
    count_next, counted = counting(COUNTERS), 0
    while True:
        with database.unit_of_work() as uow:
            if not count_next(uow):
                return counted
            uow.commit()
        counted += 1


def test_a_general_branch_sees_the_branches_below_it(
    read: Any, city: City, past: Past, people: People, branch: list[UUID]
) -> None:
    place = "/city/u1/gb/"
    city.organisations[place] = UUID(int=5)
    entry = {
        "id": str(UUID(int=5)), "code": "gb", "name": "党总支", "kind": "general_branch",
        "parent_id": str(city.organisations[UNIT]), "path": place, "version": 1,
    }  # fmt: skip
    city.tell("roster.organisations_changed.v1", {"organisations": [entry]})
    moved = city.organisation(THERE) | {"path": f"{place}b2/", "version": 2}
    city.tell("roster.organisations_changed.v1", {"organisations": [moved]})
    told = city.member("Q1", THERE) | {"path": f"{place}b2/"}
    city.tell("roster.members_changed.v1", {"members": [told]})
    member = UUID(told["id"])
    admin = people.person(("unit_admin", UNIT))
    calendar = read(place, by=people.person(("branch_secretary", place)))
    assert {item["name"] for item in calendar["overdue"]} == {"组织b2"}
    assert by_period(calendar, "R5")["2026-10"]["overdue"] == 1
    assert by_period(read(UNIT, by=admin), "R5")["2026-10"]["overdue"] == 2
    # What it holds counts for the branches below it that were there, and for no other.
    past.held(place, "theme_day", "2026-10-10 14:00", branch)
    assert by_period(read(UNIT, by=admin), "R5")["2026-10"]["overdue"] == 2
    past.held(place, "theme_day", "2026-10-11 14:00", [member])
    assert by_period(read(UNIT, by=admin), "R5")["2026-10"]["overdue"] == 1
    assert by_period(read(place, by=admin), "R5")["2026-10"]["done"] == 1


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("place", [GROUP, HERE, THERE, UNIT, "/city/u2/", ROOT, YOUTH])
def test_each_role_reaches_its_own_part_of_the_tree(
    people: People, city: City, role: str, place: str
) -> None:
    asker = people.person((role, place), path=HERE)
    for target in (GROUP, HERE, YOUTH, UNIT, ROOT):
        for path in ("/cadence", "/cadence/export"):
            answer = asker.get(f"{path}?organisation_id={city.organisations[target]}")
            if role not in READERS:
                refused(answer, 403, "role_needed")
            elif target.startswith(place):
                assert answer.status_code == 200, (role, place, target)
            else:
                refused(answer, 403, "out_of_reach")


def test_an_organisation_that_is_not_there_is_refused(people: People, city: City) -> None:
    path = f"/cadence?organisation_id={UUID(int=1)}"
    refused(people.secretary().get(path), 404, "organisation_unknown")
    assert people.secretary().get("/cadence").status_code == 422
