"""What is done to accounts is in a log of the gateway's own; what members do for themselves mostly not."""

from sqlalchemy import text

from services.gateway.retention import rules
from shared.retention import Kept
from shared.retention.rules import keep_no_longer
from tests.gateway.accounts.conftest import Office
from tests.gateway.conftest import PASSWORD


def test_each_act_upon_an_account_is_noted_with_whom_it_was_about(office: Office) -> None:
    security, system = office.ids["security"], office.ids["system"]
    office.act("security", "member", "second-factor")
    office.act("system", "member", "lock")
    office.act("system", "member", "unlock")
    office.act("security", "member", "sessions", "DELETE")
    office.act("system", "auditor", "lock")
    assert office.log() == [
        (security, "POST /auth/password", 200),
        (security, "POST /accounts/<member_id>/second-factor", 201),
        (system, "POST /auth/password", 200),
        (system, "POST /accounts/<member_id>/lock", 200),
        (system, "POST /accounts/<member_id>/unlock", 200),
        (security, "DELETE /accounts/<member_id>/sessions", 204),
        (system, "POST /accounts/<member_id>/lock", 403),
    ]
    about = office.rows("SELECT subject_ids FROM audit_log WHERE action LIKE '%/lock'")
    assert [row[0][0] for row in about] == [office.ids["member"], office.ids["auditor"]]
    assert "手机遗失" not in str(office.rows("SELECT audit_log::text FROM audit_log"))


def test_the_auditor_reads_it_with_names_masked_and_nobody_else(office: Office) -> None:
    office.bearer("member")
    office.act("system", "member", "lock")
    page = office.call("auditor", "GET", f"/account-audit?subject_id={office.ids['member']}")
    (act,) = page.json["items"]
    assert (act["actor_name"], act["action"]) == ("张*", "POST /accounts/<member_id>/lock")
    for username in ("system", "security", "unit", "member"):
        assert office.call(username, "GET", "/account-audit").json["code"] == "role_needed"


def test_looking_at_accounts_is_noted(office: Office) -> None:
    office.call("system", "GET", "/accounts?q=zhang&state=locked")
    office.call("system", "GET", f"/accounts/{office.ids['member']}")
    looked = office.rows(
        "SELECT action, filters->>'q', filters->>'state' FROM audit_log"
        " WHERE action LIKE 'GET %' ORDER BY id"
    )
    assert looked == [
        ("GET /accounts", "…", "locked"),
        ("GET /accounts/<member_id>", None, None),
    ]


def test_an_administrators_sign_in_is_noted_and_a_members_is_not(office: Office) -> None:
    office.bearer("member")
    office.sign_in("unit")
    office.sign_in("unit", totp="000000")
    office.sign_in("unit", "not the password")
    unit = office.ids["unit"]
    assert office.log() == [(unit, "POST /auth/password", 200), (unit, "POST /auth/password", 401)]


def test_reading_the_own_inbox_is_nobody_s_business(office: Office) -> None:
    office.call("member", "POST", "/me/inbox/read-all")
    assert office.log() == []
    office.call(
        "member", "POST", "/me/password", {"password": PASSWORD, "new_password": "another one x"}
    )
    assert office.log() == [(office.ids["member"], "POST /me/password", 204)]


def test_an_act_that_fails_at_the_end_leaves_neither_change_nor_line(office: Office) -> None:
    office.bearer("system")
    before = office.log()
    with office.database.unit_of_work() as uow:
        uow.session.execute(
            text("ALTER TABLE audit_log ADD CHECK (action NOT LIKE '%/lock') NOT VALID")
        )
        uow.commit()
    assert office.act("system", "member", "lock")[0] == 500
    assert office.log() == before
    assert office.rows("SELECT count(*) FROM accounts WHERE locked_at IS NOT NULL") == [(0,)]


def test_what_is_past_its_time_is_given_up(office: Office) -> None:
    office.clock.advance(-800 * 86_400)
    office.bearer("member")
    office.act("security", "member", "second-factor")
    office.call("member", "POST", "/me/inbox/read-all", **{"Idempotency-Key": "k"})
    office.clock.advance(800 * 86_400)
    with office.database.unit_of_work() as uow:
        # The database's own clock dates it.
        uow.session.execute(
            text("UPDATE idempotency_keys SET created_at = created_at - interval '30 days'")
        )
        uow.commit()
    assert keep_no_longer(office.database, rules(Kept())) is not None
    for table in ("audit_log", "sign_ins", "enrolment_codes", "idempotency_keys"):
        assert office.rows(f"SELECT count(*) FROM {table}") == [(0,)], table
    signed_in = office.rows("SELECT signed_in_at FROM accounts WHERE username = 'member'")
    assert signed_in[0][0] is not None
