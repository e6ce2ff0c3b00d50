"""One's own data to take along: all of it, or a refusal."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from apiflask import APIFlask
from flask import request
from flask.testing import FlaskClient
from redis import Redis
from werkzeug.test import TestResponse

from services.gateway.app import create_app
from services.gateway.config import Settings
from shared.clock import FixedClock
from tests.gateway.conftest import PATH, People
from tests.gateway.pages.conftest import Behind


@pytest.fixture
def app(
    settings: Settings, behind: Behind, redis_client: Redis, clock: FixedClock
) -> Iterator[APIFlask]:
    """The gateway with `behind` as both services."""
    app = create_app(replace(settings, events_url=behind.url, points_url=behind.url), clock)
    yield app
    app.extensions["suite"].database.close()
    app.extensions["suite"].redis.close()


@pytest.fixture
def member(people: People) -> Any:
    member = people.member()
    people.account(member, "zhang.san")
    return member


def ask(client: FlaskClient, token: str) -> TestResponse:
    return client.get("/api/v1/me/export", headers={"Authorization": f"Bearer {token}"})


def paged() -> Any:
    """What `behind` answers: a list of three pages, and for whatever is no list the same."""
    at = int(request.args.get("cursor", "0"))
    return {"items": [{"at": at}], "next_cursor": None if at == 2 else str(at + 1)}


def test_every_page_of_every_list_is_in_it_and_it_is_a_file(
    client: FlaskClient, behind: Behind, member: Any, token_for: Any
) -> None:
    behind.answer = paged
    answer = ask(client, token_for(member, PATH))
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="my-data-2026-11-23.json"'
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["me"]["member_id"] == str(member)
    assert answer.json["sign_in"] == {
        "username": "zhang.san",
        "wechat_bound_at": None,
        "second_factor": False,
    }
    assert answer.json["sessions"] == []
    for part in (
        "check_ins", "registrations", "calendar_feeds", "ledger", "statements", "claims", "appeals",
    ):  # fmt: skip
        assert answer.json[part] == [{"at": 0}, {"at": 1}, {"at": 2}], part


def test_only_the_own_data_are_asked_for(
    client: FlaskClient, behind: Behind, member: Any, token_for: Any
) -> None:
    behind.answer = paged
    token = token_for(member, PATH, [("city_admin", "/city/")])
    ask(client, token)
    others = [path for path, _ in behind.asked if not path.startswith("/api/v1/me/")]
    assert len(others) == 6
    assert all("queue=own" in path or f"member_id={member}" in path for path in others)
    assert {headers["Authorization"] for _, headers in behind.asked} == {f"Bearer {token}"}


def test_half_of_it_is_refused(
    client: FlaskClient, behind: Behind, member: Any, token_for: Any
) -> None:
    behind.answer = lambda: ("broken", 500) if "ledger" in request.path else paged()
    answer = ask(client, token_for(member, PATH))
    assert (answer.status_code, answer.json["code"]) == (503, "export_incomplete")
    assert answer.json["missing"] == ["ledger"]


def test_a_list_without_an_end_is_refused(
    client: FlaskClient, behind: Behind, member: Any, token_for: Any
) -> None:
    behind.answer = lambda: {"items": [], "next_cursor": "again"}
    assert ask(client, token_for(member, PATH)).json["code"] == "export_incomplete"
