"""A rule set's life: nobody changes what a scan is worth alone, nor backwards in time."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import sleep
from typing import Any
from uuid import UUID

import jsonschema
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from services.points.rules import service
from services.points.rules.presets import read_preset
from services.points.scoring.kinds import KINDS
from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from shared.testing.plugin import TokenFor

ANNA, BO, CHEN = (new_id() for _ in range(3))
TODAY, TOMORROW = "2026-11-23", "2026-11-24"
LECTURE = {
    "name_zh": "听党课",
    "name_en": "Lecture attended",
    "category": "LIFE",
    "trigger": ["check_in"],
    "kinds": ["lecture"],
    "role": "participant",
    "minimum_minutes": 0,
    "value": {"kind": "fixed", "points": 3},
    "caps": [{"per": "year", "points": 9}],
}


class Office:
    """City administrators at their desks."""

    def __init__(self, client: FlaskClient, token_for: TokenFor) -> None:
        self._client = client
        self._token_for = token_for

    def call(self, who: UUID, method: str, path: str, body: Any = None, **headers: str) -> Any:
        token = self._token_for(who, "/city/u001/b0001/", [("city_admin", "/city/")])
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en", **headers}
        return self._client.open(f"/api/v1{path}", method=method, json=body, headers=headers)

    def draft(self, who: UUID = ANNA) -> dict[str, Any]:
        answer = self.call(who, "POST", "/rule-sets", {"name": "讲座加分"})
        assert answer.status_code == 201, answer.text
        return answer.json  # type: ignore[no-any-return]

    def submitted(self, day: str = TOMORROW, who: UUID = ANNA) -> str:
        """Draft a set in which a lecture is worth three, and submit it."""
        identity = str(self.draft(who)["id"])
        put = self.call(who, "PUT", f"/rule-sets/{identity}/rules/L04", LECTURE)
        assert put.status_code == 200, put.text
        done = self.call(who, "POST", f"/rule-sets/{identity}/submit", {"effective_from": day})
        assert done.status_code == 200, done.text
        return identity

    def approve(self, who: UUID, identity: str) -> Any:
        return self.call(who, "POST", f"/rule-sets/{identity}/approve")


@pytest.fixture
def office(city: Database, client: FlaskClient, token_for: TokenFor) -> Office:
    return Office(client, token_for)


def stored(database: Database) -> list[tuple[Any, ...]]:
    """Everything that is stored of rules, to see that a refusal changed nothing."""
    with database.unit_of_work() as uow:
        sets = uow.session.execute(text("SELECT s::text FROM rule_sets s ORDER BY id")).all()
        rules = uow.session.execute(
            text("SELECT r::text FROM rules r ORDER BY rule_set_id, code")
        ).all()
    return [tuple(row) for row in [*sets, *rules]]


def test_a_draft_is_a_copy_of_what_is_in_force(office: Office) -> None:
    draft = office.draft()
    rules = office.call(ANNA, "GET", "/rules").json
    assert (draft["state"], draft["based_on"]) == ("draft", rules["rule_set_id"])
    for rule in [*rules["rules"], *draft["rules"]]:
        rule["kinds"].sort()
    assert draft["rules"] == rules["rules"]


def test_the_rules_in_force_say_in_words_what_they_give(office: Office) -> None:
    rules = {rule["code"]: rule for rule in office.call(ANNA, "GET", "/rules").json["rules"]}
    words = {code: rules[code]["words_en"] for code in ("L04", "V01", "C02", "H01", "M01")}
    assert words == {
        "L04": "2 each time",
        "V01": "1 a full hour, at most 2 an activity",
        "C02": "unit 1, city 2, province 3",
        "H01": "branch 1, department 2, city 4, province 6, national 8;"
        " of a year only the highest counts",
        "M01": "as decided, at most 20 either way",
    }
    assert rules["L09"]["words_zh"].startswith("按所缺活动计分（支部党员大会、")


def test_the_words_of_rules_say_what_each_kind_of_value_takes(office: Office) -> None:
    words = office.call(ANNA, "GET", "/rules/words").json
    values = {value["kind"]: value for value in words["values"]}
    assert set(values) == set(KINDS)
    hour = values["per_hour"]
    assert (hour["name"], hour["triggers"]) == (
        "by the hour",
        ["check_in", "claim", "import", "manual"],
    )
    jsonschema.validate({"points": 1, "at_most": 2}, hour["parameters"])
    for wrong in ({"points": 1}, {"points": 1, "at_most": -1}, {"points": "1", "at_most": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, hour["parameters"])
    assert {"code": "lecture", "name": "lecture"} in words["kinds"]
    assert not {"login", "streak", "like", "share"} & {t["code"] for t in words["triggers"]}
    chinese = office.call(ANNA, "GET", "/rules/words", **{"Accept-Language": "zh"}).json
    assert {"code": "LIFE", "name": "组织生活"} in chinese["categories"]


def test_every_parameter_has_a_title_to_draw_a_form_by_in_both_languages(office: Office) -> None:
    titles = []
    for language in ("zh", "en"):
        words = office.call(ANNA, "GET", "/rules/words", **{"Accept-Language": language}).json
        forms = {value["kind"]: value["parameters"]["properties"] for value in words["values"]}
        for parameters in forms.values():
            for parameter in parameters.values():
                assert parameter["title"]
                assert parameter.get("x-words", "levels") in words
        levels = words[forms["by_level"]["levels"]["x-words"]]
        assert {"branch", "national"} <= {level["code"] for level in levels}
        titles.append(forms["per_hour"]["at_most"]["title"])
    assert titles == ["一次活动至多", "at most an activity"]


def test_the_api_document_says_it_too(office: Office, client: FlaskClient) -> None:
    document = client.get("/openapi.json").json
    value = document["components"]["schemas"]["RuleIn"]["properties"]["value"]
    for rule in office.call(ANNA, "GET", "/rules").json["rules"]:
        jsonschema.validate(rule["value"], value)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"kind": "fixed", "at_most": 1}, value)


def test_a_draft_begins_with_a_preset(office: Office) -> None:
    preset = read_preset("preset_b")
    draft = office.call(ANNA, "POST", "/rule-sets", {"name": "乙", "preset": "preset_b"}).json
    assert (draft["state"], draft["based_on"]) == ("draft", None)
    assert [rule["code"] for rule in draft["rules"]] == sorted(r["code"] for r in preset["rules"])
    changes = office.call(ANNA, "GET", f"/rule-sets/{draft['id']}/diff").json["changes"]
    assert {change["rule"] for change in changes} == {"B01"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"preset": "preset_c"},
        {"preset": "../preset_a"},
        {"preset": "preset_b", "based_on": str(new_id())},
        {"preset": "preset_b", "organisation_id": str(new_id())},
    ],
)
def test_a_preset_that_is_none_or_not_all_is_refused(
    office: Office, city: Database, wrong: dict[str, str]
) -> None:
    before = stored(city)
    refused = office.call(ANNA, "POST", "/rule-sets", {"name": "乙"} | wrong)
    assert (refused.status_code, refused.json["code"]) == (422, "fields_invalid")
    assert stored(city) == before


def test_an_older_version_comes_back_as_a_new_one(office: Office, clock: FixedClock) -> None:
    old = office.call(ANNA, "GET", "/rules").json
    assert office.approve(BO, office.submitted(TODAY)).status_code == 200
    clock.advance(60)
    body = {"name": "恢复", "based_on": old["rule_set_id"]}
    again = office.call(ANNA, "POST", "/rule-sets", body).json["id"]
    office.call(ANNA, "POST", f"/rule-sets/{again}/submit", {"effective_from": TOMORROW})
    assert office.approve(BO, again).status_code == 200
    clock.advance(86_400)
    new = office.call(ANNA, "GET", "/rules").json
    assert (new["rule_set_id"], new["rules"]) == (again, old["rules"])


def test_a_cap_is_changed_without_naming_the_others(office: Office) -> None:
    draft = office.draft()
    for version, (change, caps) in enumerate(
        [
            ({"LIFE": 30}, {"LIFE": 30, "STUDY": 20, "SERVE": 30, "CULT": 10, "HONOR": 10}),
            ({"CULT": None, "HONOR": 8}, {"LIFE": 30, "STUDY": 20, "SERVE": 30, "HONOR": 8}),
        ],
        start=draft["version"],
    ):
        changed = office.call(
            ANNA, "PATCH", f"/rule-sets/{draft['id']}", {"category_caps": change},
            **{"If-Match": f'"{version}"'},
        )  # fmt: skip
        assert changed.json["category_caps"] == caps


def test_the_difference_says_what_changes(office: Office) -> None:
    identity = office.submitted()
    diff = office.call(BO, "GET", f"/rule-sets/{identity}/diff").json
    assert diff["changes"] == [
        {
            "rule": "L04",
            "field": "caps",
            "before": [{"per": "year", "points": 8}],
            "after": [{"per": "year", "points": 9}],
        },
        {
            "rule": "L04",
            "field": "value",
            "before": {"kind": "fixed", "points": 2},
            "after": {"kind": "fixed", "points": 3},
        },
    ]


def test_a_second_person_approves(office: Office, city: Database) -> None:
    identity = office.submitted()
    before = stored(city)
    own = office.approve(ANNA, identity)
    assert (own.status_code, own.json["code"]) == (403, "second_person_needed")
    assert stored(city) == before
    approved = office.approve(BO, identity)
    assert (approved.status_code, approved.json["state"]) == (200, "approved")
    assert approved.json["effective_at"] == "2026-11-23T16:00:00+00:00"
    again = office.approve(CHEN, identity)
    assert (again.status_code, again.json["code"]) == (409, "rule_set_not_submitted")


def test_who_submitted_anothers_draft_does_not_approve_it(office: Office) -> None:
    identity = office.draft(ANNA)["id"]
    office.call(BO, "POST", f"/rule-sets/{identity}/submit", {"effective_from": TOMORROW})
    for who in (ANNA, BO):
        assert office.approve(who, identity).json["code"] == "second_person_needed"
    assert office.approve(CHEN, identity).status_code == 200


def test_not_even_the_database_lets_one_person_do_both(office: Office, city: Database) -> None:
    identity = office.submitted()
    with city.unit_of_work() as uow, pytest.raises(DatabaseError):
        uow.session.execute(
            text(
                "UPDATE rule_sets SET state = 'approved', approved_by = submitted_by,"
                " effective_at = now() + interval '1 year' WHERE id = :id"
            ),
            {"id": identity},
        )


def test_a_returned_set_is_a_draft_again(office: Office) -> None:
    identity = office.submitted()
    back = office.call(BO, "POST", f"/rule-sets/{identity}/return")
    assert (back.json["state"], back.json["effective_from"]) == ("draft", None)
    assert office.approve(BO, identity).json["code"] == "rule_set_not_submitted"


def test_rules_change_forward_in_time_only(
    office: Office, city: Database, clock: FixedClock
) -> None:
    identity = office.draft()["id"]
    before = stored(city)
    past = office.call(
        ANNA, "POST", f"/rule-sets/{identity}/submit", {"effective_from": "2026-11-22"}
    )
    assert (past.status_code, past.json["code"]) == (409, "effective_day_past")
    assert stored(city) == before
    waiting = office.submitted(TODAY)
    clock.advance(86400)
    late = office.approve(BO, waiting)
    assert (late.status_code, late.json["code"]) == (409, "effective_day_past")


def test_one_day_has_one_set(office: Office, city: Database) -> None:
    first, second = office.submitted(), office.submitted()
    assert office.approve(BO, first).status_code == 200
    before = stored(city)
    taken = office.approve(BO, second)
    assert (taken.status_code, taken.json["code"]) == (409, "effective_day_taken")
    third = office.draft()["id"]
    before = stored(city)
    body = {"effective_from": TOMORROW}
    refused = office.call(ANNA, "POST", f"/rule-sets/{third}/submit", body)
    assert refused.json["code"] == "effective_day_taken"
    assert stored(city) == before


def test_what_is_submitted_or_approved_is_not_edited(office: Office, city: Database) -> None:
    identity = office.submitted()
    for state in ("submitted", "approved"):
        version = office.call(ANNA, "GET", f"/rule-sets/{identity}").headers["ETag"]
        before = stored(city)
        for method, path, body in (
            ("PUT", "rules/L04", LECTURE),
            ("DELETE", "rules/L04", None),
            ("PATCH", "", {"floor": 1}),
            ("POST", "submit", {"effective_from": TOMORROW}),
        ):
            where = f"/rule-sets/{identity}/{path}".rstrip("/")
            answer = office.call(ANNA, method, where, body, **{"If-Match": version})
            assert (answer.status_code, answer.json["code"]) == (409, "rule_set_not_draft")
        assert stored(city) == before
        if state == "submitted":
            office.approve(BO, identity)


BAD_RULES = [
    {"trigger": ["login"]},
    {"trigger": ["streak"]},
    {"trigger": ["duration_in_app"]},
    {"trigger": ["like"]},
    {"trigger": ["share"]},
    {"trigger": []},
    {"kinds": ["mood"]},
    {"kinds": []},
    {"category": "LOYALTY"},
    {"role": "emperor"},
    {"value": {"kind": "random", "points": 1}},
    {"value": {"kind": "fixed"}},
    {"value": {"kind": "fixed", "points": "2"}},
    {"value": {"kind": "fixed", "points": 0.25}},
    {"value": {"kind": "fixed", "points": 1, "more": 2}},
    {"value": {"kind": "fixed", "points": 10_001}},
    {"value": {"kind": "fixed", "points": 1e300}},
    {"value": {"kind": ["fixed"], "points": 1}},
    {"value": {"kind": {}, "points": 1}},
    {"value": {"kind": "per_hour", "points": -1, "at_most": 2}},
    {"value": {"kind": "per_hour", "points": 1, "at_most": -2}},
    {"value": {"kind": "by_level", "levels": {}}},
    {"value": {"kind": "by_level", "levels": {"moon": 1}}},
    {"value": {"kind": "by_level", "levels": {"city": None}}},
    {"value": {"kind": "make_up", "sessions": ["mood"]}},
    # No cap bounds what a year begins with, nor what two people state.
    {"value": {"kind": "base", "points": 1}},
    {"value": {"kind": "stated", "at_most": 1}},
    # Who takes points away are two people.
    {"value": {"kind": "fixed", "points": -1}},
    {"value": {"kind": "by_level", "levels": {"city": -1}}, "trigger": ["import", "manual"]},
    {"value": 3},
    {"value": []},
    {"caps": [{"per": "year", "points": -1}]},
    {"caps": [{"per": "decade", "points": 1}]},
    {"caps": [{"per": "year", "points": 1}, {"per": "year", "points": 2}]},
    {"name_zh": ""},
    {"minimum_minutes": -1},
    {"unknown": 1},
]


@pytest.mark.parametrize("wrong", BAD_RULES)
def test_a_rule_outside_the_vocabulary_is_refused(
    office: Office, city: Database, wrong: dict[str, Any]
) -> None:
    identity = office.draft()["id"]
    before = stored(city)
    answer = office.call(ANNA, "PUT", f"/rule-sets/{identity}/rules/L04", LECTURE | wrong)
    assert answer.status_code == 422, answer.text
    assert answer.mimetype == "application/problem+json"
    assert stored(city) == before


def test_words_in_another_order_are_no_change(office: Office) -> None:
    identity = office.draft()["id"]
    rules = {rule["code"]: rule for rule in office.call(ANNA, "GET", "/rules").json["rules"]}
    turned = rules["C01"] | {"kinds": ["sports", "culture", "sports"]}
    for shown in ("code", "words_zh", "words_en"):
        del turned[shown]
    assert office.call(ANNA, "PUT", f"/rule-sets/{identity}/rules/C01", turned).status_code == 200
    assert office.call(BO, "GET", f"/rule-sets/{identity}/diff").json["changes"] == []


@pytest.mark.parametrize("code", ["L4", "l04", "L040", "L0A", "Ｌ04", "L04%0A"])
def test_a_code_that_is_none_is_refused(office: Office, code: str) -> None:
    identity = office.draft()["id"]
    answer = office.call(ANNA, "PUT", f"/rule-sets/{identity}/rules/{code}", LECTURE)
    assert (answer.status_code, answer.json["code"]) == (400, "rule_code_invalid")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"category_caps": {"LIFE": -1}},
        {"category_caps": {"MOOD": 1}},
        {"monthly_gain": -1},
        {"monthly_gain": 0.05},
        {"name": ""},
    ],
)
def test_limits_that_are_none_are_refused(office: Office, wrong: dict[str, Any]) -> None:
    draft = office.draft()
    answer = office.call(
        ANNA, "PATCH", f"/rule-sets/{draft['id']}", wrong, **{"If-Match": f'"{draft["version"]}"'}
    )
    assert answer.status_code == 422


def test_two_editors_do_not_overwrite_each_other(office: Office) -> None:
    draft = office.draft()
    path, seen = f"/rule-sets/{draft['id']}", f'"{draft["version"]}"'
    assert office.call(ANNA, "PATCH", path, {"floor": 1}).status_code == 428
    first = office.call(ANNA, "PATCH", path, {"floor": 1}, **{"If-Match": seen})
    assert (first.status_code, first.json["floor"]) == (200, 1)
    second = office.call(BO, "PATCH", path, {"floor": 2}, **{"If-Match": seen})
    assert (second.status_code, second.json["code"]) == (412, "edited_meanwhile")


def test_a_repeated_request_drafts_once(office: Office, city: Database) -> None:
    for _ in range(2):
        office.call(ANNA, "POST", "/rule-sets", {"name": "x"}, **{"Idempotency-Key": "one"})
    with city.unit_of_work() as uow:
        assert uow.session.scalar(text("SELECT count(*) FROM rule_sets")) == 2


def test_only_the_city_decides(office: Office, client: FlaskClient, token_for: TokenFor) -> None:
    token = token_for(path="/city/u001/b0001/", roles=[("unit_admin", "/city/u001/")])
    headers = {"Authorization": f"Bearer {token}"}
    identity = office.submitted()
    answer = client.post(f"/api/v1/rule-sets/{identity}/approve", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (403, "out_of_reach")
    assert client.get("/api/v1/rule-sets", headers=headers).status_code == 200
    assert client.get("/api/v1/rules", headers=headers).status_code == 200


def approve_in_parallel(app: APIFlask, token_for: TokenFor, identity: str) -> list[int]:
    def approve(_: int) -> int:
        desk = Office(app.test_client(), token_for)
        return int(desk.approve(new_id(), identity).status_code)

    with ThreadPoolExecutor(8) as pool:
        return sorted(pool.map(approve, range(8)))


def test_of_eight_approvals_at_once_one_counts(
    app: APIFlask, office: Office, token_for: TokenFor
) -> None:
    assert approve_in_parallel(app, token_for, office.submitted()) == [200] + [409] * 7


@contextmanager
def without_the_lock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    get = service.get

    def read_and_dawdle(*asked: Any, **_: Any) -> Any:
        found = get(*asked)
        # Whoever else approves has read as well by then, however busy the machine is.
        sleep(0.1)
        return found

    monkeypatch.setattr(service, "get", read_and_dawdle)
    yield


def test_the_test_above_would_see_it_if_nothing_made_them_take_turns(
    app: APIFlask,
    city: Database,
    office: Office,
    token_for: TokenFor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with city.unit_of_work() as uow:
        uow.session.execute(text("ALTER TABLE rule_sets DISABLE TRIGGER approved_rule_sets_stay"))
        uow.commit()
    with without_the_lock(monkeypatch):
        answers = [
            approve_in_parallel(app, token_for, office.submitted(f"2027-01-{day:02d}"))
            for day in range(1, 6)
        ]
    # Two approve, or one is told of an accident: no answer to a person.
    assert any(each != [200] + [409] * 7 for each in answers)


def test_the_next_scan_earns_the_new_value_and_old_entries_stay(
    office: Office,
    city: Database,
    add_member: Callable[..., UUID],
    attend: Any,
    post: Callable[..., None],
    clock: FixedClock,
) -> None:
    member = add_member()
    post(attend(member, day="2026-11-23T08:30"))
    assert office.approve(BO, office.submitted(TODAY)).status_code == 200
    clock.advance(60)
    post(attend(member, day="2026-11-23T09:00:30"))
    # One that happened before the new rules, and arrives after them.
    post(attend(member, day="2026-11-23T08:45"))
    with city.unit_of_work() as uow:
        rows = uow.session.execute(
            text(
                "SELECT occurred_at AT TIME ZONE 'Asia/Shanghai', points FROM ledger_entries"
                " WHERE reverses IS NULL ORDER BY occurred_at"
            )
        ).all()
    assert [(row[0].strftime("%H:%M"), row[1]) for row in rows] == [
        ("08:30", 20),
        ("08:45", 20),
        ("09:00", 30),
    ]


def test_before_any_rules_are_in_force_it_says_so(
    database: Database, client: FlaskClient, token_for: TokenFor
) -> None:
    office = Office(client, token_for)
    answer = office.call(ANNA, "GET", "/rules")
    assert (answer.status_code, answer.json["code"]) == (404, "no_rules_in_force")


def test_a_set_that_is_not_there_is_said_to_be(office: Office) -> None:
    for method, path in (("GET", ""), ("POST", "/approve")):
        answer = office.call(ANNA, method, f"/rule-sets/{new_id()}{path}", **{"If-Match": '"1"'})
        assert (answer.status_code, answer.json["code"]) == (404, "rule_set_unknown")
