"""No route escapes: each declares its permission, and each role gets exactly what is declared."""

import re
from dataclasses import dataclass
from uuid import UUID

import pytest
from apiflask import APIFlask

from shared.auth import PUBLIC, ROLES, Permission
from shared.testing.plugin import TokenFor
from tests.architecture.services import SERVICES, MakeService


@dataclass(frozen=True)
class Route:
    method: str
    rule: str
    path: str
    permission: Permission | None


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest, make_service: MakeService) -> APIFlask:
    return make_service(request.param)


def routes(app: APIFlask) -> list[Route]:
    """Every route, with its path filled with an id that names nothing."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "openapi.spec":
            continue
        values = {name: _sample(rule, name) for name in rule.arguments}
        with app.test_request_context():
            built = app.url_map.bind("testserver").build(rule.endpoint, values)
        view = app.view_functions[rule.endpoint]
        found += [
            Route(method, rule.rule, built, getattr(view, "permission", None))
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        ]
    return found


def _sample(rule: object, name: str) -> object:
    converter = rule._converters[name]  # type: ignore[attr-defined]
    return UUID(int=0) if type(converter).__name__ == "UUIDConverter" else "x"


def test_every_route_declares_its_permission(service: APIFlask) -> None:
    undeclared = [f"{r.method} {r.rule}" for r in routes(service) if r.permission is None]
    assert undeclared == []
    assert any(r.permission is not PUBLIC for r in routes(service)), "no guarded route was found"


# What a phone sends of its own: at the door nothing is noted but the check-in itself. A calendar's
# secret address is its owner's alone, and the answer that tells it must not be kept.
OF_ONESELF = {"/api/v1/check-ins", "/api/v1/code-claims", "/api/v1/me/calendar-feeds"}
# Nobody is signed in yet; which of it is noted, `identity.acts` says.
BEFORE_SIGN_IN = {
    f"/api/v1/auth/{way}"
    for way in (
        "password", "wechat", "bind", "invitation", "second-factor", "second-factor/confirm",
        "refresh", "logout",
    )
}  # fmt: skip
# These answer a question; it is too long for an address, or the answer is not for caches.
CHANGE_NOTHING = {
    "/api/v1/event-series/preview",
    "/api/v1/events/<uuid:event_id>/live-tickets",
}


def test_no_change_escapes_the_audit_log(service: APIFlask) -> None:
    """What `transactional` commits is noted by it; a change made otherwise would not be."""
    assert service.extensions["suite"].audited
    escaped = [
        rule.rule
        for rule in service.url_map.iter_rules()
        if (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}
        and not _is_transactional(service.view_functions[rule.endpoint])
        and rule.rule not in OF_ONESELF | BEFORE_SIGN_IN | CHANGE_NOTHING
    ]
    assert escaped == []


def _is_transactional(view: object) -> bool:
    while view is not None:
        if getattr(view, "transactional", False):
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def test_nobody_gets_in_without_a_token(service: APIFlask) -> None:
    client = service.test_client()
    for route in routes(service):
        if route.permission is PUBLIC:
            continue
        answer = client.open(route.path, method=route.method)
        assert answer.status_code == 401, route
        assert answer.mimetype == "application/problem+json", route
        assert answer.json["code"] == "sign_in_needed", route


def test_a_forged_or_foreign_token_opens_nothing(service: APIFlask) -> None:
    client = service.test_client()
    for route in routes(service):
        if route.permission is PUBLIC:
            continue
        for token in ("nonsense", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."):
            answer = client.open(
                route.path, method=route.method, headers={"Authorization": f"Bearer {token}"}
            )
            assert answer.status_code == 401, route


def test_each_role_gets_exactly_what_is_declared(service: APIFlask, token_for: TokenFor) -> None:
    client = service.test_client()
    tokens = {
        role: token_for(path="/city/u001/b0001/", roles=[(role, "/city/u001/b0001/")])
        for role in ROLES
    }
    for route in routes(service):
        if route.permission is PUBLIC or route.permission is None:
            continue
        for role, token in tokens.items():
            answer = client.open(
                route.path, method=route.method, headers={"Authorization": f"Bearer {token}"}
            )
            refused = answer.status_code == 403 and answer.json["code"] == "role_needed"
            allowed = bool(route.permission.roles & {role, "member"})
            assert refused is not allowed, (route, role, answer.status_code, answer.text)
            assert answer.status_code < 500 or answer.status_code == 503, (route, role)


def test_the_document_describes_every_route(service: APIFlask) -> None:
    answer = service.test_client().get("/openapi.json")
    assert answer.status_code == 200
    described = {
        (method.upper(), path)
        for path, operations in answer.json["paths"].items()
        for method in operations
    }
    for route in routes(service):
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.rule)
        if path.startswith("/api/v1/") and not path.endswith("/openapi.json"):
            assert (route.method, path) in described
