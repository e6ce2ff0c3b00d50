from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.gateway.identity import limits, passwords
from shared.auth import Grant, TokenSigner, TokenVerifier
from shared.clock import FixedClock
from shared.database import Database
from tests.gateway.conftest import PASSWORD, PATH, TOTP_SECRET, People

UNIT_ADMIN = [("unit_admin", "/city/u001/")]


def sign_in(client: FlaskClient, **changes: Any) -> TestResponse:
    body = {"username": "zhang.san", "password": PASSWORD} | changes
    return client.post("/api/v1/auth/password", json=body)


def totp(clock: FixedClock, steps: int = 0) -> str:
    return pyotp.TOTP(TOTP_SECRET).at(clock.now() + timedelta(seconds=30 * steps))


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits longer than a moment for a turn."""
    monkeypatch.setattr(passwords, "_PATIENCE_SECONDS", 0.01)


@pytest.fixture
def member(people: People) -> Any:
    member_id = people.member()
    people.account(member_id, "zhang.san")
    return member_id


@pytest.fixture
def admin(people: People) -> Any:
    member_id = people.member(roles=UNIT_ADMIN)
    people.account(member_id, "zhang.san", TOTP_SECRET)
    return member_id


def test_a_member_signs_in_and_the_token_says_who(
    client: FlaskClient, member: Any, signer: TokenSigner, clock: FixedClock
) -> None:
    answer = sign_in(client, username=" Zhang.San ")
    assert answer.status_code == 200
    assert answer.json["expires_in"] == 600
    verifier = TokenVerifier(signer.public_keys)
    principal = verifier.verify(answer.json["access_token"], clock.now())
    assert principal.member_id == member
    assert principal.organisation_path == PATH
    assert principal.grants == (Grant("member", PATH),)
    me = client.get(
        "/api/v1/me", headers={"Authorization": f"Bearer {answer.json['access_token']}"}
    )
    assert me.json["member_id"] == str(member)


def test_a_wrong_password_and_an_unknown_name_are_one_refusal(
    client: FlaskClient, member: Any
) -> None:
    wrong = sign_in(client, password="not the password")
    unknown = sign_in(client, username="nobody.here")
    impossible = sign_in(client, username="张三")
    for answer in (wrong, unknown, impossible):
        assert answer.status_code == 401
        assert answer.json["code"] == "sign_in_failed"
        assert {**answer.json, "request_id": ""} == {**wrong.json, "request_id": ""}


def test_an_account_without_a_roster_entry_waits_for_it(
    client: FlaskClient, people: People
) -> None:
    from shared.ids import new_id

    member_id = new_id()
    people.account(member_id, "zhang.san")
    assert sign_in(client).json["code"] == "member_unknown"
    people.member(member_id)
    assert sign_in(client).status_code == 200


def test_whoever_left_cannot_sign_in(client: FlaskClient, people: People, member: Any) -> None:
    people.member(member, status="left")
    assert sign_in(client).json["code"] == "member_left"


def test_an_administrator_needs_the_second_factor(
    client: FlaskClient, admin: Any, signer: TokenSigner, clock: FixedClock
) -> None:
    assert sign_in(client).json["code"] == "totp_required"
    assert sign_in(client, totp="000000").json["code"] == "totp_wrong"
    answer = sign_in(client, totp=totp(clock))
    assert answer.status_code == 200
    principal = TokenVerifier(signer.public_keys).verify(answer.json["access_token"], clock.now())
    assert Grant("unit_admin", "/city/u001/") in principal.grants


def test_a_code_of_the_authenticator_is_accepted_once(
    client: FlaskClient, admin: Any, clock: FixedClock
) -> None:
    code = totp(clock)
    assert sign_in(client, totp=code).status_code == 200
    assert sign_in(client, totp=code).json["code"] == "totp_reused"
    assert sign_in(client, totp=totp(clock, -1)).json["code"] == "totp_reused"
    clock.advance(30)
    assert sign_in(client, totp=totp(clock)).status_code == 200


def test_a_code_used_by_many_at_once_lets_one_in(
    app: APIFlask, admin: Any, clock: FixedClock
) -> None:
    code = totp(clock)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: sign_in(app.test_client(), totp=code), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7


def test_an_administrator_without_an_authenticator_stays_out(
    client: FlaskClient, people: People
) -> None:
    people.account(people.member(roles=[("auditor", "/city/")]), "zhang.san")
    assert sign_in(client).json["code"] == "totp_not_enrolled"


def test_the_eleventh_try_is_refused_even_with_the_right_password(
    client: FlaskClient, member: Any
) -> None:
    for _ in range(limits.PASSWORD.tries):
        assert sign_in(client, password="wrong password").status_code == 401
    answer = sign_in(client)
    assert answer.status_code == 429
    assert answer.json["code"] == "too_many_attempts"
    assert 0 < int(answer.headers["Retry-After"]) <= limits.PASSWORD.window_seconds


def test_guessing_one_account_does_not_shut_out_another(
    client: FlaskClient, people: People, member: Any
) -> None:
    people.account(people.member(), "li.si")
    for _ in range(limits.PASSWORD.tries + 1):
        sign_in(client, password="wrong password")
    assert sign_in(client, username="li.si").status_code == 200


def test_a_good_sign_in_forgives_the_tries_before_it(client: FlaskClient, member: Any) -> None:
    for _ in range(3):
        for _ in range(limits.PASSWORD.tries - 1):
            assert sign_in(client, password="wrong password").status_code == 401
        assert sign_in(client).status_code == 200


def test_tries_made_at_once_are_all_counted(app: APIFlask, member: Any) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(
            pool.map(lambda _: sign_in(app.test_client(), password="wrong password"), range(30))
        )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [401] * limits.PASSWORD.tries + [429] * (30 - limits.PASSWORD.tries)


def test_guessing_authenticator_codes_is_limited_for_a_day(
    client: FlaskClient, admin: Any, clock: FixedClock, redis_client: Redis
) -> None:
    for _ in range(limits.SECOND_FACTOR.tries):
        assert sign_in(client, totp="000000").json["code"] == "totp_wrong"
        # Somebody patient, who lets the password's count run out in between.
        limits.forgive(redis_client, limits.PASSWORD, "zhang.san")
    answer = sign_in(client, totp=totp(clock))
    assert answer.json["code"] == "too_many_attempts"


def test_without_redis_a_password_is_refused_rather_than_guessed(
    settings: Any, redis_client: Redis, clock: FixedClock, member: Any
) -> None:
    from dataclasses import replace

    from services.gateway.app import create_app

    app = create_app(replace(settings, redis_url="redis://127.0.0.1:9/0"), clock)
    answer = sign_in(app.test_client())
    assert answer.status_code == 503
    assert answer.json["code"] == "limits_away"
    app.extensions["suite"].database.close()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "zhang.san"},
        {"username": "zhang.san", "password": ""},
        {"username": "zhang.san", "password": "x" * 257},
        {"username": 7, "password": PASSWORD},
        {"username": "zhang.san", "password": PASSWORD, "admin": True},
        {"username": "zhang.san\x00", "password": "x\x00"},
        ["zhang.san", PASSWORD],
        "zhang.san",
    ],
)
def test_bad_bodies_are_refused_with_a_problem_document(
    client: FlaskClient, member: Any, body: Any
) -> None:
    answer = client.post("/api/v1/auth/password", json=body)
    assert 400 <= answer.status_code < 500
    assert answer.mimetype == "application/problem+json"


def test_neither_password_nor_totp_secret_lies_readable_in_the_database(
    database: Database, admin: Any
) -> None:
    with database.engine.connect() as connection:
        row = connection.execute(text("SELECT password_hash, totp_sealed FROM accounts")).one()
    assert row.password_hash.startswith("$argon2id$")
    assert TOTP_SECRET.encode() not in bytes(row.totp_sealed)


def test_answers_with_tokens_are_kept_nowhere_even_when_a_key_asks_for_it(
    client: FlaskClient, database: Database, member: Any
) -> None:
    body = {"username": "zhang.san", "password": PASSWORD}
    client.post("/api/v1/auth/password", json=body, headers={"Idempotency-Key": "again"})
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM idempotency_keys")).scalar() == 0


@pytest.mark.usefixtures("member", "patience")
def test_where_too_many_sign_in_at_once_the_next_is_asked_to_wait(client: FlaskClient) -> None:
    turns = [passwords._AT_ONCE.acquire(timeout=1) for _ in range(4)]
    try:
        answer = sign_in(client)
    finally:
        for _ in turns:
            passwords._AT_ONCE.release()
    assert (answer.status_code, answer.json["code"]) == (503, "sign_in_busy")
    assert sign_in(client).status_code == 200
