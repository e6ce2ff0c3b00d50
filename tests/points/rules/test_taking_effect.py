"""When rules take effect: scheduled, revoked before, never under the floor, never backwards alone."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from shared.testing.plugin import TokenFor

TODAY, TOMORROW, NEW_YEAR = "2026-11-23", "2026-11-24", "2027-01-01"


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
    base = {
        "name_zh": "年度基础分",
        "name_en": "Base points",
        "category": "BASE",
        "trigger": ["system"],
        "kinds": ["year_opening"],
        "role": "self",
        "value": {"kind": "base", "points": 60},
    }
    assert office.call(f"/rule-sets/{draft}/rules/B01", base, method="PUT").status_code == 200
    refused = office.call(f"/rule-sets/{draft}/submit", {"effective_from": TOMORROW})
    assert refused.json["code"] == "below_floor", "this year nobody was given base points"
    done = office.call(f"/rule-sets/{draft}/submit", {"effective_from": NEW_YEAR})
    assert done.status_code == 200


@pytest.mark.parametrize(
    "rule",
    [{"trigger": ["check_in"]}, {"kinds": ["year_opening", "lecture"]}, {"kinds": ["lecture"]}],
)
def test_only_the_system_opens_years(office: Office, rule: dict[str, Any]) -> None:
    base = {
        "name_zh": "年度基础分",
        "name_en": "Base points",
        "category": "BASE",
        "trigger": ["system"],
        "kinds": ["year_opening"],
        "role": "self",
        "value": {"kind": "base", "points": 60},
    }
    draft = office.draft()
    refused = office.call(f"/rule-sets/{draft}/rules/B01", base | rule, method="PUT")
    assert (refused.status_code, refused.json["code"]) == (422, "fields_invalid")
