from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.gateway.identity.policy import (
    ADMINISTRATOR_SESSION,
    LOST_ANSWER_GRACE,
    MEMBER_SESSION,
)
from shared.auth import Grant, TokenSigner, TokenVerifier
from shared.clock import FixedClock
from shared.database import Database
from tests.gateway.conftest import PATH, TOTP_SECRET, People
from tests.gateway.identity.test_sign_in import sign_in, totp


@pytest.fixture
def member(people: People) -> Any:
    member_id = people.member()
    people.account(member_id, "zhang.san")
    return member_id


def refresh(client: FlaskClient, token: str) -> TestResponse:
    return client.post("/api/v1/auth/refresh", json={"refresh_token": token})


def first_token(client: FlaskClient) -> str:
    return str(sign_in(client).json["refresh_token"])


def test_a_refresh_gives_new_tokens_and_spends_the_old(
    client: FlaskClient, member: Any, clock: FixedClock
) -> None:
    old = first_token(client)
    clock.advance(60)
    answer = refresh(client, old)
    assert answer.status_code == 200
    assert answer.json["refresh_token"] != old
    assert refresh(client, answer.json["refresh_token"]).status_code == 200


def test_a_stolen_token_ends_the_session_for_thief_and_owner(
    client: FlaskClient, member: Any, clock: FixedClock
) -> None:
    stolen = first_token(client)
    owners = refresh(client, stolen).json["refresh_token"]
    clock.advance(LOST_ANSWER_GRACE.total_seconds() + 1)
    assert refresh(client, stolen).json["code"] == "refresh_reused"
    assert refresh(client, owners).json["code"] == "refresh_invalid"


def test_a_lost_answer_can_be_asked_for_again(client: FlaskClient, member: Any) -> None:
    old = first_token(client)
    lost = refresh(client, old).json["refresh_token"]
    again = refresh(client, old)
    assert again.status_code == 200
    assert again.json["refresh_token"] == lost


def test_within_the_grace_a_thief_is_found_at_the_next_turn(
    client: FlaskClient, member: Any, clock: FixedClock
) -> None:
    old = first_token(client)
    owners = refresh(client, old).json["refresh_token"]
    thiefs = refresh(client, old).json["refresh_token"]
    assert refresh(client, owners).status_code == 200
    clock.advance(LOST_ANSWER_GRACE.total_seconds() + 1)
    assert refresh(client, thiefs).json["code"] == "refresh_reused"


def test_one_token_sent_many_times_at_once_turns_once(app: APIFlask, member: Any) -> None:
    token = first_token(app.test_client())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: refresh(app.test_client(), token), range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json["refresh_token"] for answer in answers}) == 1


def test_signing_out_ends_the_session_and_may_be_repeated(client: FlaskClient, member: Any) -> None:
    token, other = first_token(client), first_token(client)
    for _ in range(2):
        answer = client.post("/api/v1/auth/logout", json={"refresh_token": token})
        assert answer.status_code == 204
    assert refresh(client, token).json["code"] == "refresh_invalid"
    assert refresh(client, other).status_code == 200


@pytest.mark.parametrize("token", ["x", "A" * 70, "令牌", "A" * 256])
def test_what_is_no_token_is_refused(client: FlaskClient, member: Any, token: str) -> None:
    assert refresh(client, token).json["code"] == "refresh_invalid"
    assert client.post("/api/v1/auth/logout", json={"refresh_token": token}).status_code == 204


def test_a_members_session_lasts_thirty_days(
    client: FlaskClient, member: Any, clock: FixedClock
) -> None:
    token = first_token(client)
    clock.advance(MEMBER_SESSION.total_seconds() - 1)
    token = refresh(client, token).json["refresh_token"]
    clock.advance(1)
    assert refresh(client, token).json["code"] == "refresh_invalid"


def test_an_administrators_session_lasts_a_working_day(
    client: FlaskClient, people: People, clock: FixedClock
) -> None:
    people.account(people.member(roles=[("city_admin", "/city/")]), "zhang.san", TOTP_SECRET)
    token = sign_in(client, totp=totp(clock)).json["refresh_token"]
    clock.advance(ADMINISTRATOR_SESSION.total_seconds())
    assert refresh(client, token).json["code"] == "refresh_invalid"


def test_roles_follow_the_roster_at_the_next_refresh(
    client: FlaskClient, people: People, member: Any, signer: TokenSigner, clock: FixedClock
) -> None:
    token = first_token(client)
    people.member(member, roles=[("branch_secretary", PATH), ("city_admin", "/city/")])
    answer = refresh(client, token)
    principal = TokenVerifier(signer.public_keys).verify(answer.json["access_token"], clock.now())
    # The secretary's role at once; the administrator's only after a sign-in with a second factor.
    assert set(principal.grants) == {Grant("member", PATH), Grant("branch_secretary", PATH)}


def test_a_token_says_which_groups_its_member_belongs_to(
    client: FlaskClient, people: People, member: Any, signer: TokenSigner, clock: FixedClock
) -> None:
    token = first_token(client)
    groups = (f"{PATH}g1/", "/city/u001/youth/")
    people.member(member, groups=groups)
    answer = refresh(client, token)
    principal = TokenVerifier(signer.public_keys).verify(answer.json["access_token"], clock.now())
    assert set(principal.grants) == {Grant("member", at) for at in (PATH, *groups)}


def test_whoever_leaves_is_signed_out(client: FlaskClient, people: People, member: Any) -> None:
    token = first_token(client)
    people.member(member, status="left")
    assert refresh(client, token).json["code"] == "refresh_invalid"


def test_no_refresh_token_lies_in_the_database(
    client: FlaskClient, database: Database, member: Any
) -> None:
    from base64 import urlsafe_b64decode

    token = first_token(client)
    mac = urlsafe_b64decode(token + "==")[20:]
    with database.engine.connect() as connection:
        row = connection.execute(text("SELECT sign_ins::text FROM sign_ins")).scalar_one()
    assert token not in row
    assert mac.hex() not in row
