"""Whatever is sent to the documented API, it answers as documented and never breaks."""

from collections import Counter

import pytest
import schemathesis
from apiflask import APIFlask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import text

from shared.database import UnitOfWork
from shared.ids import new_id
from shared.testing.plugin import TokenFor
from tests.architecture.one_of_each import FILL, IDS, THINGS
from tests.architecture.services import SERVICES, MakeService

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


# What is there to be named by an address; every other call names something that is not.
KNOWN = THINGS | {"rule_set_id": IDS["rule_set_id"], "letter_id": new_id()}
LETTER = text("""
    INSERT INTO dead_letters (id, consumer, stream, message, error, attempts)
    VALUES (:letter_id, 'readers:numbers', 'numbers', convert_to('{"id": "王"}', 'UTF8'), '王', 1)
""")


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest, make_service: MakeService) -> APIFlask:
    def fill(uow: UnitOfWork) -> None:
        if request.param in FILL:
            FILL[request.param](uow)
        uow.session.execute(LETTER, KNOWN)

    return make_service(request.param, fill)


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
        for role in (
            "city_admin",
            "unit_admin",
            "branch_secretary",
            "organiser",
            "group_leader",
            "security_admin",
            "system_admin",
        )
    ]
    # In turn the member whose things they are and somebody else: each may do what the other may not.
    callers = [
        {"Authorization": f"Bearer {token_for(member, '/city/', roles=everything)}"}
        for member in (IDS["member_id"], new_id())
    ]
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
            calls = statuses.total()
            if calls % 2:
                real = {n: str(KNOWN[n]) for n in case.path_parameters if n in KNOWN}
                case.path_parameters.update(real)
            response = case.call(headers=callers[calls // 2 % 2])
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
