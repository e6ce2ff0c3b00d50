"""The composed pages before services that answer, answer badly, slowly, or not at all."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from redis import Redis

from services.gateway.app import create_app
from services.gateway.config import Settings
from shared.clock import FixedClock
from tests.gateway.conftest import PATH, People
from tests.gateway.pages.conftest import Behind

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def app(
    settings: Settings, behind: Behind, redis_client: Redis, clock: FixedClock
) -> Iterator[APIFlask]:
    """The gateway with `behind` as its events service, and no points service."""
    app = create_app(replace(settings, events_url=behind.url, points_url=NOBODY), clock)
    yield app
    app.extensions["suite"].database.close()
    app.extensions["suite"].redis.close()


@pytest.fixture
def token(people: People, token_for: Any) -> str:
    return str(token_for(people.member(), PATH))


def home(client: FlaskClient, token: str) -> Any:
    answer = client.get(
        "/api/v1/me/home", headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    )
    assert answer.status_code == 200
    return answer.json


def test_a_part_that_is_away_is_named_and_the_rest_is_there(
    client: FlaskClient, behind: Behind, token: str
) -> None:
    page = home(client, token)
    assert page["me"]["name"] == "张三"
    assert page["events"] == {"items": []}
    assert page["points"] is None
    assert page["unread"] == 0
    assert page["missing"] == ["points", "last", "returned"]


def test_services_are_asked_with_the_callers_own_token_and_language(
    client: FlaskClient, behind: Behind, token: str
) -> None:
    home(client, token)
    path, headers = next(asked for asked in behind.asked if "/events?" in asked[0])
    # From the suite's day on, by the clock in Shanghai.
    assert parse_qs(urlsplit(path).query) == {
        "starts_after": ["2026-11-23T00:00:00+08:00"],
        "limit": ["10"],
    }
    assert headers["Authorization"] == f"Bearer {token}"
    assert headers["Accept-Language"] == "en"


@pytest.mark.parametrize(
    "answer",
    [
        lambda: ("broken", 500),
        lambda: ("not json", 200),
        lambda: ({"code": "role_needed"}, 403),
        lambda: time.sleep(3) or {"items": []},
    ],
)
def test_a_bad_or_slow_answer_is_a_missing_part(
    client: FlaskClient, behind: Behind, token: str, answer: Callable[[], Any]
) -> None:
    behind.answer = answer
    begin = time.perf_counter()
    assert home(client, token)["missing"] == [
        "events",
        "registrations",
        "points",
        "last",
        "returned",
    ]
    assert time.perf_counter() - begin < 2.8


def test_ready_only_when_every_service_is(client: FlaskClient, behind: Behind) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["checks"] == {
        "database": True, "redis": True, "events": True, "points": False,
    }  # fmt: skip
    assert client.get("/healthz").status_code == 200


def test_one_document_says_what_it_lacks(client: FlaskClient, behind: Behind) -> None:
    behind.answer = lambda: {
        "openapi": "3.0.3",
        "info": {"title": "events", "version": "1"},
        "paths": {"/api/v1/check-ins": {"post": {"responses": {}}}},
        "components": {"schemas": {}},
    }
    document = client.get("/api/v1/openapi.json").json
    assert "/api/v1/check-ins" in document["paths"]
    assert "/api/v1/auth/password" in document["paths"]
    assert document["x-missing"] == ["points"]


def test_a_service_that_went_away_keeps_its_last_document(
    client: FlaskClient, behind: Behind
) -> None:
    behind.answer = lambda: {
        "openapi": "3.0.3", "info": {}, "paths": {"/api/v1/check-ins": {"post": {"responses": {}}}},
    }  # fmt: skip
    client.get("/api/v1/openapi.json")
    behind.answer = lambda: ("away", 503)
    assert "/api/v1/check-ins" in client.get("/api/v1/openapi.json").json["paths"]


def test_the_document_for_people_loads_nothing_from_elsewhere(
    client: FlaskClient, behind: Behind
) -> None:
    behind.answer = lambda: {"openapi": "3.0.3", "info": {}, "paths": {}}
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert "/api/v1/auth/password" in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "<script" not in page.text


def test_whatever_a_service_says_of_itself_is_shown_as_text(
    client: FlaskClient, behind: Behind
) -> None:
    operation = {"summary": "<script>alert(1)</script>", "responses": {}}
    behind.answer = lambda: {
        "openapi": "3.0.3", "info": {}, "paths": {"/api/v1/x": {"get": operation}},
    }  # fmt: skip
    assert "<script" not in client.get("/api/docs").text
