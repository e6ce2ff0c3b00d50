from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.gateway.identity.policy import INVITATION_LIFETIME
from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from tests.gateway.conftest import PASSWORD, PATH, People
from tests.gateway.identity.test_sign_in import sign_in


@pytest.fixture
def secretary(people: People, token_for: Any) -> str:
    return str(token_for(people.member(), PATH, [("branch_secretary", PATH)]))


def issue(client: FlaskClient, token: str, *member_ids: Any) -> TestResponse:
    return client.post(
        "/api/v1/invitations",
        json={"member_ids": [str(member_id) for member_id in member_ids]},
        headers={"Authorization": f"Bearer {token}"},
    )


def code_for(client: FlaskClient, token: str, member_id: Any) -> str:
    return str(issue(client, token, member_id).json["items"][0]["code"])


def accept(client: FlaskClient, code: str, username: str = "zhang.san", **changes: Any) -> Any:
    body = {"invitation": code, "username": username, "password": PASSWORD} | changes
    return client.post("/api/v1/auth/invitation", json=body)


def test_an_invited_member_chooses_a_name_and_signs_in(
    client: FlaskClient, people: People, secretary: str
) -> None:
    answer = accept(client, code_for(client, secretary, people.member()))
    assert answer.status_code == 200
    assert sign_in(client).status_code == 200


def test_a_code_may_be_typed_carelessly(
    client: FlaskClient, people: People, secretary: str
) -> None:
    code = code_for(client, secretary, people.member())
    careless = f" {code.lower().replace('0', 'o').replace('1', 'l').replace('-', ' ')} "
    assert accept(client, careless).status_code == 200


def test_a_code_works_once_even_for_many_at_once(
    app: APIFlask, people: People, secretary: str
) -> None:
    code = code_for(app.test_client(), secretary, people.member())
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda n: accept(app.test_client(), code, f"zhang.san{n}"), range(8))
        )
    assert sorted(answer.status_code for answer in answers) == [200] + [410] * 7


def test_a_code_ends_after_a_week(
    client: FlaskClient, people: People, secretary: str, clock: FixedClock
) -> None:
    code = code_for(client, secretary, people.member())
    clock.advance(INVITATION_LIFETIME.total_seconds())
    assert accept(client, code).json["code"] == "invitation_invalid"


def test_asking_again_replaces_the_code(
    client: FlaskClient, people: People, secretary: str
) -> None:
    member = people.member()
    first, second = (code_for(client, secretary, member) for _ in range(2))
    assert accept(client, first).json["code"] == "invitation_invalid"
    assert accept(client, second).status_code == 200


def test_an_invitation_is_also_the_way_to_a_new_password(
    client: FlaskClient, people: People, secretary: str
) -> None:
    member = people.member()
    people.account(member, "zhang.san")
    old = sign_in(client).json["refresh_token"]
    code = code_for(client, secretary, member)
    assert accept(client, code, password="another good one").status_code == 200
    assert sign_in(client).json["code"] == "sign_in_failed"
    refreshed = client.post("/api/v1/auth/refresh", json={"refresh_token": old})
    assert refreshed.json["code"] == "refresh_invalid"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"username": "a"}, "username_invalid"),
        ({"password": "short"}, "password_weak"),
        ({"username": "li.si"}, "username_taken"),
    ],
)
def test_a_refused_choice_uses_nothing_up(
    client: FlaskClient, people: People, secretary: str, changes: dict[str, str], code: str
) -> None:
    people.account(people.member(), "li.si")
    invitation = code_for(client, secretary, people.member())
    assert accept(client, invitation, **changes).json["code"] == code
    assert accept(client, invitation).status_code == 200


def test_invitations_go_to_the_own_part_of_the_tree_only(
    client: FlaskClient, people: People, secretary: str, database: Database
) -> None:
    inside, outside = people.member(), people.member(path="/city/u001/b0002/")
    answer = issue(client, secretary, inside, outside)
    assert (answer.status_code, answer.json["code"]) == (403, "out_of_reach")
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM invitations")).scalar() == 0


def test_unknown_and_former_members_are_named(
    client: FlaskClient, people: People, secretary: str
) -> None:
    unknown, left = new_id(), people.member(status="left")
    answer = issue(client, secretary, people.member(), unknown, left)
    assert (answer.status_code, answer.json["code"]) == (404, "member_not_found")
    assert answer.json["member_ids"] == [str(unknown), str(left)]


@pytest.mark.parametrize("role", ["member", "group_leader", "organiser", "auditor"])
def test_other_roles_invite_nobody(
    client: FlaskClient, people: People, token_for: Any, role: str
) -> None:
    token = token_for(people.member(), PATH, [(role, PATH)])
    assert issue(client, token, people.member()).json["code"] == "role_needed"


@pytest.mark.parametrize("ids", [[], ["x"], [7], None, ["0" * 32] * 201])
def test_bad_lists_are_refused(client: FlaskClient, secretary: str, ids: Any) -> None:
    answer = client.post(
        "/api/v1/invitations",
        json={"member_ids": ids},
        headers={"Authorization": f"Bearer {secretary}"},
    )
    assert 400 <= answer.status_code < 500


def test_no_code_lies_in_the_database(
    client: FlaskClient, people: People, secretary: str, database: Database
) -> None:
    answer = client.post(
        "/api/v1/invitations",
        json={"member_ids": [str(people.member())]},
        headers={"Authorization": f"Bearer {secretary}", "Idempotency-Key": "again"},
    )
    code = answer.json["items"][0]["code"]
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM idempotency_keys")).scalar() == 0
        row = connection.execute(text("SELECT invitations::text FROM invitations")).scalar_one()
    assert code not in row
    assert code.replace("-", "") not in row
