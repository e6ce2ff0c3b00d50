"""One's own sessions and password."""

from uuid import UUID

import pytest

from services.gateway.identity import limits
from tests.gateway.accounts.conftest import Office
from tests.gateway.conftest import PASSWORD

NEW = "another good password"


def own(office: Office, username: str = "member") -> list[dict[str, object]]:
    items: list[dict[str, object]] = office.call(username, "GET", "/me/sessions").json["items"]
    return items


def change(office: Office, old: str, new: str) -> tuple[int, str]:
    answer = office.call("member", "POST", "/me/password", {"password": old, "new_password": new})
    return answer.status_code, answer.json["code"] if answer.data else ""


def test_the_own_sessions_are_listed_and_the_one_that_asks_is_marked(office: Office) -> None:
    office.bearer("member")
    office.clock.advance(60)
    office.sign_in("member")
    sessions = own(office)
    assert [each["current"] for each in sessions] == [False, True]
    assert {each["how"] for each in sessions} == {"password"}
    assert set(sessions[0]) == {
        "id", "how", "second_factor", "begun_at", "renewed_at", "ends_at", "current",
    }  # fmt: skip
    office.tokens["member"] = office.refresh("member").json
    renewed = [each for each in own(office) if each["current"]]
    assert renewed[0]["renewed_at"] > renewed[0]["begun_at"]  # type: ignore[operator]
    assert [each["current"] for each in own(office, "unit")] == [True]


def test_what_a_session_is_called_opens_nothing(office: Office) -> None:
    """Half of a refresh token's secrecy rests on the session's id."""
    named = {each["id"] for each in own(office)}
    assert named.isdisjoint(str(row[0]) for row in office.rows("SELECT id FROM sign_ins"))


def test_one_ends_another_session_of_ones_own_and_nobody_else_s(office: Office) -> None:
    office.bearer("member")
    lost = office.sign_in("member").json["refresh_token"]
    (other,) = (each["id"] for each in own(office) if not each["current"])
    foreign = office.call("unit", "DELETE", f"/me/sessions/{other}")
    assert (foreign.status_code, foreign.json["code"]) == (404, "session_unknown")
    assert office.call("member", "DELETE", f"/me/sessions/{other}").status_code == 204
    client = office.app.test_client()
    answer = client.post("/api/v1/auth/refresh", json={"refresh_token": lost})
    assert answer.json["code"] == "refresh_invalid"
    assert office.refresh("member").status_code == 200
    again = office.call("member", "DELETE", f"/me/sessions/{other}")
    assert (again.status_code, again.json["code"]) == (404, "session_unknown")


def test_another_password_ends_the_other_sessions(office: Office) -> None:
    office.bearer("member")
    other = office.sign_in("member").json["refresh_token"]
    assert change(office, PASSWORD, NEW) == (204, "")
    client = office.app.test_client()
    assert client.post("/api/v1/auth/refresh", json={"refresh_token": other}).status_code == 401
    assert office.refresh("member").status_code == 200
    assert office.sign_in("member").json["code"] == "sign_in_failed"
    assert office.sign_in("member", NEW).status_code == 200


def test_a_wrong_or_weak_password_changes_nothing(office: Office) -> None:
    assert change(office, "not the password", NEW) == (422, "password_wrong")
    assert change(office, PASSWORD, "short") == (400, "password_weak")
    assert change(office, PASSWORD, "member") == (400, "password_weak")
    assert office.sign_in("member").status_code == 200


def test_guessing_the_old_password_is_counted(office: Office) -> None:
    office.bearer("member")
    for _ in range(limits.PASSWORD.tries):
        assert change(office, "not the password", NEW)[0] == 422
    assert change(office, PASSWORD, NEW) == (429, "too_many_attempts")


def test_a_session_that_was_ended_changes_no_password(office: Office) -> None:
    office.bearer("member")
    office.act("security", "member", "sessions", "DELETE")
    assert change(office, PASSWORD, NEW) == (401, "refresh_invalid")
    office.tokens.clear()
    assert office.sign_in("member").status_code == 200


def test_without_a_password_there_is_none_to_change(office: Office) -> None:
    from sqlalchemy import text

    office.bearer("member")
    with office.database.unit_of_work() as uow:
        uow.session.execute(
            text(
                "UPDATE accounts SET username = NULL, password_hash = NULL WHERE username = 'member'"
            )
        )
        uow.commit()
    assert change(office, PASSWORD, NEW) == (409, "account_without_password")


def test_a_security_administrator_ends_one_session_or_all(office: Office) -> None:
    office.bearer("member")
    second = office.sign_in("member").json["refresh_token"]
    (current,) = (each["id"] for each in own(office) if each["current"])
    assert office.act("security", "member", f"sessions/{current}", "DELETE") == (204, "")
    assert office.act("security", "member", f"sessions/{current}", "DELETE") == (
        404,
        "session_unknown",
    )
    assert office.refresh("member").status_code == 401
    client = office.app.test_client()
    answer = client.post("/api/v1/auth/refresh", json={"refresh_token": second})
    assert answer.status_code == 200
    assert office.act("security", "member", "sessions", "DELETE") == (204, "")
    refreshed = {"refresh_token": answer.json["refresh_token"]}
    assert client.post("/api/v1/auth/refresh", json=refreshed).status_code == 401


@pytest.mark.parametrize("what", ["sessions", f"sessions/{UUID(int=7)}", "second-factor"])
def test_a_system_administrator_leaves_sessions_and_factors_alone(
    office: Office, what: str
) -> None:
    method = "POST" if what == "second-factor" else "DELETE"
    assert office.act("system", "member", what, method) == (403, "role_needed")
