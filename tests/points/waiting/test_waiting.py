"""What waits is counted exactly as it is listed."""

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from shared.database import Database
from shared.ids import new_id
from shared.testing.plugin import TokenFor
from tests.architecture.one_of_each import BRANCH, IDS, UNIT, fill_points

SIBLING = "/city/u001/b0009/"
STRANGER = new_id()
Grants = list[tuple[str, str]]


@pytest.fixture
def ask(database: Database, client: FlaskClient, token_for: TokenFor) -> Any:
    with database.unit_of_work() as uow:
        fill_points(uow)
        uow.session.execute(
            text(
                "UPDATE rule_sets SET state = 'submitted', submitted_by = :somebody,"
                " submitted_at = now(), effective_from = '2027-01-01' WHERE id = :rule_set_id"
            ),
            IDS,
        )
        uow.commit()

    def get(who: UUID, home: str, grants: Grants, path: str) -> Any:
        headers = {"Authorization": f"Bearer {token_for(who, home, grants)}"}
        answer = client.get(f"/api/v1{path}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json

    return get


ONE_EACH = dict.fromkeys(
    ("claims", "adjustments", "appeals", "objections", "held_facts", "rule_sets"), 1
)


@pytest.mark.parametrize(
    ("who", "home", "grants", "expected"),
    [
        (STRANGER, "/city/", [("city_admin", "/city/")], ONE_EACH),
        (STRANGER, UNIT, [("unit_admin", UNIT)], ONE_EACH | {"rule_sets": 0}),
        (STRANGER, BRANCH, [("branch_secretary", BRANCH)], ONE_EACH | {"rule_sets": None}),
        (
            STRANGER,
            SIBLING,
            [("branch_secretary", SIBLING)],
            dict.fromkeys(ONE_EACH, 0) | {"rule_sets": None},
        ),
        # Whoever proposed and submitted waits for somebody else.
        (
            IDS["somebody"],
            "/city/",
            [("city_admin", "/city/")],
            ONE_EACH | {"adjustments": 0, "rule_sets": 0},
        ),
        # Nobody decides on the own case.
        (
            IDS["member_id"],
            BRANCH,
            [("branch_secretary", BRANCH)],
            dict.fromkeys(ONE_EACH, 0) | {"rule_sets": None},
        ),
        (STRANGER, BRANCH, [("auditor", "/city/")], dict.fromkeys(ONE_EACH)),
        (STRANGER, BRANCH, [], dict.fromkeys(ONE_EACH)),
    ],
)
def test_what_waits_for_whom(
    ask: Any, who: UUID, home: str, grants: Grants, expected: dict[str, int | None]
) -> None:
    assert ask(who, home, grants, "/waiting") == expected


@pytest.mark.parametrize(
    ("queue", "path"),
    [
        ("claims", "/claims?queue=review"),
        ("adjustments", "/adjustments?queue=approval"),
        ("appeals", "/appeals?queue=decision"),
        ("held_facts", "/held-facts"),
    ],
)
@pytest.mark.parametrize("place", ["/city/", UNIT, BRANCH, SIBLING])
def test_the_count_is_that_of_the_list(ask: Any, queue: str, path: str, place: str) -> None:
    roles = {"/city/": "city_admin", UNIT: "unit_admin"}
    grants = [(roles.get(place, "branch_secretary"), place)]
    listed = ask(STRANGER, place, grants, path)["items"]
    assert ask(STRANGER, place, grants, "/waiting")[queue] == len(listed)
