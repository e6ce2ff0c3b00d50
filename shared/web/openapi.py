"""What the OpenAPI document says of every route: who may call it, and how refusals look."""

import warnings
from typing import Any

from apiflask import APIFlask
from flask import current_app

from shared.auth import PUBLIC, Permission

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "stable; switch on this"},
        "detail": {"type": "string", "description": "what to do next, in Chinese or English"},
        "request_id": {"type": "string"},
        "errors": {"type": "object", "description": "by place and field"},
    },
}
_REFUSALS = {
    "description": "Refused; `code` says why and `detail` what to do next.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def describe(app: APIFlask) -> None:
    """Complete the generated document with permissions and problem documents."""
    # An item of a page that can also be read alone is described in both places; that is harmless.
    warnings.filterwarnings("ignore", message=".*has already been added to the spec")
    app.security_schemes = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT (Ed25519)"}
    }
    app.spec_processor(_complete)  # type: ignore[arg-type] # never a YAML text here


def _complete(spec: dict[str, Any]) -> dict[str, Any]:
    spec.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM
    for path, method, permission in _routes():
        operation = spec["paths"].get(path, {}).get(method)
        if operation is None:
            continue
        operation["responses"]["4XX"] = _REFUSALS
        for status in [s for s in operation["responses"] if s in ("401", "404", "422")]:
            del operation["responses"][status]
        if permission is not None and permission is not PUBLIC:
            operation["security"] = [{"bearer": []}]
            operation["x-permission"] = permission.name
            operation["x-roles"] = sorted(permission.roles)
    return spec


def _routes() -> list[tuple[str, str, Permission | None]]:
    """Return (OpenAPI path, method in lower case, permission) of every route."""
    found = []
    for rule in current_app.url_map.iter_rules():
        view = current_app.view_functions[rule.endpoint]
        path = "".join(
            f"{{{part}}}" if is_argument else part for is_argument, part in _parts(str(rule))
        )
        found += [
            (path, method.lower(), getattr(view, "permission", None))
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        ]
    return found


def _parts(rule: str) -> list[tuple[bool, str]]:
    parts: list[tuple[bool, str]] = []
    for piece in rule.replace(">", "<").split("<"):
        is_argument = len(parts) % 2 == 1
        parts.append((is_argument, piece.rpartition(":")[2] if is_argument else piece))
    return parts
