"""Messages over HTTP, the same in every service."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from apiflask import APIFlask
from redis import Redis
from sqlalchemy import insert, text

from shared.database import Database
from shared.ids import new_id
from shared.jobs import enqueue
from shared.messaging.envelope import Envelope
from shared.messaging.tables import dead_letters
from shared.testing.plugin import TokenFor
from tests.architecture.services import MakeService

PREFIXES = {"points": "points-messages", "events": "event-messages", "gateway": "account-messages"}
STREAM, CONSUMER = "roster", {"points": "boards:roster", "events": "events:roster", "gateway": "gateway:roster"}  # fmt: skip

Call = Callable[..., Any]


@pytest.fixture(params=PREFIXES)
def service(request: pytest.FixtureRequest, make_service: MakeService) -> APIFlask:
    return make_service(request.param)


@pytest.fixture
def database(service: APIFlask) -> Database:
    found: Database = service.extensions["suite"].database
    return found


@pytest.fixture
def call(service: APIFlask, token_for: TokenFor) -> Call:
    """Ask the service below its prefix: ``call("GET", "/dead-letters")``."""
    prefix = PREFIXES[service.extensions["suite"].name]
    member, tokens = new_id(), dict[str, str]()

    def ask(method: str, path: str = "", body: Any = None, role: str = "system_admin") -> Any:
        token = tokens.setdefault(role, token_for(member, "/city/u1/", [(role, "/city/")]))
        headers = {"Authorization": f"Bearer {token}"}
        return service.test_client().open(
            f"/api/v1/{prefix}{path}", method=method, json=body, headers=headers
        )

    return ask


def bury(database: Database, consumer: str, count: int = 1) -> list[UUID]:
    """Put letters of a reader into the database, as it would; return their ids."""
    ids = [new_id() for _ in range(count)]
    about = {"member_id": str(new_id()), "name": "王小明"}
    with database.unit_of_work() as uow:
        for letter in ids:
            message = Envelope(new_id(), "x.v1", str(new_id()), uow.clock.now(), about).encode()
            values = {"id": letter, "consumer": consumer, "stream": consumer.split(":")[1]}
            told = {"message": message, "error": "ValueError: 王小明", "attempts": 5}
            uow.session.execute(insert(dead_letters).values(**values, **told))
        uow.commit()
    return ids


def test_those_who_watch_see_each_reader_and_what_waits(
    call: Call, service: APIFlask, database: Database
) -> None:
    consumer = CONSUMER[service.extensions["suite"].name]
    bury(database, consumer, 2)
    for role in ("system_admin", "auditor"):
        answer = call("GET", role=role)
        assert answer.status_code == 200
        assert consumer in {reader["consumer"] for reader in answer.json["readers"]}
        assert answer.json["dead_letters"] == [{"consumer": consumer, "waiting": 2, "set_aside": 0}]
        assert answer.json["outbox"] == {"waiting": 0, "oldest_seconds": None}
    assert call("GET", "/dead-letters", role="auditor").json["code"] == "role_needed"


def test_while_redis_is_away_the_figures_say_so_and_nothing_is_marked_as_sent(
    call: Call, database: Database, service: APIFlask, monkeypatch: pytest.MonkeyPatch
) -> None:
    (letter,) = bury(database, "a:roster")
    away = Redis(port=9)
    object.__setattr__(service.extensions["suite"], "redis", away)
    assert call("GET").json["readers"] is None
    for path, body in ((f"/{letter}/redrive", None), ("/redrive", {"count": 1})):
        answer = call("POST", f"/dead-letters{path}", body)
        assert (answer.status_code, answer.json["code"]) == (503, "temporarily_unavailable")
    (shown,) = call("GET", "/dead-letters").json["items"]
    assert shown["state"] == "waiting"


def test_letters_are_paged_and_show_no_names(call: Call, database: Database) -> None:
    ids = bury(database, "a:roster", 3)
    first = call("GET", "/dead-letters?limit=2&consumer=a:roster&state=waiting").json
    second = call("GET", f"/dead-letters?limit=2&cursor={first['next_cursor']}").json
    shown = first["items"] + second["items"]
    assert [letter["id"] for letter in shown] == [str(letter) for letter in reversed(ids)]
    assert second["next_cursor"] is None
    assert "王" not in str(shown)
    assert shown[0]["ids"].keys() == {"member_id"}
    assert call("GET", "/dead-letters?state=lost").status_code == 422


def test_a_letter_is_sent_again_once(call: Call, database: Database, redis_client: Redis) -> None:
    (letter,) = bury(database, "a:roster")
    answer = call("POST", f"/dead-letters/{letter}/redrive")
    assert (answer.status_code, answer.json["state"]) == (200, "sent_again")
    again = call("POST", f"/dead-letters/{letter}/redrive")
    assert (again.status_code, again.json["code"]) == (409, "dead_letter_sent_again")
    aside = call("POST", f"/dead-letters/{letter}/set-aside", {"reason": "误发"})
    assert (aside.status_code, aside.json["code"]) == (409, "dead_letter_sent_again")
    assert redis_client.xlen("stream:roster") == 1


def test_a_letter_is_set_aside_with_a_reason(call: Call, database: Database) -> None:
    (letter,) = bury(database, "a:roster")
    place = f"/dead-letters/{letter}/set-aside"
    for reason in ("", " ", "\0"):
        assert call("POST", place, {"reason": reason}).status_code == 422
    answer = call("POST", place, {"reason": "误发"})
    assert (answer.status_code, answer.json["state"]) == (200, "set_aside")
    assert answer.json["set_aside_reason"] == "误发"
    again = call("POST", place, {"reason": "误发"})
    assert (again.status_code, again.json["code"]) == (409, "dead_letter_set_aside")
    assert call("GET").json["dead_letters"][0]["set_aside"] == 1


def test_all_that_wait_are_sent_if_they_are_as_many_as_was_seen(
    call: Call, database: Database, redis_client: Redis
) -> None:
    bury(database, "a:roster", 2)
    bury(database, "b:roster")
    refused = call("POST", "/dead-letters/redrive", {"consumer": "a:roster", "count": 3})
    assert (refused.status_code, refused.json["code"]) == (409, "dead_letters_changed")
    assert refused.json["count"] == 2
    for wrong in ({}, {"count": 0}, {"count": "2"}, {"count": 2, "state": "set_aside"}):
        assert call("POST", "/dead-letters/redrive", wrong).status_code == 422
    sent = call("POST", "/dead-letters/redrive", {"consumer": "a:roster", "count": 2})
    assert (sent.status_code, sent.json) == (200, {"sent": 2})
    assert call("POST", "/dead-letters/redrive", {"stream": "roster", "count": 1}).json["sent"] == 1
    assert redis_client.xlen("stream:roster") == 3


def test_what_is_not_there_is_not_found(call: Call) -> None:
    for act, body in (("redrive", None), ("set-aside", {"reason": "误发"})):
        answer = call("POST", f"/dead-letters/{new_id()}/{act}", body)
        assert (answer.status_code, answer.json["code"]) == (404, "dead_letter_unknown")


def test_who_looked_and_who_decided_is_in_the_audit_log(
    call: Call, service: APIFlask, database: Database
) -> None:
    if not service.extensions["suite"].audited:
        return
    (letter,) = bury(database, "a:roster")
    call("GET")
    call("GET", "/dead-letters")
    call("POST", f"/dead-letters/{letter}/redrive")
    with database.unit_of_work() as uow:
        acts = uow.session.execute(text("SELECT action, subject_ids FROM audit_log ORDER BY id"))
        prefix = f"/{PREFIXES[service.extensions['suite'].name]}/dead-letters"
        assert [tuple(act) for act in acts] == [
            (f"GET {prefix}", []),
            (f"POST {prefix}/<letter_id>/redrive", [letter]),
        ]


def test_long_work_is_told_as_long_as_it_is_not_done(
    call: Call, service: APIFlask, database: Database
) -> None:
    name = service.extensions["suite"].name
    assert call("GET").json["work"] == []
    if name == "gateway":
        return
    with database.unit_of_work() as uow:
        for kind, state, attempts in (("roster", "queued", 0), ("roster", "queued", 1), ("x", "done", 1)):  # fmt: skip
            values = {"id": new_id(), "kind": kind, "state": state, "attempts": attempts, "now": uow.clock.now()}  # fmt: skip
            content = "'x'" if state == "queued" else "NULL"
            finished = "NULL" if state == "queued" else ":now"
            uow.session.execute(
                text(
                    "INSERT INTO imports (id, kind, filename, content, principal, created_by,"
                    f" created_at, finished_at, state) VALUES (:id, :kind, 'f', {content}, '{{}}', :id,"
                    f" :now, {finished}, :state)"
                ),
                values,
            )
            uow.session.execute(
                text("INSERT INTO import_progress (import_id, attempts) VALUES (:id, :attempts)"),
                values,
            )
        if name == "points":
            enqueue(uow, None, "proof", {})
        uow.commit()
    work = call("GET").json["work"]
    found = [(each["queue"], each["kind"], each["waiting"], each["running"]) for each in work]
    assert found == [("imports", "roster", 1, 1), ("jobs", "proof", 1, 0)][: len(found)]
    assert len(found) == (2 if name == "points" else 1)
