"""Each service says what it keeps for how long, and its rules fit its own tables."""

from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import text

from services.events.audit.retention import rules as events_rules
from services.gateway.retention import rules as gateway_rules
from services.points.audit.retention import rules as points_rules
from shared.ids import new_id
from shared.retention.rules import Rule, keep_no_longer
from shared.testing.plugin import TokenFor
from tests.architecture.services import MakeService

PATHS = {"points": "points-retention", "events": "event-retention", "gateway": "account-retention"}
ALL = {"idempotency_keys", "inbox", "outbox", "dead_letters", "set_aside_letters", "retention_runs"}
MORE = {
    "points": {
        "facts", "ledger_entries", "audit_log", "attachments", "report_files", "import_previews",
    },
    "events": {"check_ins", "audit_log", "devices", "import_previews"},
    "gateway": {
        "audit_log", "notices", "sign_ins", "invitations", "enrolment_codes", "pending_factors",
    },
}  # fmt: skip


@pytest.fixture(params=PATHS)
def service(request: pytest.FixtureRequest, make_service: MakeService) -> APIFlask:
    return make_service(request.param)


def rules_of(service: APIFlask) -> list[Rule]:
    suite = service.extensions["suite"]
    make = {
        "points": lambda: points_rules(suite.settings, suite.database),
        "events": lambda: events_rules(suite.settings.kept),
        "gateway": lambda: gateway_rules(suite.settings.kept),
    }
    return list(make[suite.name]())


def look(service: APIFlask, token_for: TokenFor, role: str = "system_admin") -> Any:
    token = token_for(new_id(), "/city/u1/", [(role, "/city/")])
    path = f"/api/v1/{PATHS[service.extensions['suite'].name]}"
    return service.test_client().get(path, headers={"Authorization": f"Bearer {token}"})


def test_each_service_says_what_it_keeps_and_what_it_gave_up(
    service: APIFlask, token_for: TokenFor
) -> None:
    suite = service.extensions["suite"]
    before = look(service, token_for).json
    assert {rule["what"] for rule in before["rules"]} == ALL | MORE[suite.name]
    assert before["runs"] == []
    given_up = keep_no_longer(suite.database, rules_of(service))
    assert given_up is not None
    assert set(given_up.values()) == {0}
    for role in ("system_admin", "auditor"):
        after = look(service, token_for, role).json
        assert after["runs"][0]["given_up"] == given_up
        assert all((rule["given_up"] == 0) is bool(rule["days"]) for rule in after["rules"])
    assert look(service, token_for, "city_admin").json["code"] == "role_needed"


def test_messages_and_answers_already_given_go_and_what_waits_stays(service: APIFlask) -> None:
    database = service.extensions["suite"].database
    with database.unit_of_work() as uow:
        times = {"now": uow.clock.now()}
        for statement in (
            "INSERT INTO inbox SELECT 'a', gen_random_uuid(), CAST(:now AS timestamptz) - d FROM days",
            (
                "INSERT INTO outbox (id, stream, type, key, data, created_at, published_at) SELECT"
                " gen_random_uuid(), 'notices', 't', 'k', '{}', CAST(:now AS timestamptz) - d,"
                " CASE WHEN sent THEN CAST(:now AS timestamptz) - d END FROM days, (VALUES (true), (false)) s (sent)"
            ),
            (
                "INSERT INTO dead_letters (id, consumer, stream, message, error, attempts, failed_at,"
                " redriven_at) SELECT gen_random_uuid(), 'a:b', 'b', '', '', 1, CAST(:now AS timestamptz) - d,"
                " CASE WHEN sent THEN CAST(:now AS timestamptz) - d END FROM days, (VALUES (true), (false)) s (sent)"
            ),
            (
                "INSERT INTO dead_letters (id, consumer, stream, message, error, attempts, set_aside_at,"
                " set_aside_reason) SELECT gen_random_uuid(), 'c:b', 'b', '', '', 1,"
                " CAST(:now AS timestamptz) - d * 9, 'x' FROM days"
            ),
            (
                "INSERT INTO idempotency_keys (owner, key, request_hash, created_at) SELECT"
                " gen_random_uuid(), 'k', '', CAST(:now AS timestamptz) - d FROM days"
            ),
        ):
            days = "WITH days (d) AS (VALUES (interval '91 days'), (interval '6 days')) "
            at = statement.index("SELECT")
            uow.session.execute(text(statement[:at] + days + statement[at:]), times)
        uow.commit()
    keep_no_longer(database, rules_of(service))
    with database.unit_of_work() as uow:
        left = {
            table: uow.session.scalar(text(f"SELECT count(*) FROM {table}"))
            for table in ("inbox", "outbox", "dead_letters", "idempotency_keys")
        }
    assert left == {"inbox": 1, "outbox": 3, "dead_letters": 4, "idempotency_keys": 1}


def test_what_points_was_told_of_events_stays_to_be_compared(service: APIFlask) -> None:
    suite = service.extensions["suite"]
    with suite.database.unit_of_work() as uow:
        uow.session.execute(
            text(
                "INSERT INTO outbox (id, stream, type, key, data, published_at) VALUES"
                " (gen_random_uuid(), 'attendance', 't', 'k', '{}', '2020-01-01T00:00Z')"
            )
        )
        uow.commit()
    given_up = keep_no_longer(suite.database, rules_of(service))
    assert given_up is not None
    assert given_up["outbox"] == (0 if suite.name == "events" else 1)
