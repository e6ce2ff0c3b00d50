"""The log of the events service: read by auditors, kept as long as it should be."""

from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import text

from services.events.audit.retention import rules
from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from shared.retention import Kept
from shared.retention.rules import keep_no_longer
from shared.testing.plugin import TokenFor
from tests.events.door import Event
from tests.events.ways import Ways


def as_auditor(token_for: TokenFor, role: str = "auditor") -> dict[str, str]:
    token = token_for(new_id(), "/city/u009/b0009/", [(role, "/city/")])
    return {"Authorization": f"Bearer {token}"}


def test_auditors_see_who_did_what_with_names_masked(
    client: FlaskClient, ways: Ways, event: Event, token_for: TokenFor, database: Database
) -> None:
    check_in = ways.go("desk", event, ways.member())
    secretary = ways.member(name="张三丰")
    with database.unit_of_work() as uow:
        uow.session.execute(
            text("UPDATE roster_members SET id = :new WHERE id = :id"),
            {"id": secretary, "new": event.secretary},
        )
        uow.commit()
    answer = client.get(f"/api/v1/event-audit?subject_id={event.id}", headers=as_auditor(token_for))
    assert answer.status_code == 200, answer.text
    (act,) = answer.json["items"]
    assert (act["actor_name"], act["status"]) == ("张*", 201)
    assert act["action"] == "POST /events/<event_id>/check-ins"
    assert UUID(act["actor_id"]) == check_in["recorded_by"]


def test_nobody_else_reads_it(client: FlaskClient, token_for: TokenFor) -> None:
    for role in ("member", "branch_secretary", "unit_admin", "city_admin", "organiser"):
        for path in ("event-audit", "event-audit/export"):
            answer = client.get(f"/api/v1/{path}", headers=as_auditor(token_for, role))
            assert (answer.status_code, answer.json["code"]) == (403, "role_needed")


def test_a_phones_own_scan_is_not_in_it(ways: Ways, event: Event, database: Database) -> None:
    ways.go("code", event, ways.member())
    with database.unit_of_work() as uow:
        assert uow.session.scalar(text("SELECT count(*) FROM audit_log")) == 0


def test_what_is_past_its_time_is_given_up(
    ways: Ways, event: Event, database: Database, clock: FixedClock
) -> None:
    clock.advance(-800 * 86_400)
    ways.staff(event, "GET", f"/events/{event.id}/attendance")
    clock.advance(400 * 86_400)
    ways.staff(event, "GET", f"/events/{event.id}/attendance")
    clock.advance(400 * 86_400)
    with database.unit_of_work() as uow:
        uow.session.execute(
            text("INSERT INTO idempotency_keys (owner, key, request_hash, created_at) VALUES"
                 " (:id, 'old', '', :old), (:id, 'new', '', :new)"),
            {"id": new_id(), "old": "2026-11-15T00:00Z", "new": "2026-11-20T00:00Z"},
        )  # fmt: skip
        uow.commit()
    keep_no_longer(database, rules(Kept()))
    with database.unit_of_work() as uow:
        assert uow.session.scalar(text("SELECT count(*) FROM audit_log")) == 1
        assert uow.session.scalars(text("SELECT key FROM idempotency_keys")).all() == ["new"]
