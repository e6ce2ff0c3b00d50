"""Who sees the study hours of whom: the branch its members, those above counts and nobody's name."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook

from services.events.counts.service import counting
from services.events.study_hours import service
from services.events.worker import COUNTERS
from shared.clock import FixedClock
from shared.database import Database
from tests.events.catalogue.people import People, Person, refused
from tests.events.city import City
from tests.events.past import Past

HERE, THERE, UNIT = "/city/u1/b1/", "/city/u1/b2/", "/city/u1/"
GROUP, YOUTH = "/city/u1/b1/g1/", "/city/u1/youth/"
ROLES = ("member", "group_leader", "branch_secretary", "committee_member", "unit_admin",
         "city_admin", "organiser", "auditor")  # fmt: skip


@pytest.fixture
def members(city: City, past: Past) -> dict[str, UUID]:
    """A secretary, an eager and a lazy member and a retired one in one branch; two elsewhere."""
    found = {
        "P3": city.join(
            "P3", HERE, roles=[{"role": "branch_secretary", "path": HERE}], group_path=GROUP
        ),
        "P1": city.join("P1", HERE, cross_paths=[YOUTH]),
        "P2": city.join("P2", HERE),
        "P4": city.join("P4", HERE, status="retired"),
        "P5": city.join("P5", THERE),
        "P6": city.join("P6", "/city/u2/b3/"),
    }
    city.join("P7", HERE, status="left")
    for day in range(1, 6):
        who = [found[name] for name in ("P1", "P3", "P5", "P6")]
        past.held("/city/", "training", f"2026-03-{day:02} 09:00", who, minutes=480)
    past.held(HERE, "lecture", "2026-04-01 14:00", [found["P2"]])
    return found


@pytest.fixture
def ask(people: People, city: City) -> Callable[..., Any]:
    def get(by: Person, path: str, year: int = 2026) -> Any:
        return by.get(f"/study-hours?organisation_id={city.organisations[path]}&year={year}")

    return get


def test_a_secretary_sees_the_branch_in_the_order_of_the_roster(
    ask: Any, people: People, members: dict[str, UUID]
) -> None:
    found = ask(people.secretary(HERE), HERE).json
    assert (found["members"], found["asked"], found["met"], found["below"]) == (4, 3, 1, None)
    shown = [(i["member_no"], i["hours"], i["target"], i["missing"]) for i in found["items"]]
    assert shown == [
        ("P1", 40, 32, 0),
        ("P2", 2, 32, 30),
        ("P3", 40, 56, 16),
        ("P4", 0, None, None),
    ]


def test_a_committee_sees_what_its_secretary_sees(
    ask: Any, people: People, members: dict[str, UUID]
) -> None:
    committee = people.person(("committee_member", HERE), path=HERE)
    assert ask(committee, HERE).json == ask(people.secretary(HERE), HERE).json


@pytest.mark.parametrize(("path", "numbers"), [(GROUP, ["P3"]), (YOUTH, ["P1"])])
def test_groups_are_listed_as_well(
    ask: Any, people: People, members: dict[str, UUID], path: str, numbers: list[str]
) -> None:
    secretary = people.person(("branch_secretary", HERE), ("branch_secretary", YOUTH), path=HERE)
    assert [item["member_no"] for item in ask(secretary, path).json["items"]] == numbers


@pytest.mark.parametrize("role", [("unit_admin", UNIT), ("city_admin", "/city/")])
def test_those_above_a_branch_see_its_counts_and_no_names(
    ask: Any, people: People, members: dict[str, UUID], role: tuple[str, str]
) -> None:
    found = ask(people.person(role), HERE).json
    assert (found["members"], found["asked"], found["met"]) == (4, 3, 1)
    assert (found["items"], found["below"]) == (None, None)


def test_a_unit_is_counted_branch_by_branch(
    ask: Any, people: People, city: City, members: dict[str, UUID]
) -> None:
    answer = ask(people.person(("unit_admin", UNIT)), UNIT)
    found = answer.json
    assert (found["members"], found["asked"], found["met"], found["items"]) == (5, 4, 2, None)
    assert [(b["name"], b["members"], b["asked"], b["met"]) for b in found["below"]] == [
        ("组织b1", 4, 3, 1),
        ("组织b2", 1, 1, 1),
    ]
    assert "党员" not in answer.text


def test_the_city_is_the_sum_of_its_units_as_they_were_counted(
    ask: Any, people: People, database: Database, clock: FixedClock, members: dict[str, UUID]
) -> None:
    admin = people.person(("city_admin", "/city/"))
    before = ask(admin, "/city/").json
    assert (before["members"], before["counted_at"]) == (0, None)
    assert [(u["name"], u["met"]) for u in before["below"]] == [("组织u1", None), ("组织u2", None)]
    count_all(database)
    found = ask(admin, "/city/").json
    assert (found["members"], found["asked"], found["met"]) == (6, 5, 3)
    assert [(u["name"], u["asked"], u["met"]) for u in found["below"]] == [
        ("组织u1", 4, 2),
        ("组织u2", 1, 1),
    ]
    assert found["counted_at"] == clock.now().isoformat()


def count_all(database: Database) -> None:
    count_next = counting(COUNTERS)
    while True:
        with database.unit_of_work() as uow:
            if not count_next(uow):
                return
            uow.commit()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("place", [HERE, UNIT, "/city/", "/city/u2/", THERE])
def test_each_role_reaches_its_own_part_of_the_tree(
    ask: Any, people: People, members: dict[str, UUID], role: str, place: str
) -> None:
    answer = ask(people.person((role, place), path=HERE), HERE)
    if role not in ("branch_secretary", "committee_member", "unit_admin", "city_admin"):
        refused(answer, 403, "role_needed")
    elif not HERE.startswith(place):
        refused(answer, 403, "out_of_reach")
    else:
        assert answer.status_code == 200
        by_name = role in ("branch_secretary", "committee_member")
        assert (answer.json["items"] is not None) is by_name


def test_an_organisation_that_is_not_there_is_refused(people: People, city: City) -> None:
    path = "/study-hours?organisation_id=00000000-0000-7000-8000-000000000000"
    refused(people.secretary().get(path), 404, "organisation_unknown")
    assert people.secretary().get("/study-hours").status_code == 422


@pytest.mark.parametrize(
    ("path", "rows"),
    [
        (
            HERE,
            [
                ("编号", "姓名", "已完成学时", "应完成学时", "尚缺学时"),
                ("P1", "党员P1", 40, 32, 0),
                ("P2", "党员P2", 2, 32, 30),
                ("P3", "党员P3", 40, 56, 16),
                ("P4", "党员P4", 0, None, None),
            ],
        ),
        (
            UNIT,
            [
                ("组织", "党员数", "应完成人数", "已完成人数"),
                ("组织b1", 4, 3, 1),
                ("组织b2", 1, 1, 1),
            ],
        ),
    ],
)
def test_a_view_is_taken_away_as_a_workbook(
    people: People, city: City, members: dict[str, UUID], path: str, rows: list[Any]
) -> None:
    by = people.person(("branch_secretary", HERE), ("unit_admin", UNIT), path=HERE)
    where = f"/study-hours/export?organisation_id={city.organisations[path]}&year=2026"
    answer = by.send("GET", where, **{"Accept-Language": "zh"})
    assert answer.status_code == 200
    code = path.rstrip("/").rpartition("/")[2]
    assert f"study-hours-{code}-2026.xlsx" in answer.headers["Content-Disposition"]
    about, table = load_workbook(io.BytesIO(answer.data)).worksheets
    assert about["A1"].value == f"组织{code} 2026 学时统计"
    assert list(table.iter_rows(values_only=True)) == rows


def test_the_export_is_for_whom_the_view_is_for(people: People, city: City) -> None:
    where = f"/study-hours/export?organisation_id={city.organisations[HERE]}"
    refused(people.secretary(THERE).get(where), 403, "out_of_reach")
    refused(people.person().get(where), 403, "role_needed")


def test_service_and_worker_count_the_same_units(
    database: Database, city: City, members: dict[str, UUID]
) -> None:
    with database.unit_of_work() as uow:
        assert service.count_unit(uow, UNIT, 2026) == {"members": 5, "asked": 4, "met": 2}
