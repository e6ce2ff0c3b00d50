"""Whatever is sent to the documented API, it answers as documented and never breaks."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from apiflask import APIFlask
from hypothesis import HealthCheck, Phase, given, settings
from redis import Redis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import text

from services.points.rules.presets import install_preset
from shared.clock import FixedClock
from shared.database import UnitOfWork
from shared.ids import new_id
from shared.testing.plugin import MakeDatabase, TokenFor
from tests.architecture.services import SERVICES, create

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


# What is there to be named by an address; every other call names something that is not.
KNOWN = {
    name: new_id()
    for name in (
        "organisation_id", "member_id", "event_id", "rule_set_id", "adjustment_id", "appeal_id",
    )
}  # fmt: skip


def fill_points(uow: UnitOfWork) -> None:
    install_preset(uow)
    uow.session.execute(
        text(
            "INSERT INTO organisations (id, code, name, kind, path)"
            " VALUES (:organisation_id, 'city', '工委', 'committee', '/city/')"
        ),
        KNOWN,
    )
    uow.session.execute(
        text(
            "INSERT INTO members (id, member_no, name, organisation_id, status, scored)"
            " VALUES (:member_id, '1', '张三', :organisation_id, 'full', true)"
        ),
        KNOWN,
    )
    uow.session.execute(
        text(
            "INSERT INTO rule_sets (id, name, state, created_by, created_at)"
            " VALUES (:rule_set_id, '草稿', 'draft', :member_id, now())"
        ),
        KNOWN,
    )
    uow.session.execute(
        text(
            "INSERT INTO adjustments (id, member_id, kind, day, occurred_at, reason, proposed_by,"
            " proposed_at) VALUES (:adjustment_id, :member_id, 'urgent_task', '2026-11-20',"
            " '2026-11-20T12:00+08', '抢险', :event_id, now())"
        ),
        KNOWN,
    )
    uow.session.execute(
        text(
            "INSERT INTO appeals (id, member_id, fact_kind, day, occurred_at, reason, involved,"
            " level, due_on, lodged_at) VALUES (:appeal_id, :member_id, 'lecture', '2026-11-20',"
            " '2026-11-20T12:00+08', '漏记', ARRAY[CAST(:member_id AS uuid)], 'branch',"
            " '2026-11-30', now())"
        ),
        KNOWN,
    )


def fill_events(uow: UnitOfWork) -> None:
    uow.session.execute(
        text(
            "INSERT INTO roster_organisations (id, code, name, kind, path, version)"
            " VALUES (:organisation_id, 'city', '工委', 'committee', '/city/', 1)"
        ),
        KNOWN,
    )
    uow.session.execute(
        text(
            "INSERT INTO events (id, title, category, organisation_id, organisation_path,"
            " audience, starts_at, ends_at, created_by, created_at) VALUES (:event_id, '党课',"
            " 'lecture', :organisation_id, '/city/', 'everyone', now(), now() + interval '1 hour',"
            " :member_id, now())"
        ),
        KNOWN,
    )


FILL = {"points": fill_points, "events": fill_events, "gateway": lambda _: None}


@pytest.fixture(params=SERVICES)
def service(
    request: pytest.FixtureRequest,
    make_database: MakeDatabase,
    redis_url: str,
    redis_client: Redis,
    public_keys: Path,
    signing_key_file: Path,
    clock: FixedClock,
) -> Iterator[APIFlask]:
    database = make_database(request.param)
    with database.unit_of_work() as uow:
        FILL[request.param](uow)
        uow.commit()
    app = create(request.param, database.url, redis_url, public_keys, signing_key_file, clock)
    yield app
    app.extensions["suite"].database.close()
    app.extensions["suite"].redis.close()


def operations(app: APIFlask) -> list[str]:
    with app.test_request_context():
        return [
            f"{method.upper()} {path}"
            for path, methods in app.spec["paths"].items()  # type: ignore[union-attr,call-overload,index]
            for method in methods
            if method in {"get", "post", "put", "patch", "delete"}
        ]


def test_no_input_breaks_a_route(service: APIFlask, token_for: TokenFor) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", service)
    everything = [
        (role, "/city/")
        for role in ("city_admin", "unit_admin", "branch_secretary", "organiser", "group_leader")
    ]
    headers = {"Authorization": f"Bearer {token_for(path='/city/', roles=everything)}"}
    failures: list[str] = []
    statuses: Counter[int] = Counter()
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=40,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def call(case: schemathesis.Case) -> None:
            if sum(statuses.values()) % 2:
                real = {n: str(KNOWN[n]) for n in case.path_parameters if n in KNOWN}
                case.path_parameters.update(real)
            response = case.call(headers=headers)
            statuses[response.status_code] += 1
            if response.status_code in (502, 503):
                return  # what lies behind the gateway is not there in this test
            case.validate_response(response, checks=CHECKS)
            if response.status_code >= 400:
                kind = response.headers["content-type"][0]
                assert kind.startswith("application/problem+json"), response.status_code

        tried += 1
        try:
            call()
        except Exception as error:
            failures.append(f"{operation.method.upper()} {operation.path}: {error}"[:1500])
    assert {200, 404, 422} <= statuses.keys() or {401, 422} <= statuses.keys(), statuses
    assert tried == len(operations(service)) > 5
    assert not failures, "\n\n".join(failures)
