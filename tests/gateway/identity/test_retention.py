"""Sign-ins and invitations of long ago are given up; those that may still be used are not."""

from datetime import timedelta

from sqlalchemy import text

from services.gateway.retention import rules
from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from shared.retention import Kept
from shared.retention.rules import keep_no_longer
from tests.gateway.conftest import People

LONG_AGO, LATELY = timedelta(days=366), timedelta(days=364)


def test_sign_ins_and_invitations_of_a_year_ago_are_given_up(
    database: Database, people: People, clock: FixedClock
) -> None:
    member = people.member()
    people.account(member, "zhangsan")
    now = clock.now()
    with database.unit_of_work() as uow:
        account = uow.session.scalar(text("SELECT id FROM accounts"))
        for name, revoked, expires in (
            ("expired long ago", None, now - LONG_AGO),
            ("ended long ago", now - LONG_AGO, now + LATELY),
            ("expired lately", None, now - LATELY),
            ("ended lately", now - LATELY, now - LATELY),
            ("in use", None, now + LATELY),
        ):
            uow.session.execute(
                text(
                    "INSERT INTO sign_ins (id, account_id, second_factor, created_at, rotated_at,"
                    " expires_at, revoked_at, revoked_because)"
                    " VALUES (:id, :account, false, :past, :past, :expires, :revoked, :because)"
                ),
                {
                    "id": new_id(), "account": account, "past": now - 2 * LONG_AGO,
                    "expires": expires, "revoked": revoked, "because": name if revoked else None,
                },
            )  # fmt: skip
        for used, expires in (
            (None, now - LONG_AGO),
            (now - LONG_AGO, now + LATELY),
            (now - LATELY, now - LATELY),
            (None, now + LATELY),
        ):
            uow.session.execute(
                text(
                    "INSERT INTO invitations (id, code_index, member_id, created_by, created_at,"
                    " expires_at, used_at)"
                    " VALUES (:id, sha256(:code), :id, :id, :past, :expires, :used)"
                ),
                {
                    "id": (identity := new_id()), "code": identity.bytes, "past": now - 2 * LONG_AGO,
                    "expires": expires, "used": used,
                },
            )  # fmt: skip
        uow.commit()
    given_up = keep_no_longer(database, rules(Kept()))
    assert given_up is not None
    assert (given_up["sign_ins"], given_up["invitations"]) == (2, 2)
