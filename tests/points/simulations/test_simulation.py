"""A simulation says what approving a draft would do, and approving it for the past does that."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from services.points.checker.check import check
from services.points.ledger.attendance import read
from services.points.ledger.years import score_again
from services.points.roster import history
from services.points.rules.timeline import read as read_timeline
from services.points.scoring import Cap, Rule, RuleSet
from services.points.simulations.simulation import simulate
from shared.clock import SHANGHAI, FixedClock
from shared.database import Database
from shared.ids import new_id
from shared.jobs import Job, JobRunner
from shared.testing.plugin import TokenFor
from tests.points.city import BRANCH, CITY, OTHER, UNIT, change_member
from tests.points.scoring.model import predict

Add = Callable[..., UUID]
Post = Callable[..., None]
LECTURE = {
    "name_zh": "听党课",
    "name_en": "Lecture attended",
    "category": "LIFE",
    "trigger": ["check_in"],
    "kinds": ["lecture"],
    "value": {"kind": "fixed", "points": 3},
    "caps": [{"per": "year", "points": 9}],
}


class Office:
    """City administrators, and the process that simulates for them."""

    def __init__(self, client: FlaskClient, token_for: TokenFor, database: Database) -> None:
        self._client = client
        self._token_for = token_for
        self._people = (new_id(), new_id())
        self.runner = JobRunner(database, {"simulation": simulate})

    def call(
        self, method: str, path: str, body: Any = None, who: int = 0,
        role: tuple[str, str] = ("city_admin", "/city/"),
    ) -> Any:  # fmt: skip
        token = self._token_for(self._people[who], "/city/u001/b0001/", [role])
        headers = {"Authorization": f"Bearer {token}", "If-Match": '"1"'}
        return self._client.open(f"/api/v1{path}", method=method, json=body, headers=headers)

    def draft(self, rule: Any = LECTURE, **more: Any) -> str:
        draft = str(self.call("POST", "/rule-sets", {"name": "新规则", **more}).json["id"])
        if rule is not None:
            put = self.call("PUT", f"/rule-sets/{draft}/rules/L04", rule)
            assert put.status_code == 200, put.text
        return draft

    def simulate(self, draft: str, **asked: Any) -> Any:
        answer = self.call("POST", f"/rule-sets/{draft}/simulate", asked)
        assert answer.status_code == 202, answer.text
        self.runner.run_once()
        found = self.call("GET", f"/simulations/{answer.json['id']}").json
        assert found["state"] == "done"
        return found


@pytest.fixture
def office(city: Database, client: FlaskClient, token_for: TokenFor) -> Office:
    return Office(client, token_for, city)


@pytest.fixture
def year(add_member: Add, attend: Any, post: Post) -> list[dict[str, Any]]:
    """A year of six members in two branches."""
    chance = random.Random(3)
    kinds = ["lecture", "theme_day", "branch_meeting", "volunteering", "culture"]
    members = [add_member(chance.choice([BRANCH, OTHER])) for _ in range(6)]
    told = [
        attend(
            chance.choice(members), chance.choice(kinds),
            f"2026-{chance.randint(1, 11):02d}-{chance.randint(1, 22):02d}", minutes=130,
        )
        for _ in range(90)
    ]  # fmt: skip
    post(*told)
    return told


def predicted(
    database: Database, told: list[dict[str, Any]], since: datetime
) -> dict[UUID, tuple[int, int]]:
    """Return what the model says that each member has, and would have under the changed rule."""
    with database.unit_of_work() as uow:
        sets = list(read_timeline(uow).rule_sets)
    (now,) = sets
    changed = tuple(_changed(rule) if rule.code == "L04" else rule for rule in now.rules)
    draft = RuleSet(new_id(), since, changed, now.category_caps, now.monthly_gain, now.floor)
    points: dict[UUID, tuple[int, int]] = {}
    for member in {UUID(message["member_id"]) for message in told}:
        facts = [read(message).fact for message in told if message["member_id"] == str(member)]
        before = sum(entry[-1] for entry in predict(facts, sets))
        points[member] = (before, sum(entry[-1] for entry in predict(facts, [now, draft])))
    return points


def _changed(rule: Rule) -> Rule:
    return replace(rule, value={"kind": "fixed", "points": 30}, caps=(Cap("year", 90),))


def test_it_finds_what_the_model_predicts(
    office: Office, city: Database, year: list[dict[str, Any]]
) -> None:
    since = datetime(2026, 3, 1, tzinfo=SHANGHAI)
    expected = predicted(city, year, since)
    simulation = office.simulate(office.draft(), **{"from": "2026-03-01"})
    found = simulation["findings"]
    assert found["members"] == len(expected)
    assert found["before"] * 10 == sum(before for before, _ in expected.values())
    assert found["after"] * 10 == sum(after for _, after in expected.values())
    changes = office.call("GET", f"/simulations/{simulation['id']}/changes").json["items"]
    assert {UUID(c["member_id"]): (c["before"] * 10, c["after"] * 10) for c in changes} == {
        member: points for member, points in expected.items() if points[0] != points[1]
    }
    assert changes, "the draft changes something"
    assert (found["gainers"], found["losers"]) == (
        sum(after > before for before, after in expected.values()),
        sum(after < before for before, after in expected.values()),
    )
    assert sum(bar["before"] for bar in found["distribution"]) == len(expected)
    assert sum(bar["after"] for bar in found["bands"]) == len(expected)
    for band in found["bands"]:
        assert band["share_after"] == pytest.approx(band["after"] / len(expected), abs=1e-4)
    assert sum(bar["share_before"] for bar in found["bands"]) == pytest.approx(1, abs=1e-3)
    assert {unit["organisation_id"] for unit in found["units"]} == {str(UNIT)}
    assert sum(branch["after"] for branch in found["branches"]) == found["after"]


def test_a_member_s_working_adds_up_to_the_change_and_says_why(
    office: Office, year: list[dict[str, Any]]
) -> None:
    simulation = office.simulate(office.draft())["id"]
    changes = office.call("GET", f"/simulations/{simulation}/changes").json["items"]
    assert changes, "the draft changes something"
    for change in changes:
        answer = office.call(
            "GET", f"/simulations/{simulation}/working?member_id={change['member_id']}"
        )
        assert answer.status_code == 200, answer.text
        lines = answer.json["items"]
        gained = sum(line["after"] - line["before"] for line in lines)
        assert gained == change["after"] - change["before"]
        assert all(line["before"] != line["after"] for line in lines)
        assert [line["occurred_at"] for line in lines] == sorted(x["occurred_at"] for x in lines)
        lectures = [line for line in lines if line["rule_code"] == "L04"]
        assert all("听党课" in line["why"] for line in lectures)
    unchanged = office.call("GET", f"/simulations/{simulation}/working?member_id={new_id()}")
    assert (unchanged.status_code, unchanged.json["code"]) == (404, "outcome_unknown")
    elsewhere = office.call(
        "GET", f"/simulations/{simulation}/working?member_id={changes[0]['member_id']}",
        role=("unit_admin", "/city/u999/"),
    )  # fmt: skip
    assert elsewhere.status_code == 404


def test_a_draft_that_changes_nothing_makes_no_difference(
    office: Office, year: list[dict[str, Any]]
) -> None:
    simulation = office.simulate(office.draft(rule=None))
    found = simulation["findings"]
    assert (found["gainers"], found["losers"], found["before"]) == (0, 0, found["after"])
    assert found["churn"] == {"new_in_top_10": 0, "new_in_top_100": 0, "mean_places_moved": 0}
    assert office.call("GET", f"/simulations/{simulation['id']}/changes").json["items"] == []


def test_a_span_that_ends_is_compared_with_what_had_been_posted_for_it(
    office: Office, year: list[dict[str, Any]]
) -> None:
    simulation = office.simulate(
        office.draft(rule=None), **{"from": "2026-01-01", "to": "2026-06-30"}
    )
    found = simulation["findings"]
    assert found["before"] == found["after"] > 0


def test_rules_for_the_past_post_exactly_the_difference_that_was_signed(
    office: Office,
    city: Database,
    year: list[dict[str, Any]],
    clock: FixedClock,
) -> None:
    draft = office.draft()
    simulation = office.simulate(draft, **{"from": "2026-03-01"})
    body = {"effective_from": "2026-03-01", "reason": "更正年初的录入错误"}
    half = office.call("POST", f"/rule-sets/{draft}/submit", body)
    assert half.status_code == 422, "a reason without a simulation"
    body["simulation_id"] = simulation["id"]
    submitted = office.call("POST", f"/rule-sets/{draft}/submit", body)
    assert submitted.status_code == 200, submitted.text
    difference = submitted.json["difference"]
    found = simulation["findings"]
    assert difference["points"] == pytest.approx(found["after"] - found["before"])
    blind = office.call("POST", f"/rule-sets/{draft}/approve", {}, who=1)
    assert (blind.status_code, blind.json["code"]) == (409, "difference_not_signed")
    assert blind.json["difference"] == difference
    before = total(city)
    signed = {"digest": difference["digest"]}
    approved = office.call("POST", f"/rule-sets/{draft}/approve", signed, who=1)
    assert approved.status_code == 200, approved.text
    assert (approved.json["effective_at"], approved.json["retroactive"]) == (
        "2026-02-28T16:00:00+00:00",
        True,
    )
    clock.advance(60)
    while again(city):
        pass
    assert (total(city) - before) / 10 == pytest.approx(difference["points"])
    with city.unit_of_work() as uow:
        assert check(uow).violations == []


def test_a_units_rules_for_the_past_count_for_who_has_moved_on_meanwhile(
    office: Office,
    city: Database,
    year: list[dict[str, Any]],
    add_member: Add,
    attend: Any,
    post: Post,
    clock: FixedClock,
) -> None:
    elsewhere, moved, retired = new_id(), add_member(BRANCH), add_member(BRANCH)
    with city.unit_of_work() as uow:
        for code, kind, above, path in (
            ("u002", "unit", CITY, "/city/u002/"),
            ("b0003", "branch", None, "/city/u002/b0003/"),
        ):
            uow.session.execute(
                text(
                    "INSERT INTO organisations (id, code, name, kind, parent_id, path)"
                    " SELECT :id, :code, :code, :kind,"
                    " coalesce(:above, (SELECT id FROM organisations WHERE code = 'u002')), :path"
                ),
                {
                    "id": elsewhere if kind == "branch" else new_id(),
                    "code": code, "kind": kind, "above": above, "path": path,
                },
            )  # fmt: skip
        history.begin(uow, moved, BRANCH)
        uow.commit()
    post(attend(moved, day="2026-05-01"), attend(retired, day="2026-05-01"))
    clock.advance(60)
    body = {"organisation_id": str(elsewhere)}
    assert office.call("POST", f"/members/{moved}/transfers", body).status_code == 201
    change_member(city, retired, scored=False)
    clock.advance(60)
    draft = office.draft(
        LECTURE | {"value": {"kind": "fixed", "points": 1}, "caps": [{"per": "year", "points": 8}]},
        organisation_id=str(UNIT),
    )
    simulation = office.simulate(draft, **{"from": "2026-03-01"})
    changes = office.call("GET", f"/simulations/{simulation['id']}/changes").json["items"]
    assert {str(moved), str(retired)} <= {change["member_id"] for change in changes}
    # Nobody is named to a unit that does not belong to it, nor counted among its members.
    assert {u["organisation_id"] for u in simulation["findings"]["units"]} == {str(UNIT)}
    body = {"effective_from": "2026-03-01", "reason": "更正", "simulation_id": simulation["id"]}
    difference = office.call("POST", f"/rule-sets/{draft}/submit", body).json["difference"]
    before, signed = total(city), {"digest": difference["digest"]}
    approved = office.call("POST", f"/rule-sets/{draft}/approve", signed, who=1)
    assert approved.status_code == 200, approved.text
    clock.advance(60)
    while again(city):
        pass
    assert (total(city) - before) / 10 == pytest.approx(difference["points"]) != 0
    with city.unit_of_work() as uow:
        assert check(uow).violations == []


def total(database: Database) -> int:
    with database.unit_of_work() as uow:
        return int(uow.session.scalar(text("SELECT sum(points) FROM ledger_entries")) or 0)


def again(database: Database) -> int:
    with database.unit_of_work() as uow:
        done = score_again(uow)
        uow.commit()
    return done


def test_what_is_posted_in_between_scores_its_year_anew(
    office: Office,
    city: Database,
    year: list[dict[str, Any]],
    attend: Any,
    post: Post,
    clock: FixedClock,
) -> None:
    draft = office.draft()
    simulation = office.simulate(draft, **{"from": "2026-03-01"})
    body = {"effective_from": "2026-03-01", "reason": "更正", "simulation_id": simulation["id"]}
    digest = office.call("POST", f"/rule-sets/{draft}/submit", body).json["difference"]["digest"]
    office.call("POST", f"/rule-sets/{draft}/approve", {"digest": digest}, who=1)
    clock.advance(60)
    members = sorted({UUID(message["member_id"]) for message in year})
    post(*(attend(member, "culture", day="2026-11-23T09:01:00") for member in members))
    with city.unit_of_work() as uow:
        assert check(uow).violations == []
    assert again(city) == 0


@pytest.mark.parametrize("when", ["before it is submitted", "before it is approved"])
def test_a_difference_that_other_rules_have_changed_is_not_signed(
    office: Office, year: list[dict[str, Any]], clock: FixedClock, when: str
) -> None:
    draft = office.draft()

    def submit() -> Any:
        simulation = office.simulate(draft, **{"from": "2026-03-01"})
        clock.advance(60)
        if when == "before it is submitted":
            others_take_effect()
        body = {"effective_from": "2026-03-01", "reason": "更正", "simulation_id": simulation["id"]}
        return office.call("POST", f"/rule-sets/{draft}/submit", body)

    def others_take_effect() -> None:
        other = office.draft(LECTURE | {"value": {"kind": "fixed", "points": 1}})
        office.call("POST", f"/rule-sets/{other}/submit", {"effective_from": "2026-11-23"})
        done = office.call("POST", f"/rule-sets/{other}/approve", {}, who=1)
        assert done.status_code == 200, done.text
        clock.advance(60)

    answer = submit()
    if when == "before it is approved":
        assert answer.status_code == 200, answer.text
        others_take_effect()
        signed = {"digest": answer.json["difference"]["digest"]}
        answer = office.call("POST", f"/rule-sets/{draft}/approve", signed, who=1)
    assert (answer.status_code, answer.json["code"]) == (409, "difference_outdated")


@pytest.mark.parametrize("change", ["rules", "day", "span", "scope"])
def test_a_simulation_of_something_else_is_not_signed(
    office: Office, year: list[dict[str, Any]], change: str
) -> None:
    draft = office.draft()
    asked: dict[str, Any] = {"from": "2026-03-01"}
    if change == "span":
        asked["to"] = "2026-10-31"
    if change == "scope":
        asked["organisation_id"] = str(UNIT)
    simulation = office.simulate(draft, **asked)
    if change == "rules":
        dearer = LECTURE | {"value": {"kind": "fixed", "points": 4}}
        office.call("PUT", f"/rule-sets/{draft}/rules/L04", dearer)
    day = "2026-04-01" if change == "day" else "2026-03-01"
    body = {"effective_from": day, "reason": "更正", "simulation_id": simulation["id"]}
    refused = office.call("POST", f"/rule-sets/{draft}/submit", body)
    assert (refused.status_code, refused.json["code"]) == (409, "simulation_unfit")


def test_past_years_are_settled(office: Office, year: list[dict[str, Any]]) -> None:
    draft = office.draft()
    simulation = office.simulate(draft, **{"from": "2025-12-01"})
    body = {"effective_from": "2025-12-01", "reason": "更正", "simulation_id": simulation["id"]}
    refused = office.call("POST", f"/rule-sets/{draft}/submit", body)
    assert (refused.status_code, refused.json["code"]) == (409, "effective_year_over")


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "2026-11-24"},
        {"from": "2026-03-01", "to": "2026-02-01"},
        {"to": "2026-11-24"},
        {"from": "2020-01-01"},
    ],
)
def test_a_span_that_is_none_is_refused(office: Office, asked: dict[str, str]) -> None:
    refused = office.call("POST", f"/rule-sets/{office.draft()}/simulate", asked)
    assert (refused.status_code, refused.json["code"]) == (422, "span_invalid")


def test_base_points_of_a_draft_are_simulated(office: Office, add_member: Add) -> None:
    add_member()
    draft = office.draft(rule=None)
    base = {
        "name_zh": "年度基础分",
        "name_en": "Base points",
        "category": "BASE",
        "trigger": ["system"],
        "kinds": ["year_opening"],
        "role": "self",
        "value": {"kind": "base", "points": 60},
    }
    office.call("PUT", f"/rule-sets/{draft}/rules/B01", base)
    found = office.simulate(draft)["findings"]
    assert (found["before"], found["after"]) == (0, 60)


def test_posting_goes_on_and_changes_no_simulation_under_way(
    office: Office,
    city: Database,
    year: list[dict[str, Any]],
    attend: Any,
    post: Post,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draft = office.draft(rule=None)
    member = UUID(year[0]["member_id"])
    progress, told = Job.progress, []

    def meanwhile(job: Job, done: int, whole: int) -> None:
        # Once before the snapshot is taken, and once after each chunk.
        if told:
            post(attend(member, "lecture", day="2026-11-21"))
        told.append(done)
        progress(job, done, whole)

    monkeypatch.setattr(Job, "progress", meanwhile)
    found = office.simulate(draft)["findings"]
    assert len(told) > 1
    assert found["gainers"] == found["losers"] == 0


def test_changes_are_listed_page_by_page_most_first(
    office: Office, year: list[dict[str, Any]]
) -> None:
    simulation = office.simulate(office.draft())["id"]
    whole = office.call("GET", f"/simulations/{simulation}/changes").json["items"]
    moved = [abs(change["after"] - change["before"]) for change in whole]
    assert moved == sorted(moved, reverse=True)
    assert len(set(moved)) > 1
    path, seen = f"/simulations/{simulation}/changes?limit=2", []
    while path:
        page = office.call("GET", path).json
        seen += page["items"]
        cursor = page["next_cursor"]
        path = cursor and f"/simulations/{simulation}/changes?limit=2&cursor={cursor}"
    assert seen == whole


def test_the_simulations_of_a_set_are_found_again(
    office: Office, year: list[dict[str, Any]]
) -> None:
    draft, other = office.draft(), office.draft(rule=None)
    first = office.simulate(draft)["id"]
    second = office.call("POST", f"/rule-sets/{draft}/simulate", {}).json["id"]
    office.call("POST", f"/rule-sets/{other}/simulate", {})
    listed = office.call("GET", f"/rule-sets/{draft}/simulations").json["items"]
    assert [(s["id"], s["state"]) for s in listed] == [(second, "queued"), (first, "done")]
    page = office.call("GET", f"/rule-sets/{draft}/simulations?limit=1").json
    assert [s["id"] for s in page["items"]] == [second]
    rest = f"/rule-sets/{draft}/simulations?limit=1&cursor={page['next_cursor']}"
    assert [s["id"] for s in office.call("GET", rest).json["items"]] == [first]
    unit = ("unit_admin", "/city/u001/")
    assert office.call("GET", f"/rule-sets/{draft}/simulations", role=unit).json["items"] == []


def test_it_can_be_given_up(office: Office, year: list[dict[str, Any]]) -> None:
    draft = office.draft()
    asked = office.call("POST", f"/rule-sets/{draft}/simulate", {}).json
    given_up = office.call("POST", f"/simulations/{asked['id']}/cancel")
    assert (given_up.status_code, given_up.json["state"]) == (200, "cancelled")
    assert not office.runner.run_once()


def test_it_can_be_given_up_in_the_middle(
    office: Office, year: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = office.call("POST", f"/rule-sets/{office.draft()}/simulate", {}).json
    path, progress, states = f"/simulations/{asked['id']}", Job.progress, list[str]()

    def told(job: Job, done: int, whole: int) -> None:
        if states:
            office.call("POST", f"{path}/cancel")
        states.append(office.call("GET", path).json["state"])
        progress(job, done, whole)

    monkeypatch.setattr(Job, "progress", told)
    assert office.runner.run_once()
    assert states == ["running", "running"]
    given_up = office.call("GET", path).json
    assert (given_up["state"], given_up["findings"]) == ("cancelled", None)
    assert office.call("GET", f"{path}/changes").json["items"] == []
    assert not office.runner.run_once()


def test_a_unit_simulates_for_itself_alone(office: Office, year: list[dict[str, Any]]) -> None:
    unit = ("unit_admin", "/city/u001/")
    draft = office.call(
        "POST", "/rule-sets", {"name": "单位", "organisation_id": str(UNIT)}, role=unit
    ).json["id"]
    answer = office.call("POST", f"/rule-sets/{draft}/simulate", {}, role=unit)
    assert answer.status_code == 202, answer.text
    office.runner.run_once()
    path = f"/simulations/{answer.json['id']}"
    assert office.call("GET", path, role=unit).json["findings"]["members"] == 6
    other = ("unit_admin", "/city/u002/")
    unseen = office.call("GET", path, role=other)
    assert (unseen.status_code, unseen.json["code"]) == (404, "simulation_unknown")
    whole = office.call("POST", f"/rule-sets/{office.draft()}/simulate", {}, role=unit)
    assert (whole.status_code, whole.json["code"]) == (403, "out_of_reach")


def test_what_was_found_is_taken_away_as_a_workbook(
    office: Office, year: list[dict[str, Any]], city: Database
) -> None:
    draft = office.draft()
    asked = office.call("POST", f"/rule-sets/{draft}/simulate", {}).json["id"]
    early = office.call("GET", f"/simulations/{asked}/export")
    assert (early.status_code, early.json["code"]) == (409, "simulation_not_done")
    office.runner.run_once()
    found = office.call("GET", f"/simulations/{asked}").json["findings"]
    answer = office.call("GET", f"/simulations/{asked}/export")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    book = openpyxl.load_workbook(BytesIO(answer.data))
    cells = [row for sheet in book for row in sheet.values]
    assert any(found["digest"] in row for row in cells)
    assert any("现行总分" in row and found["before"] in row for row in cells)
    assert any({"机关党委", "第一党支部"} <= set(row) for row in cells)
    bands = book.worksheets[3]
    assert [bands.cell(1, column).value for column in (4, 5)] == ["现行占比 %", "模拟后占比 %"]
    assert sum(row[4] for row in list(bands.values)[1:]) == pytest.approx(100, abs=0.1)
    about = dict(row for row in book.worksheets[0].values if row[0])
    assert (about["规则版本"], about["范围"]) == ("新规则", "市直机关工委")
    assert (about["起始日期"], about["截止日期"]) == ("2026-01-01", "2026-11-23")
    stranger = office.call(
        "GET", f"/simulations/{asked}/export", who=1, role=("unit_admin", "/city/u001/")
    )
    assert stranger.status_code in (403, 404)
