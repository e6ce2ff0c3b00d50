"""An administrator who was just appointed sets up an authenticator; a lost one is replaced."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pyotp
import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.gateway.identity import limits
from services.gateway.identity.policy import ENROLMENT_LIFETIME, PENDING_FACTOR_LIFETIME
from shared.auth import Grant, TokenSigner, TokenVerifier
from tests.gateway.accounts.conftest import Office, secret_of
from tests.gateway.conftest import PASSWORD

BEGIN, CONFIRM = "/api/v1/auth/second-factor", "/api/v1/auth/second-factor/confirm"


def issue(office: Office, upon: str = "appointed") -> str:
    answer = office.call("security", "POST", f"/accounts/{office.ids[upon]}/second-factor")
    assert answer.status_code == 201, answer.text
    return str(answer.json["code"])


def send(office: Office, path: str, code: str, **more: Any) -> TestResponse:
    body = {"username": "appointed", "password": PASSWORD, "code": code}
    return office.app.test_client().post(path, json=body | more)


def digits(office: Office, secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(office.clock.now() + timedelta(seconds=30 * steps))


@pytest.fixture
def appointed(office: Office) -> Office:
    office.join("appointed", ("unit_admin", "/city/u002/"))
    return office


def test_a_new_administrator_sets_up_an_authenticator_and_is_in(
    appointed: Office, signer: TokenSigner
) -> None:
    assert appointed.sign_in("appointed").json["code"] == "totp_not_enrolled"
    code = issue(appointed)
    offer = send(appointed, BEGIN, code.lower().replace("-", " "))
    assert offer.status_code == 200, offer.text
    assert offer.json["svg"].startswith("<svg")
    assert pyotp.parse_uri(offer.json["uri"]).secret == offer.json["secret"]
    assert offer.json["expires_in"] == PENDING_FACTOR_LIFETIME.total_seconds()
    answer = send(appointed, CONFIRM, code, totp=digits(appointed, offer.json["secret"]))
    assert answer.status_code == 200, answer.text
    principal = TokenVerifier(signer.public_keys).verify(
        answer.json["access_token"], appointed.clock.now()
    )
    assert Grant("unit_admin", "/city/u002/") in principal.grants
    again = digits(appointed, offer.json["secret"])
    assert appointed.sign_in("appointed", totp=again).json["code"] == "totp_reused"
    appointed.clock.advance(30)
    fresh = digits(appointed, offer.json["secret"])
    assert appointed.sign_in("appointed", totp=fresh).status_code == 200


def test_the_code_is_good_once_and_only_with_the_password(appointed: Office) -> None:
    code = issue(appointed)
    assert send(appointed, BEGIN, code, password="wrong password").json["code"] == "sign_in_failed"
    assert send(appointed, BEGIN, code, username="member").json["code"] == "enrolment_invalid"
    assert send(appointed, BEGIN, "AAAA-AAAA-AAAA").json["code"] == "enrolment_invalid"
    secret = send(appointed, BEGIN, code).json["secret"]
    assert send(appointed, CONFIRM, code, totp="000000").json["code"] == "totp_wrong"
    assert send(appointed, CONFIRM, code, totp=digits(appointed, secret)).status_code == 200
    for path, more in ((BEGIN, {}), (CONFIRM, {"totp": digits(appointed, secret)})):
        answer = send(appointed, path, code, **more)
        assert (answer.status_code, answer.json["code"]) == (410, "enrolment_invalid")


def test_a_page_opened_anew_shows_the_same_secret(appointed: Office) -> None:
    code = issue(appointed)
    first, second = (send(appointed, BEGIN, code).json["secret"] for _ in range(2))
    assert first == second


def test_pages_opened_at_once_show_one_secret(appointed: Office) -> None:
    code = issue(appointed)
    with ThreadPoolExecutor(6) as pool:
        offers = list(pool.map(lambda _: send(appointed, BEGIN, code), range(6)))
    assert {offer.status_code for offer in offers} == {200}
    assert len({offer.json["secret"] for offer in offers}) == 1


def test_of_two_who_confirm_at_once_one_is_in(appointed: Office) -> None:
    code = issue(appointed)
    secret = send(appointed, BEGIN, code).json["secret"]
    barrier = Barrier(6)

    def confirm(_: int) -> tuple[int, str]:
        barrier.wait()
        answer = send(appointed, CONFIRM, code, totp=digits(appointed, secret))
        return answer.status_code, answer.json.get("code", "")

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(confirm, range(6)))
    assert answers == [(200, ""), *[(410, "enrolment_invalid")] * 5]
    alive = (
        "SELECT count(*) FROM sign_ins s JOIN accounts a ON a.id = s.account_id"
        " WHERE a.username = 'appointed' AND s.revoked_at IS NULL"
    )
    assert appointed.rows(alive) == [(1,)]


def test_a_new_code_makes_the_old_one_and_its_picture_worthless(appointed: Office) -> None:
    old = issue(appointed)
    secret = send(appointed, BEGIN, old).json["secret"]
    new = issue(appointed)
    assert send(appointed, BEGIN, old).json["code"] == "enrolment_invalid"
    answer = send(appointed, CONFIRM, new, totp=digits(appointed, secret))
    assert (answer.status_code, answer.json["code"]) == (410, "second_factor_lapsed")
    assert send(appointed, BEGIN, new).json["secret"] != secret


def test_code_and_picture_run_out(appointed: Office) -> None:
    code = issue(appointed)
    secret = send(appointed, BEGIN, code).json["secret"]
    appointed.clock.advance(PENDING_FACTOR_LIFETIME.total_seconds())
    answer = send(appointed, CONFIRM, code, totp=digits(appointed, secret))
    assert (answer.status_code, answer.json["code"]) == (410, "second_factor_lapsed")
    assert send(appointed, BEGIN, code).json["secret"] != secret
    appointed.clock.advance(ENROLMENT_LIFETIME.total_seconds())
    assert send(appointed, BEGIN, code).json["code"] == "enrolment_invalid"


def test_what_the_operator_sets_is_not_replaced_by_a_code_from_before(appointed: Office) -> None:
    code = issue(appointed)
    appointed.people.account(appointed.ids["appointed"], "appointed", secret_of("appointed"))
    assert send(appointed, BEGIN, code).json["code"] == "enrolment_invalid"
    totp = digits(appointed, secret_of("appointed"))
    assert appointed.sign_in("appointed", totp=totp).status_code == 200


def test_a_code_taken_back_is_good_no_more(appointed: Office) -> None:
    code = issue(appointed)
    assert appointed.act("security", "appointed", "second-factor", "DELETE") == (204, "")
    assert send(appointed, BEGIN, code).json["code"] == "enrolment_invalid"


def test_whoever_lost_the_phone_is_signed_out_and_gets_another_factor(office: Office) -> None:
    office.ids["appointed"] = office.ids["unit"]
    office.bearer("unit")
    code = issue(office)
    assert office.refresh("unit").json["code"] == "refresh_invalid"
    assert office.sign_in("unit").json["code"] == "totp_not_enrolled"
    secret = send(office, BEGIN, code, username="unit").json["secret"]
    assert secret != secret_of("unit")
    answer = send(office, CONFIRM, code, username="unit", totp=digits(office, secret))
    assert answer.status_code == 200


def test_nobody_issues_a_code_for_themselves(office: Office) -> None:
    assert office.act("security", "security", "second-factor") == (403, "own_account")
    assert office.sign_in("security").status_code == 200


def test_an_account_without_a_password_needs_an_invitation_first(office: Office) -> None:
    office.join("wechat.only")
    with office.database.unit_of_work() as uow:
        uow.session.execute(
            text(
                "UPDATE accounts SET username = NULL, password_hash = NULL"
                " WHERE username = 'wechat.only'"
            )
        )
        uow.commit()
    assert office.act("security", "wechat.only", "second-factor") == (
        409,
        "account_without_password",
    )


def test_a_locked_account_sets_up_nothing(appointed: Office) -> None:
    code = issue(appointed)
    secret = send(appointed, BEGIN, code).json["secret"]
    appointed.act("system", "appointed", "lock")
    for path, more in ((BEGIN, {}), (CONFIRM, {"totp": digits(appointed, secret)})):
        assert send(appointed, path, code, **more).json["code"] == "account_locked"
    appointed.act("system", "appointed", "unlock")
    assert send(appointed, CONFIRM, code, totp=digits(appointed, secret)).status_code == 200


def test_guessing_is_counted(appointed: Office) -> None:
    code = issue(appointed)
    send(appointed, BEGIN, code)
    for _ in range(limits.SECOND_FACTOR.tries):
        assert send(appointed, CONFIRM, code, totp="000000").json["code"] == "totp_wrong"
        limits.forgive(appointed.redis, limits.PASSWORD, "appointed")
    answer = send(appointed, CONFIRM, code, totp="000000")
    assert (answer.status_code, answer.json["code"]) == (429, "too_many_attempts")
    limits.forgive(appointed.redis, limits.PASSWORD, "appointed")
    for _ in range(limits.PASSWORD.tries):
        assert send(appointed, BEGIN, "AAAA-AAAA-AAAA").status_code == 410
    assert send(appointed, BEGIN, code).status_code == 429


def test_nothing_of_it_lies_readable_in_the_database(appointed: Office) -> None:
    code = issue(appointed)
    secret = send(appointed, BEGIN, code).json["secret"]
    body = {"Idempotency-Key": "again"}
    appointed.call("security", "POST", f"/accounts/{appointed.ids['member']}/second-factor", **body)
    assert appointed.rows("SELECT count(*) FROM idempotency_keys") == [(0,)]
    kept = str(appointed.rows("SELECT encode(code_index, 'escape') FROM enrolment_codes"))
    kept += str(appointed.rows("SELECT encode(secret_sealed, 'escape') FROM pending_factors"))
    kept += str(appointed.rows("SELECT audit_log::text FROM audit_log"))
    for telling in (code, code.replace("-", ""), secret):
        assert telling not in kept


def test_one_replaces_the_own_authenticator_while_signed_in_with_it(office: Office) -> None:
    office.bearer("unit")
    other = office.sign_in("unit").json["refresh_token"]
    secret = office.call("unit", "POST", "/me/second-factor").json["secret"]
    assert office.sign_in("unit").status_code == 200  # the old one, until the new one is confirmed
    confirm = "/me/second-factor/confirm"
    assert office.call("unit", "POST", confirm, {"totp": "000000"}).json["code"] == "totp_wrong"
    answer = office.call("unit", "POST", confirm, {"totp": digits(office, secret)})
    assert answer.status_code == 204, answer.text
    old = digits(office, secret_of("unit"), 1)
    assert office.sign_in("unit", totp=old).json["code"] == "totp_wrong"
    assert office.refresh("unit").status_code == 200
    ended = office.app.test_client().post("/api/v1/auth/refresh", json={"refresh_token": other})
    assert ended.json["code"] == "refresh_invalid"
    again = office.call("unit", "POST", confirm, {"totp": digits(office, secret)})
    assert (again.status_code, again.json["code"]) == (410, "second_factor_lapsed")


def test_a_session_without_the_factor_does_not_replace_it(office: Office) -> None:
    """By WeChat or invitation one is a member; so is whoever took the phone."""
    for path in ("/me/second-factor", "/me/second-factor/confirm"):
        answer = office.call(
            "member", "POST", path, {"totp": "000000"} if "confirm" in path else None
        )
        assert (answer.status_code, answer.json["code"]) == (403, "second_factor_needed")
