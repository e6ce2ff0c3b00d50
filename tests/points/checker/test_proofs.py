"""Proofs are made each night and when somebody asks, kept, and shown to those who oversee."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import text

from services.points.checker import proofs
from services.points.config import Settings
from services.points.jobs import kinds
from services.points.leaderboards.projector import Projector
from shared.clock import SHANGHAI, FixedClock
from shared.database import Database
from shared.jobs import JobRunner
from shared.storage import FolderStorage
from shared.testing.plugin import TokenFor

Call = Callable[..., Any]


@pytest.fixture
def call(client: FlaskClient, token_for: TokenFor) -> Call:
    def send(method: str, path: str = "", role: str = "auditor") -> Any:
        headers = {"Authorization": f"Bearer {token_for(roles=[(role, '/city/')])}"}
        return client.open(f"/api/v1/proofs{path}", method=method, headers=headers)

    return send


@pytest.fixture
def runner(city: Database, redis_url: str, storage: FolderStorage, public_keys: Path) -> JobRunner:
    settings = Settings(city.url, redis_url, public_keys, threads=1, storage=storage)
    return JobRunner(city, kinds(settings))


@pytest.fixture
def entry(
    city: Database, add_member: Callable[..., UUID], attend: Any, post: Call, redis_client: Redis
) -> UUID:
    """A member with one entry, who is on the boards."""
    member = add_member()
    post(attend(member))
    Projector(city, redis_client).rebuild()
    return member


def test_a_proof_is_asked_for_once_made_beside_the_services_and_shown(
    call: Call, runner: JobRunner, entry: UUID
) -> None:
    none = call("GET", "/latest")
    assert (none.status_code, none.json["code"]) == (404, "no_proof_yet")
    asked, again = call("POST"), call("POST", role="city_admin")
    assert (asked.status_code, asked.json["state"]) == (202, "queued")
    assert again.json == asked.json
    assert runner.run_once()
    assert not runner.run_once()
    latest = call("GET", "/latest", role="unit_admin").json
    document = latest["document"]
    assert (latest["ok"], document["broken"], document["violations"]) == (True, 0, [])
    assert (document["members"], document["facts"], document["entries"]) == (1, 1, 1)
    assert (document["points"], document["boards"]) == (2, 6)
    assert document["seals"].keys() == {"audit_log", "facts", "ledger_entries", "row_journal"}
    assert call("POST").json["id"] != asked.json["id"]
    assert runner.run_once()
    newest = call("GET", "?limit=1").json
    rest = call("GET", f"?cursor={newest['next_cursor']}").json
    assert [proof["id"] for proof in rest["items"]] == [latest["id"]]


@pytest.mark.parametrize("role", ["member", "branch_secretary", "organiser"])
def test_others_are_not_shown_whose_points_are_wrong(call: Call, role: str) -> None:
    for method, path in (("GET", ""), ("GET", "/latest"), ("POST", "")):
        refused = call(method, path, role)
        assert (refused.status_code, refused.json["code"]) == (403, "role_needed")


def test_what_is_broken_is_said_in_words_and_in_the_log(
    call: Call,
    runner: JobRunner,
    city: Database,
    entry: UUID,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with city.unit_of_work() as uow:
        uow.session.execute(text("SET LOCAL session_replication_role = replica"))
        uow.session.execute(text("UPDATE ledger_entries SET points = points + 10"))
        uow.commit()
    call("POST")
    assert runner.run_once()
    latest = call("GET", "/latest").json
    assert not latest["ok"]
    assert f"the proof found {latest['document']['broken']} things broken" in caplog.text
    found = {violation["rule"]: violation for violation in latest["document"]["violations"]}
    balance = found["sum of entries = balance"]
    assert balance == balance | {"where": f"{entry} 2026", "expected": 20, "found": 30}
    standing = found["entry = score"]
    assert standing["where"].startswith(f"{entry} 2026 ")
    assert (standing["expected"]["points"], standing["found"]["points"]) == (20, 30)
    assert standing["found"]["occurred_at"].startswith("2026-11-")


def test_boards_that_lag_behind_are_looked_at_again(
    city: Database, entry: UUID, attend: Any, post: Call, redis_client: Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    post(attend(entry, "theme_day"))
    monkeypatch.setattr(proofs, "sleep", lambda _: None)
    _, late = proofs.prove(city, redis_client)
    assert {violation.rule for violation in late.violations} == {"board = total"}
    monkeypatch.setattr(proofs, "sleep", lambda _: Projector(city, redis_client).rebuild())
    _, proof = proofs.prove(city, redis_client)
    assert proof.violations == []


def test_each_night_asks_for_one_proof(city: Database, clock: FixedClock) -> None:
    asked = []
    # From nine in the morning 60 hours on, in which the jobs' process does what was asked for.
    for _ in range(60 * 6):
        clock.advance(600)
        with city.unit_of_work() as uow:
            if proofs.ask_nightly(uow):
                asked.append(clock.now().astimezone(SHANGHAI).hour)
                uow.session.execute(
                    text("UPDATE jobs SET state = 'done', finished_at = now(), result = '{}'")
                )
            uow.commit()
    assert asked == [3, 3]
