"""What the rules ask is the city's to set: from this year on, by whom and when it was, no further."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text

from services.events.cadence.figures import SHAPES
from services.events.cadence.policy import Figures
from services.events.cadence.rules import RULES
from services.events.catalogue.categories import CATEGORIES
from services.events.figures.service import in_force
from services.events.study_hours.policy import StudyFigures
from shared.clock import FixedClock
from shared.database import Database
from shared.testing.plugin import TokenFor
from tests.events.cadence.conftest import HERE, ROOT, UNIT, cells
from tests.events.catalogue.people import People, Person, refused
from tests.events.city import City
from tests.events.past import Past, local

Set = Callable[..., Any]
# Rules by the sign the domain gives their source.
READ_THERE = {"R2", "R3", "R5", "R6"}
QUARTERLY = {"watched": True, "minimum": 1, "period": "quarter", "remind_days": 14}


@pytest.fixture
def set_rule(people: People) -> Set:
    def send(
        rule: str, figures: Any, from_year: int = 2026, version: int = 1, by: Person | None = None
    ) -> Any:
        by = by or people.person(("city_admin", ROOT))
        body = {"from_year": from_year, "figures": figures}
        return by.send("PUT", f"/cadence/rules/{rule}", body, **{"If-Match": f'"{version}"'})

    return send


def test_every_rule_is_there_with_figures_of_its_shape(database: Database) -> None:
    assert list(RULES) == ["R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "R13"]
    assert RULES.keys() == SHAPES.keys()
    with database.unit_of_work() as uow:
        delivered = in_force(uow, 2026)
    assert delivered.keys() == RULES.keys()
    for code, asked in delivered.items():
        assert SHAPES[code].validate(dict(asked.figures)) == {}, code
        assert (asked.set_by, asked.version) == (None, 1)
        assert Figures.read(asked.figures).watched
        assert set(RULES[code].fixed) <= asked.figures.keys()
    StudyFigures.read(delivered["R9"].figures)


def test_rules_name_what_there_is() -> None:
    for rule in RULES.values():
        assert set(rule.kinds) <= CATEGORIES.keys()
        assert (rule.seen_by in ("events", "training")) == bool(rule.kinds)
        assert all((*rule.name, *rule.source))
    assert {code for code, rule in RULES.items() if rule.verified} == READ_THERE


def test_everybody_may_read_the_rules(client: FlaskClient, people: People) -> None:
    answer = people.person().get("/cadence/rules?year=2026")
    first = answer.json["items"][0]
    assert (first["rule"], first["name"], first["verified"]) == ("R1", "Branch meeting", False)
    assert first["figures"] == QUARTERLY
    assert (first["from_year"], first["set_by"], first["version"]) == (2000, None, 1)


def test_a_figure_changes_what_is_asked_from_its_year_on(
    read: Any, past: Past, set_rule: Set, people: People, branch: list[UUID], clock: FixedClock
) -> None:
    past.held(HERE, "branch_meeting", "2025-02-10 14:00", branch)
    past.held(HERE, "branch_meeting", "2026-02-10 14:00", branch)
    admin = people.person(("city_admin", ROOT))
    answer = set_rule("R1", QUARTERLY | {"minimum": 2}, by=admin)
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert (answer.json["set_by"], answer.json["set_at"]) == (
        str(admin.id), clock.now().isoformat(),
    )  # fmt: skip
    assert cells(read(year=2025))["R1", "2025-Q1"] == "done"
    assert cells(read())["R1", "2026-Q1"] == "overdue"
    assert set_rule("R1", QUARTERLY | {"period": "year"}, 2027, version=2).status_code == 200
    assert len([1 for rule, _ in cells(read()) if rule == "R1"]) == 4
    assert len([1 for rule, _ in cells(read(year=2027)) if rule == "R1"]) == 1


def test_what_was_set_for_a_later_year_outlasts_a_change_of_this_one(
    set_rule: Set, database: Database, city: City
) -> None:
    set_rule("R1", QUARTERLY | {"minimum": 3}, 2027, version=1)
    set_rule("R1", QUARTERLY | {"minimum": 2}, 2026, version=2)
    with database.unit_of_work() as uow:
        minimums = [in_force(uow, year)["R1"].figures["minimum"] for year in (2025, 2026, 2027)]
    assert minimums == [1, 2, 3]


def test_a_rule_that_is_not_watched_is_not_shown(
    read: Any, set_rule: Set, branch: list[UUID]
) -> None:
    set_rule("R4", QUARTERLY | {"watched": False})
    assert "R4" not in {rule for rule, _ in cells(read())}
    assert "R4" in {rule for rule, _ in cells(read(year=2025))}


def test_hours_that_are_asked_are_figures_too(
    people: People, set_rule: Set, database: Database, branch: list[UUID]
) -> None:
    with database.unit_of_work() as uow:
        figures = dict(in_force(uow, 2026)["R9"].figures)
    assert set_rule("R9", figures | {"member_hours": 40, "office_hours": 60}).status_code == 200
    for number, target in ((0, 60), (1, 40)):
        own = people.person(member_id=branch[number])
        assert own.get("/me/study-hours?year=2026").json["target"] == target
        assert own.get("/me/study-hours?year=2025").json["target"] == (56 if number == 0 else 32)


@pytest.mark.parametrize(
    ("rule", "changes", "code"),
    [
        ("R1", {"minimum": 0}, "figures_invalid"),
        ("R1", {"minimum": "2"}, "figures_invalid"),
        ("R1", {"period": "week"}, "figures_invalid"),
        ("R1", {"more": 1}, "figures_invalid"),
        ("R1", {"remind_days": None}, "figures_invalid"),
        ("R9", {"categories": ["lecture", "nonsense"]}, "figures_invalid"),
        ("R9", {"categories": []}, "figures_invalid"),
        ("R9", {"not_asked": ["left"]}, "figures_invalid"),
        ("R9", {"half_day_minutes": 361}, "figures_invalid"),
        ("R9", {"half_day_hours": 9}, "figures_invalid"),
        ("R9", {"day_hours": 25}, "figures_invalid"),
        ("R10", {"months": 0}, "figures_invalid"),
        ("R13", {"named": "很" * 21}, "figures_invalid"),
        ("R2", {"minimum": 2}, "figure_of_the_source"),
        ("R3", {"watched": False}, "figure_of_the_source"),
        ("R5", {"period": "quarter"}, "figure_of_the_source"),
        ("R7", {"period": "quarter"}, "figure_of_the_source"),
    ],
)
def test_what_is_out_of_bounds_is_refused_and_changes_nothing(
    people: People, database: Database, city: City, rule: str, changes: dict[str, Any], code: str
) -> None:
    admin = people.person(("city_admin", ROOT))
    with database.unit_of_work() as uow:
        figures = dict(in_force(uow, 2026)[rule].figures)
    details = set()
    for language in ("zh", "en"):
        answer = admin.send(
            "PUT", f"/cadence/rules/{rule}", {"from_year": 2026, "figures": figures | changes},
            **{"If-Match": '"1"', "Accept-Language": language},
        )  # fmt: skip
        assert (answer.status_code, answer.json["code"]) == (422, code), answer.text
        details.add(answer.json["detail"])
    assert len(details) == 2
    with database.unit_of_work() as uow:
        assert in_force(uow, 2026)[rule].version == 1


def test_what_the_source_leaves_open_may_be_set(set_rule: Set, database: Database) -> None:
    with database.unit_of_work() as uow:
        figures = dict(in_force(uow, 2026)["R2"].figures)
    assert set_rule("R2", figures | {"least_members": 5, "remind_days": 3}).status_code == 200


def test_a_year_that_is_over_stays_as_it_was(
    set_rule: Set, people: People, clock: FixedClock
) -> None:
    refused(set_rule("R1", QUARTERLY, 2025), 422, "year_over")
    clock.advance((local("2027-01-01 00:00") - clock.now()).total_seconds())
    refused(set_rule("R1", QUARTERLY, 2026), 422, "year_over")
    answer = set_rule("R1", QUARTERLY, 2027)
    assert answer.status_code == 200


def test_rules_that_are_not_there_and_edits_of_old_versions_are_refused(set_rule: Set) -> None:
    refused(set_rule("R11", QUARTERLY), 404, "rule_unknown")
    refused(set_rule("R1", QUARTERLY, version=7), 412, "edited_meanwhile")


def test_of_two_who_set_a_rule_at_once_one_is_told(
    app: APIFlask, token_for: TokenFor, city: City, database: Database
) -> None:
    admins = [
        People(app.test_client(), token_for, city).person(("city_admin", ROOT)) for _ in range(2)
    ]
    barrier = Barrier(2)

    def edit(by: Person) -> int:
        barrier.wait()
        body = {"from_year": 2026, "figures": QUARTERLY}
        return by.send("PUT", "/cadence/rules/R1", body, **{"If-Match": '"1"'}).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(edit, admins)) == [200, 412]
    with database.unit_of_work() as uow:
        assert uow.session.scalar(text("SELECT count(*) FROM rule_figures WHERE rule = 'R1'")) == 2


@pytest.mark.parametrize(
    "role", ["member", "branch_secretary", "unit_admin", "organiser", "auditor", "group_leader"]
)
def test_only_the_city_sets_what_rules_ask(set_rule: Set, people: People, role: str) -> None:
    by = people.person((role, UNIT))
    refused(set_rule("R1", QUARTERLY, by=by), 403, "role_needed")
