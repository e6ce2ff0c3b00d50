"""Notes of what leaves no event, and who answers for what."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from apiflask import APIFlask
from sqlalchemy import text

from shared.database import Database
from shared.ids import new_id
from shared.testing.plugin import TokenFor
from tests.events.cadence.conftest import GROUP, HERE, THERE, UNIT, YOUTH, cells, of_rule
from tests.events.catalogue.people import People, Person, refused
from tests.events.city import City

Put = Callable[..., Any]
DONE = {"year": 2026, "done": True}


@pytest.fixture
def put(city: City, people: People) -> Put:
    """Set a mark (`marks/R7`) or a duty (`duties/R5`) of an organisation."""

    def send(
        what: str, body: Any, path: str = HERE, by: Person | None = None, version: int = 0
    ) -> Any:
        by = by or people.secretary(HERE)
        where = f"/cadence/{city.organisations[path]}/{what}"
        return by.send("PUT", where, body, **{"If-Match": f'"{version}"'})

    return send


def stored(database: Database) -> list[Any]:
    with database.unit_of_work() as uow:
        return [
            tuple(row)
            for table in ("cadence_marks", "cadence_duties", "rule_figures")
            for row in uow.session.execute(text(f"SELECT x::text FROM {table} x ORDER BY 1"))
        ]


@pytest.mark.parametrize("rule", ["R7", "R8"])
def test_a_secretary_notes_that_it_is_done_or_that_it_is_not(
    read: Any, put: Put, branch: list[UUID], rule: str
) -> None:
    assert cells(read())[rule, "2026"] == "due"
    assert cells(read(), "mark")[rule, "2026"] is None
    answer = put(f"marks/{rule}", DONE)
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
    assert cells(read())[rule, "2026"] == "done"
    assert cells(read(year=2025))[rule, "2025"] == "overdue"
    assert put(f"marks/{rule}", {"year": 2026, "done": False}, version=1).json["version"] == 2
    assert cells(read())[rule, "2026"] == "due"
    assert cells(read(), "mark")[rule, "2026"]["version"] == 2


def test_a_note_holds_nothing_but_that(put: Put, branch: list[UUID]) -> None:
    assert put("marks/R8", DONE | {"text": "谈了什么"}).status_code == 422


def test_who_noted_it_and_when_is_kept(
    put: Put, people: People, database: Database, branch: list[UUID]
) -> None:
    secretary = people.secretary(HERE)
    put("marks/R7", DONE, by=secretary)
    with database.unit_of_work() as uow:
        row = uow.session.execute(text("SELECT set_by, set_at FROM cadence_marks")).one()
    assert (row.set_by, row.set_at) == (secretary.id, database.clock.now())


@pytest.mark.parametrize(
    ("what", "body", "path", "status", "code"),
    [
        ("marks/R1", DONE, HERE, 422, "rule_not_marked"),
        ("marks/R9", DONE, HERE, 422, "rule_not_marked"),
        ("marks/R11", DONE, HERE, 404, "rule_unknown"),
        ("marks/R7", {"year": 2027, "done": True}, HERE, 422, "year_ahead"),
        ("marks/R7", DONE, UNIT, 422, "rule_of_others"),
        ("marks/R7", DONE, GROUP, 422, "rule_of_others"),
        ("marks/R7", DONE, YOUTH, 422, "rule_of_others"),
        ("duties/R11", {}, HERE, 404, "rule_unknown"),
        ("duties/R13", {}, HERE, 422, "rule_of_others"),
        ("duties/R1", {}, YOUTH, 422, "rule_of_others"),
        ("duties/R3", {}, GROUP, 422, "rule_of_others"),
        ("duties/R1", {"member_id": str(new_id())}, HERE, 422, "member_elsewhere"),
    ],
)
def test_what_makes_no_sense_is_refused_in_both_languages_and_changes_nothing(
    put: Put, people: People, city: City, database: Database, what: str, body: Any, path: str,
    status: int, code: str,
) -> None:  # fmt: skip
    admin = people.person(("city_admin", "/city/"))
    before, details = stored(database), set()
    for language in ("zh", "en"):
        where = f"/cadence/{city.organisations[path]}/{what}"
        answer = admin.send("PUT", where, body, **{"If-Match": '"0"', "Accept-Language": language})
        assert (answer.status_code, answer.json["code"]) == (status, code)
        details.add(answer.json["detail"])
    assert len(details) == 2
    assert stored(database) == before


@pytest.mark.parametrize("what", ["marks/R7", "duties/R7"])
def test_an_edit_of_what_somebody_else_has_changed_is_refused(
    put: Put, people: People, city: City, branch: list[UUID], what: str
) -> None:
    body = DONE if what == "marks/R7" else {"due_day": 5}
    assert put(what, body).status_code == 200
    refused(put(what, body), 412, "edited_meanwhile")
    assert put(what, body, version=1).status_code == 200
    where = f"/cadence/{city.organisations[HERE]}/{what}"
    refused(people.secretary(HERE).send("PUT", where, body), 428, "if_match_needed")


@pytest.mark.parametrize("what", ["marks/R7", "duties/R7"])
def test_of_two_who_edit_at_once_one_is_told(
    app: APIFlask, token_for: TokenFor, city: City, branch: list[UUID], what: str
) -> None:
    people = [People(app.test_client(), token_for, city).secretary(HERE) for _ in range(2)]
    barrier = Barrier(2)

    def edit(by: Person) -> int:
        barrier.wait()
        where = f"/cadence/{city.organisations[HERE]}/{what}"
        body = DONE if what == "marks/R7" else {"due_day": 5}
        return by.send("PUT", where, body, **{"If-Match": '"0"'}).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(edit, people)) == [200, 412]


@pytest.mark.parametrize(
    ("role", "place", "reaches"),
    [
        ("branch_secretary", HERE, True),
        ("committee_member", HERE, True),
        ("unit_admin", UNIT, True),
        ("city_admin", "/city/", True),
        ("branch_secretary", THERE, False),
        ("unit_admin", "/city/u2/", False),
        ("group_leader", HERE, False),
        ("organiser", HERE, False),
        ("member", HERE, False),
        ("auditor", "/city/", False),
    ],
)
@pytest.mark.parametrize("what", ["marks/R7", "duties/R7"])
def test_a_branch_is_kept_by_its_committee_and_those_above(
    put: Put, people: People, database: Database, branch: list[UUID], what: str, role: str,
    place: str, reaches: bool,
) -> None:  # fmt: skip
    body = DONE if what == "marks/R7" else {}
    before = stored(database)
    answer = put(what, body, by=people.person((role, place), path=HERE))
    assert answer.status_code == (200 if reaches else 403)
    assert (stored(database) != before) is reaches


def test_the_secretary_answers_for_a_rule_unless_somebody_is_named(
    read: Any, put: Put, branch: list[UUID]
) -> None:
    usual = of_rule(read(), "R5")["duty"]
    assert usual == {
        "member_id": str(branch[0]), "name": "党员P0", "named": False, "due_day": None,
        "due_on": "2026-11-30", "version": 0,
    }  # fmt: skip
    answer = put("duties/R5", {"member_id": str(branch[3]), "due_day": 20})
    assert answer.status_code == 200
    named = of_rule(read(), "R5")["duty"]
    assert (named["name"], named["named"], named["due_on"]) == ("党员P3", True, "2026-11-20")
    assert of_rule(read(), "R1")["duty"]["name"] == "党员P0"
    put("duties/R5", {}, version=1)
    assert of_rule(read(), "R5")["duty"] == usual | {"version": 2}


def test_whoever_leaves_the_branch_answers_no_more(
    read: Any, put: Put, city: City, branch: list[UUID]
) -> None:
    put("duties/R5", {"member_id": str(branch[3]), "due_day": 20})
    moved = city.member("P3", THERE) | {"id": str(branch[3]), "version": 2}
    city.tell("roster.members_changed.v1", {"members": [moved]})
    duty = of_rule(read(), "R5")["duty"]
    assert (duty["name"], duty["named"], duty["due_on"]) == ("党员P0", False, "2026-11-20")
    left = city.member("P0", HERE, status="left") | {"id": str(branch[0]), "version": 2}
    city.tell("roster.members_changed.v1", {"members": [left]})
    assert of_rule(read(), "R5")["duty"]["member_id"] is None


def test_of_a_group_who_leads_it_answers(read: Any, put: Put, city: City, people: People) -> None:
    leader = city.join(
        "Y1", HERE, cross_paths=[YOUTH], roles=[{"role": "group_leader", "path": YOUTH}]
    )
    deputy = city.join("Y2", THERE, cross_paths=[YOUTH])
    assert of_rule(read(YOUTH), "R13")["duty"]["member_id"] == str(leader)
    admin = people.person(("unit_admin", UNIT))
    assert put("duties/R13", {"member_id": str(deputy)}, YOUTH, admin).status_code == 200
    assert of_rule(read(YOUTH), "R13")["duty"]["name"] == "党员Y2"
