"""A lock ends sessions and lets nobody in; nobody is locked out of looking after accounts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.gateway.identity import sessions, totp
from tests.gateway.accounts.conftest import Office
from tests.gateway.conftest import PASSWORD


@pytest.mark.parametrize("by", ["system", "security"])
def test_a_locked_account_is_out_at_once_and_stays_out(office: Office, by: str) -> None:
    office.bearer("member")
    answer = office.call(
        by, "POST", f"/accounts/{office.ids['member']}/lock", {"reason": "借给他人"}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json["locked_reason"] == "借给他人"
    assert answer.json["sessions"] == []
    for refused in (office.refresh("member"), office.sign_in("member")):
        assert (refused.status_code, refused.json["code"]) == (403, "account_locked")
    assert office.sign_in("member", "not the password").json["code"] == "sign_in_failed"
    answer = office.call(by, "POST", f"/accounts/{office.ids['member']}/unlock")
    assert (answer.json["locked_at"], answer.json["locked_reason"]) == (None, None)
    assert office.refresh("member").json["code"] == "refresh_invalid"
    assert office.sign_in("member").status_code == 200


def test_an_invitation_does_not_open_a_lock_and_is_not_used_up(office: Office) -> None:
    office.join("secretary", ("branch_secretary", "/city/u001/b0001/"))
    body = {"member_ids": [str(office.ids["member"])]}
    code = office.call("secretary", "POST", "/invitations", body).json["items"][0]["code"]
    office.act("system", "member", "lock")
    accept = {"invitation": code, "username": "member", "password": "another good one"}
    client = office.app.test_client()
    assert client.post("/api/v1/auth/invitation", json=accept).json["code"] == "account_locked"
    office.act("system", "member", "unlock")
    assert client.post("/api/v1/auth/invitation", json=accept).status_code == 200


def test_a_reason_is_nowhere_once_the_lock_is_off(office: Office) -> None:
    path = f"/accounts/{office.ids['member']}"
    key = {"Idempotency-Key": "again"}
    office.call("system", "POST", f"{path}/lock", {"reason": "借给他人"}, **key)
    office.call("system", "POST", f"{path}/unlock", **key)
    for table in ("accounts", "idempotency_keys", "audit_log"):
        assert "借给他人" not in str(office.rows(f"SELECT t::text FROM {table} t")), table
    assert office.rows("SELECT count(*) FROM idempotency_keys") == [(0,)]


def test_locking_twice_keeps_the_first_reason(office: Office) -> None:
    office.act("system", "member", "lock", json={"reason": "第一次"})
    assert office.act("security", "member", "lock", json={"reason": "第二次"}) == (200, "")
    assert (
        office.call("system", "GET", f"/accounts/{office.ids['member']}").json["locked_reason"]
        == "第一次"
    )


@pytest.mark.parametrize("reason", ["", "  ", "。。", "x" * 201, None])
def test_a_lock_needs_a_reason_in_words(office: Office, reason: str | None) -> None:
    assert office.act("system", "member", "lock", json={"reason": reason})[0] == 422
    assert office.rows("SELECT count(*) FROM accounts WHERE locked_at IS NOT NULL") == [(0,)]


def test_nobody_locks_themselves(office: Office) -> None:
    for username in ("system", "security"):
        assert office.act(username, username, "lock") == (403, "own_account")
        assert office.act(username, username, "unlock") == (403, "own_account")


@pytest.mark.parametrize("upon", ["security", "auditor"])
def test_a_system_administrator_locks_nobody_with_a_separate_duty(
    office: Office, upon: str
) -> None:
    assert office.act("system", upon, "lock") == (403, "duty_account")
    assert office.act("security2", upon, "lock") == (200, "")
    assert office.act("system", upon, "unlock") == (403, "duty_account")


def test_the_last_security_administrator_who_can_sign_in_is_not_locked(office: Office) -> None:
    assert office.act("security", "security2", "lock") == (200, "")
    office.join("boss", ("security_admin", "/city/"))  # has no second factor, so cannot sign in
    office.tokens.pop("security")
    office.ids["third"] = office.people.member(roles=[("security_admin", "/city/")])
    answer = office.call("security", "POST", f"/accounts/{office.ids['security2']}/unlock")
    assert answer.status_code == 200
    with office.database.unit_of_work() as uow:
        uow.session.execute(
            text("UPDATE accounts SET totp_sealed = NULL WHERE username = 'security'")
        )
        uow.commit()
    assert office.act("security", "security2", "lock") == (409, "last_security_account")


def test_two_who_lock_each_other_at_once_leave_one(office: Office) -> None:
    for _ in range(5):
        office.tokens.clear()
        office.clock.advance(120)
        for username in ("security", "security2"):
            office.steps[username] = -1
            office.bearer(username)
        barrier = Barrier(2)

        def lock(by: str, upon: str, barrier: Barrier = barrier) -> tuple[int, str]:
            barrier.wait()
            return office.act(by, upon, "lock")  # type: ignore[no-any-return]

        with ThreadPoolExecutor(2) as pool:
            answers = sorted(pool.map(lock, ("security", "security2"), ("security2", "security")))
        assert answers[0] == (200, "")
        # The second was too late: for the lock, or to be still signed in.
        assert answers[1] in {(409, "last_security_account"), (401, "refresh_invalid")}
        locked = office.rows("SELECT username FROM accounts WHERE locked_at IS NOT NULL")
        assert len(locked) == 1
        with office.database.unit_of_work() as uow:
            uow.session.execute(
                text("UPDATE accounts SET locked_at = NULL, locked_by = NULL, locked_reason = NULL")
            )
            uow.commit()


def test_whoever_was_locked_locks_nobody_in_the_ten_minutes_the_token_has_left(
    office: Office,
) -> None:
    office.bearer("security2")
    office.act("security", "security2", "lock")
    for method, what in (
        ("POST", "lock"),
        ("POST", "unlock"),
        ("POST", "second-factor"),
        ("DELETE", "second-factor"),
        ("DELETE", "sessions"),
    ):
        assert office.act("security2", "member", what, method) == (401, "refresh_invalid")


@pytest.mark.parametrize("what", ["lock", "unlock", "second-factor"])
def test_an_account_that_is_not_there_is_said_so(office: Office, what: str) -> None:
    office.ids["nobody"], office.ids["without"] = uuid4(), office.people.member()
    for upon in ("nobody", "without"):
        assert office.act("security", upon, what) == (404, "account_unknown")
        answer = office.call("security", "GET", f"/accounts/{office.ids[upon]}")
        assert (answer.status_code, answer.json["code"]) == (404, "account_unknown")


def test_sign_ins_and_turns_that_race_with_a_lock_leave_nobody_in(office: Office) -> None:
    """Whichever comes first: after the lock nothing of the account is alive."""
    for _ in range(6):
        office.tokens.pop("member", None)
        office.bearer("member")
        office.bearer("system")
        barrier = Barrier(4)

        def lock(barrier: Barrier = barrier) -> int:
            barrier.wait()
            return int(office.act("system", "member", "lock")[0])

        def turn(barrier: Barrier = barrier) -> int:
            barrier.wait()
            return office.refresh("member").status_code

        def come_in(barrier: Barrier = barrier) -> int:
            barrier.wait()
            return office.sign_in("member").status_code

        with ThreadPoolExecutor(4) as pool:
            running = [pool.submit(work) for work in (lock, turn, come_in, come_in)]
            statuses = [each.result() for each in running]
        assert statuses[0] == 200
        assert set(statuses[1:]) <= {200, 401, 403}
        assert alive(office, "member") == 0
        office.act("system", "member", "unlock")


def meanwhile(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, work: Callable[[], object]
) -> list[object]:
    """Let something happen elsewhere when a function is called first; return what came of it."""
    known: list[object] = []
    real = getattr(module, name)

    def called(*arguments: object) -> object:
        if not known:
            # In a thread of its own: a request within a request would share its transaction.
            known.append(None)
            with ThreadPoolExecutor(1) as pool:
                known[0] = pool.submit(work).result()
        return real(*arguments)

    monkeypatch.setattr(module, name, called)
    return known


def alive(office: Office, username: str) -> int:
    ((count,),) = office.rows(
        "SELECT count(*) FROM sign_ins s JOIN accounts a ON a.id = s.account_id"
        " WHERE a.username = :name AND s.revoked_at IS NULL",
        name=username,
    )
    return int(count)


def test_a_session_that_was_about_to_begin_does_not_outlive_the_lock(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sign-in has proved itself before the lock, and asks to begin after it."""
    office.bearer("system")
    done = meanwhile(
        monkeypatch, sessions, "active_member", lambda: office.act("system", "member", "lock")
    )
    assert office.sign_in("member").json["code"] == "account_locked"
    assert done == [(200, "")]
    assert alive(office, "member") == 0


def test_a_second_factor_taken_away_meanwhile_begins_no_session(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.bearer("security")
    done = meanwhile(
        monkeypatch,
        totp,
        "matching_step",
        lambda: office.act("security", "unit", "second-factor")[0],
    )
    assert office.sign_in("unit").json["code"] == "sign_in_failed"
    assert done == [201]
    assert alive(office, "unit") == 0


def test_a_password_changed_meanwhile_begins_no_session(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.bearer("member")
    body = {"password": PASSWORD, "new_password": "another good one"}
    done = meanwhile(
        monkeypatch,
        sessions,
        "active_member",
        lambda: office.call("member", "POST", "/me/password", body).status_code,
    )
    assert office.sign_in("member").json["code"] == "sign_in_failed"
    assert done == [204]
    assert alive(office, "member") == 1
