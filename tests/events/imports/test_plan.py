"""A year's plan comes in by spreadsheet: whole, once, every bad row named, and taken back again."""

import io
from datetime import time
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook
from sqlalchemy import text

from services.events.catalogue.categories import CATEGORIES
from services.events.catalogue.permissions import EVENTS_IMPORT
from services.events.imports import KINDS
from shared.database import Database
from shared.ids import new_id
from shared.imports.runner import ImportRunner
from shared.testing.plugin import TokenFor
from tests.events.catalogue.people import People, Person, refused
from tests.events.city import City

HEADINGS = (
    "计划编号", "组织代码", "活动名称", "活动类别", "兼属类别", "日期", "开始", "结束", "地点",
)  # fmt: skip
SECRETARY = ("branch_secretary", "/city/u1/b1/")
Row = tuple[Any, ...]


def row(ref: str = "1", **changes: Any) -> Row:
    """Return a lecture of one branch, changed as a test likes."""
    cells = {
        "ref": ref, "organisation": "b1", "title": "第一季度党课", "category": "党课", "tags": None,
        "day": "2027-03-01", "starts": "14:00", "ends": "16:00", "place": "三楼",
    }  # fmt: skip
    assert changes.keys() <= cells.keys()
    return tuple((cells | changes).values())


class Planner:
    """Somebody who imports plans, and the worker that applies them."""

    def __init__(self, client: FlaskClient, token: str, database: Database) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        self._database = database

    def send(self, *rows: Row, **fields: str) -> Any:
        book = Workbook()
        for cells in (HEADINGS, *rows):
            book.active.append(cells)  # type: ignore[union-attr] # a new book has a sheet
        file = io.BytesIO()
        book.save(file)
        data = {"kind": "plan", "file": (io.BytesIO(file.getvalue()), "计划.xlsx"), **fields}
        return self.finished(
            self._client.post("/api/v1/event-imports", data=data, headers=self._headers)
        )

    def post(self, path: str, body: Any = None) -> Any:
        return self._client.post(f"/api/v1/event-imports{path}", json=body, headers=self._headers)

    def undo(self, job: Any) -> Any:
        return self.post(f"/{job['id']}/undo", {"reason": "发错了"})

    def finished(self, answer: Any) -> Any:
        assert answer.status_code == 202, answer.text
        while ImportRunner(self._database, KINDS, EVENTS_IMPORT).run_once():
            pass
        place = f"/api/v1/event-imports/{answer.json['id']}"
        return self._client.get(place, headers=self._headers).json


@pytest.fixture
def people(client: FlaskClient, token_for: TokenFor, city: City) -> People:
    return People(client, token_for, city)


@pytest.fixture
def secretary(people: People) -> Person:
    return people.person(SECRETARY)


@pytest.fixture
def planner(
    client: FlaskClient, token_for: TokenFor, database: Database, secretary: Person
) -> Planner:
    token = token_for(secretary.id, "/city/u1/b1/", [SECRETARY])
    return Planner(client, token, database)


def errors(job: dict[str, Any]) -> set[tuple[int, str, str]]:
    assert all(error["message"] for error in job["errors"])
    return {(e["row"], e["column"], e["code"]) for e in job["errors"]}


def test_rows_become_drafts_as_if_made_by_hand(planner: Planner, secretary: Person) -> None:
    job = planner.send(
        row("1", tags="主题党日、集中学习、讲座", starts=time(14, 0)),
        row("2", title="植树", category="outdoor_work", day="2027年3月12日", starts="9:00",
            ends="11：30", place=None),
    )  # fmt: skip
    assert (job["state"], job["summary"]) == ("done", {"created": 2, "unchanged": 0})
    lecture, trees = secretary.get("/events").json["items"]
    assert (lecture["title"], lecture["category"], lecture["state"], lecture["place"]) == (
        "第一季度党课", "lecture", "draft", "三楼",
    )  # fmt: skip
    assert sorted(lecture["tags"]) == ["study_session", "theme_day"]
    assert (trees["starts_at"], trees["ends_at"], trees["place"]) == (
        "2027-03-12T09:00:00+08:00", "2027-03-12T11:30:00+08:00", "",
    )  # fmt: skip
    (session,) = trees["sessions"]
    assert (session["opens_at"][11:16], session["closes_at"][11:16]) == ("08:00", "12:30")
    assert secretary.post(f"/events/{lecture['id']}/publish").status_code == 200
    changed = {"starts_at": "2027-03-13T09:00:00+08:00", "ends_at": "2027-03-13T10:00:00+08:00"}
    assert secretary.patch(trees["id"], changed).status_code == 200


def test_the_same_rows_again_change_nothing_and_new_ones_are_added(
    planner: Planner, secretary: Person
) -> None:
    planner.send(row("1"), row("2"))
    (first, _) = secretary.get("/events").json["items"]
    secretary.patch(first["id"], {"title": "改过的"})
    again = planner.send(row("1"), row("2"), row("3"))
    assert again["summary"] == {"created": 1, "unchanged": 2}
    assert sorted(secretary.sees()) == ["改过的", "第一季度党课", "第一季度党课"]


def test_a_row_that_says_something_else_is_named(planner: Planner, secretary: Person) -> None:
    planner.send(row("1"), row("2"))
    job = planner.send(row("1", day="2027-03-02"), row("2"), row("3"))
    assert (job["state"], errors(job)) == ("refused", {(2, "plan_ref", "row_differs")})
    assert secretary.sees() == ["第一季度党课"] * 2


BAD = {
    "organisation_unknown": row("2", organisation="b9"),
    "organisation_out_of_reach": row("2", organisation="b2"),
    "category_unknown": row("2", category="打卡"),
    "categories_unknown": row("2", tags="党课、打卡"),
    "date_invalid": row("2", day="2027-02-30"),
    "day_unlikely": row("2", day="2072-03-01"),
    "time_invalid": row("2", starts="25:00"),
    "ends_before_start": row("2", ends="14:00"),
    "row_doubled": row("1"),
    "value_missing": row("2", title=None),
    "formula": row("2", place="=1+1"),
    "text_too_long": row("2", title="长" * 201),
}


@pytest.mark.parametrize("code", BAD)
def test_a_bad_row_is_named_and_nothing_is_made(
    planner: Planner, secretary: Person, code: str
) -> None:
    job = planner.send(row("1"), BAD[code])
    assert job["state"] == "refused"
    assert {(number, found) for number, _, found in errors(job)} == {(3, code)}
    assert secretary.sees() == []


def test_a_preview_makes_nothing_until_it_is_applied(planner: Planner, secretary: Person) -> None:
    seen = planner.send(row("1"), preview="true")
    assert (seen["state"], seen["summary"]) == ("previewed", {"created": 1, "unchanged": 0})
    assert secretary.sees() == []
    assert planner.finished(planner.post(f"/{seen['id']}/apply"))["state"] == "done"
    assert secretary.sees() == ["第一季度党课"]


def test_a_plan_is_taken_back_but_for_what_was_worked_on(
    planner: Planner, secretary: Person, database: Database
) -> None:
    job = planner.send(*(row(str(n), title=f"活动{n}", day=f"2027-03-0{n}") for n in range(1, 5)))
    one, two, three, _ = secretary.get("/events").json["items"]
    secretary.post(f"/events/{one['id']}/publish")
    secretary.patch(two["id"], {"place": "四楼"})
    named = planner.send(row("3", title="活动3", day="2027-03-03"))
    assert named["summary"] == {"created": 0, "unchanged": 1}
    assert job["is_undoable"]
    undone = planner.finished(planner.undo(job))
    assert (undone["state"], undone["is_undoable"]) == ("undone", False)
    assert undone["summary"].items() >= {"removed": 1, "kept": 3}.items()
    assert secretary.sees() == ["活动1", "活动2", "活动3"]
    refused(planner.undo(job), 409, "import_not_undoable")
    assert planner.finished(planner.undo(named))["summary"]["removed"] == 1
    assert secretary.get(f"/events/{three['id']}").status_code == 404
    with database.unit_of_work() as uow:
        assert uow.session.scalar(text("SELECT count(*) FROM event_sessions")) == 2


def test_a_draft_that_has_a_list_or_teams_was_worked_on(
    planner: Planner, secretary: Person, city: City
) -> None:
    sports = row("2", title="趣味运动会", category="体育活动")
    job = planner.send(row("1"), sports, row("3", title="无人动过"))
    made = {event["title"]: event["id"] for event in secretary.get("/events").json["items"]}
    first = {"If-Match": '"0"'}
    named = {"members": [{"member_id": str(city.join("P1", "/city/u1/b1/"))}]}
    listed = secretary.send("PUT", f"/events/{made['第一季度党课']}/expected", named, **first)
    played = secretary.send("PUT", f"/events/{made['趣味运动会']}/teams", {"largest": 3}, **first)
    assert (listed.status_code, played.status_code) == (200, 200)
    undone = planner.finished(planner.undo(job))
    assert undone["summary"].items() >= {"removed": 1, "kept": 2}.items()


def test_a_plan_that_was_taken_back_may_come_again(planner: Planner, secretary: Person) -> None:
    planner.finished(planner.undo(planner.send(row("1"))))
    assert planner.send(row("1", place="别处"))["summary"] == {"created": 1, "unchanged": 0}
    assert secretary.get("/events").json["items"][0]["place"] == "别处"


def test_where_all_was_worked_on_undoing_is_refused(planner: Planner, secretary: Person) -> None:
    job = planner.send(row("1"))
    (event,) = secretary.get("/events").json["items"]
    secretary.post(f"/events/{event['id']}/publish")
    refused(planner.undo(job), 409, "plan_in_use")
    assert secretary.sees() == ["第一季度党课"]


def test_what_somebody_worked_on_before_the_worker_came_stays_and_the_import_says_so(
    planner: Planner, secretary: Person
) -> None:
    job = planner.send(row("1"))
    (event,) = secretary.get("/events").json["items"]
    asked = planner.undo(job)
    secretary.post(f"/events/{event['id']}/publish")
    stands = planner.finished(asked)
    assert (stands["state"], stands["undone_at"]) == ("done", None)
    assert [error["code"] for error in stands["errors"]] == ["undo_failed"]
    assert secretary.sees() == ["第一季度党课"]


def test_numbers_belong_to_their_organisation(
    client: FlaskClient, token_for: TokenFor, database: Database, planner: Planner
) -> None:
    assert planner.send(row("1"))["summary"]["created"] == 1
    unit = Planner(client, token_for(roles=[("unit_admin", "/city/u1/")]), database)
    assert unit.send(row("1"), row("1", organisation="b2"))["summary"] == {
        "created": 1,
        "unchanged": 1,
    }


def test_the_template_tells_what_may_be_written(people: People) -> None:
    answer = people.secretary().get("/event-imports/templates/plan")
    table, notes = load_workbook(io.BytesIO(answer.data)).worksheets
    headings = next(table.iter_rows(values_only=True))
    assert tuple(str(heading).rstrip("*") for heading in headings) == HEADINGS
    assert all(all(cells) for cells in notes.iter_rows(min_row=2, values_only=True))


@pytest.mark.parametrize("role", ["member", "group_leader", "organiser", "auditor"])
def test_others_import_no_plan(people: People, role: str) -> None:
    person = people.person((role, "/city/"), member_id=new_id())
    refused(person.post("/event-imports", None), 403, "role_needed")


def test_whoever_imports_plans_makes_events_of_every_category() -> None:
    """So the checks need not ask for each row's category who makes such events."""
    for category in CATEGORIES.values():
        assert EVENTS_IMPORT.roles <= category.makers
