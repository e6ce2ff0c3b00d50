"""When rules take effect: scheduled, revoked before, never under the floor, never backwards alone."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from services.points.ledger.years import open_years
from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from shared.testing.plugin import TokenFor
from tests.points.city import UNIT

TODAY, TOMORROW, NEW_YEAR = "2026-11-23", "2026-11-24", "2027-01-01"


BASE = {
    "name_zh": "年度基础分",
    "name_en": "Base points",
    "category": "BASE",
    "trigger": ["system"],
    "kinds": ["year_opening"],
    "role": "self",
    "value": {"kind": "base", "points": 60},
}


class Office:
    """Two city administrators."""

    def __init__(self, client: FlaskClient, token_for: TokenFor) -> None:
        self._client = client
        self._people = (new_id(), new_id())
        self._token_for = token_for

    def call(self, path: str, body: Any = None, who: int = 0, method: str = "POST") -> Any:
        role = ("city_admin", "/city/")
        token = self._token_for(self._people[who], "/city/u001/b0001/", [role])
        headers = {"Authorization": f"Bearer {token}", "If-Match": '"1"'}
        return self._client.open(f"/api/v1{path}", method=method, json=body, headers=headers)

    def draft(self, **limits: Any) -> str:
        draft = self.call("/rule-sets", {"name": "新规则"}).json["id"]
        if limits:
            changed = self.call(f"/rule-sets/{draft}", limits, method="PATCH")
            assert changed.status_code == 200, changed.text
        return str(draft)

    def approved(self, day: str) -> str:
        draft = self.draft()
        self.call(f"/rule-sets/{draft}/submit", {"effective_from": day})
        approved = self.call(f"/rule-sets/{draft}/approve", {}, who=1)
        assert approved.status_code == 200, approved.text
        return draft


@pytest.fixture
def office(city: Database, client: FlaskClient, token_for: TokenFor) -> Office:
    return Office(client, token_for)


def test_an_approved_set_is_revoked_until_it_takes_effect(
    office: Office, clock: FixedClock, city: Database
) -> None:
    planned = office.approved(TOMORROW)
    revoked = office.call(f"/rule-sets/{planned}/revoke")
    assert (revoked.status_code, revoked.json["state"]) == (200, "revoked")
    clock.advance(2 * 86_400)
    assert office.call("/rules", method="GET").json["rule_set_id"] != planned
    again = office.call(f"/rule-sets/{planned}/revoke")
    assert (again.status_code, again.json["code"]) == (409, "rule_set_not_approved")
    # The day is free again.
    begun = office.approved("2026-11-26")
    clock.advance(2 * 86_400)
    late = office.call(f"/rule-sets/{begun}/revoke")
    assert (late.status_code, late.json["code"]) == (409, "rule_set_in_force")


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE rule_sets SET monthly_gain = 1 WHERE state = 'approved'",
        "UPDATE rule_sets SET state = 'draft', approved_by = NULL WHERE state = 'approved'",
        "DELETE FROM rule_sets WHERE state = 'approved'",
        "UPDATE rules SET body = '{}'",
        "DELETE FROM rules",
    ],
)
def test_not_even_the_database_lets_approved_rules_change(city: Database, tampering: str) -> None:
    with city.unit_of_work() as uow, pytest.raises(DatabaseError, match="never change"):
        uow.session.execute(text(tampering))


@pytest.mark.parametrize("day", [TOMORROW, NEW_YEAR])
def test_a_floor_above_where_members_stand_is_refused(
    office: Office, city: Database, add_member: Any, day: str
) -> None:
    add_member()
    add_member(scored=False)
    draft = office.draft(floor=5)
    refused = office.call(f"/rule-sets/{draft}/submit", {"effective_from": day})
    assert (refused.status_code, refused.json["code"]) == (422, "below_floor")
    assert (refused.json["members"], refused.json["floor"]) == (1, 5)
    assert office.call(f"/rule-sets/{draft}", method="GET").json["state"] == "draft"


def test_base_points_carry_a_floor(office: Office, add_member: Any) -> None:
    add_member()
    draft = office.draft(floor=50)
    assert office.call(f"/rule-sets/{draft}/rules/B01", BASE, method="PUT").status_code == 200
    refused = office.call(f"/rule-sets/{draft}/submit", {"effective_from": TOMORROW})
    assert refused.json["code"] == "below_floor", "this year nobody was given base points"
    done = office.call(f"/rule-sets/{draft}/submit", {"effective_from": NEW_YEAR})
    assert done.status_code == 200


def with_a_floor_of_fifty(office: Office, clock: FixedClock) -> None:
    """Put base points of sixty and a floor of fifty in force, and let the new year begin."""
    draft = office.draft(floor=50)
    office.call(f"/rule-sets/{draft}/rules/B01", BASE, method="PUT")
    office.call(f"/rule-sets/{draft}/submit", {"effective_from": NEW_YEAR})
    assert office.call(f"/rule-sets/{draft}/approve", {}, who=1).status_code == 200
    clock.advance(60 * 86_400)


def test_a_unit_that_gives_less_to_begin_with_keeps_to_the_citys_floor(
    office: Office, add_member: Any, clock: FixedClock
) -> None:
    add_member()
    with_a_floor_of_fifty(office, clock)
    for base, status in ((49, 422), (50, 200)):
        draft = office.call("/rule-sets", {"name": "单位", "organisation_id": str(UNIT)}).json["id"]
        lower = BASE | {"value": {"kind": "base", "points": base}}
        put = office.call(f"/rule-sets/{draft}/rules/B01", lower, method="PUT")
        assert put.status_code == 200, put.text
        done = office.call(f"/rule-sets/{draft}/submit", {"effective_from": "2027-03-01"})
        assert done.status_code == status, done.text
        if status == 422:
            assert (done.json["code"], done.json["members"], done.json["floor"]) == (
                "below_floor", 1, 50,
            )  # fmt: skip


def test_base_points_that_carry_a_floor_are_not_taken_away(
    office: Office, city: Database, add_member: Any, clock: FixedClock
) -> None:
    add_member()
    with_a_floor_of_fifty(office, clock)
    while opened(city):
        pass
    draft = office.draft()
    office.call(f"/rule-sets/{draft}/rules/B01", method="DELETE")
    done = office.call(f"/rule-sets/{draft}/submit", {"effective_from": "2027-03-01"})
    assert (done.status_code, done.json["code"]) == (422, "below_floor")


def opened(database: Database) -> int:
    with database.unit_of_work() as uow:
        done = open_years(uow)
        uow.commit()
    return done


@pytest.mark.parametrize(
    "rule",
    [{"trigger": ["check_in"]}, {"kinds": ["year_opening", "lecture"]}, {"kinds": ["lecture"]}],
)
def test_only_the_system_opens_years(office: Office, rule: dict[str, Any]) -> None:
    draft = office.draft()
    refused = office.call(f"/rule-sets/{draft}/rules/B01", BASE | rule, method="PUT")
    assert (refused.status_code, refused.json["code"]) == (422, "fields_invalid")
