"""The two decorators of a route: who may call it, and that it changes something."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from flask import Response, current_app, g, request

from shared.auth import PUBLIC, Permission, Principal
from shared.database import UnitOfWork
from shared.errors import Conflict, Forbidden, Invalid, Unauthenticated
from shared.text import Text
from shared.web import audit, idempotency
from shared.web.context import current_suite, current_uow

_KEY_LENGTH: Final = 200
_NOBODY: Final = UUID(int=0)

View = Callable[..., Any]


def requires(permission: Permission) -> Callable[[View], View]:
    """Let a view be called only by those who hold the permission somewhere in the tree.

    How far it reaches is for the service function to ask (`Principal.require`), since only it
    knows which organisation the thing asked for belongs to. Goes directly beneath the route.
    Refused attempts, and reading by an audited permission, are noted in the audit log.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: object, **kwargs: object) -> object:
            if permission is PUBLIC:
                return view(*args, **kwargs)
            g.principal, g.permission = authenticate(), permission
            try:
                if not g.principal.holds(permission):
                    raise role_needed(permission)
                answer = view(*args, **kwargs)
            except Forbidden as refusal:
                audit.note_refusal(refusal.status)
                raise
            return audit.note_read(permission, answer)

        # Read by the OpenAPI document and by the test that no route escaped.
        guarded.__dict__["permission"] = permission
        return guarded

    return decorate


def authenticate() -> Principal:
    """Return who the request's bearer token speaks for.

    Raises:
        Unauthenticated: no token, or one that is not good.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated(
            "sign_in_needed",
            Text(zh="请先登录。", en="Sign in first."),
            headers={"WWW-Authenticate": "Bearer"},
        )
    suite = current_suite()
    return suite.verifier.verify(token, suite.clock.now())


def transactional(view: View) -> View:
    """Run a view in one transaction that commits when its answer is a success.

    A POST with an ``Idempotency-Key`` is carried out once for each person and key: the answer is
    stored in the same transaction, a repetition gets it again (``Idempotent-Replayed: true``), and
    the same key with another request is refused. The change is noted in the audit log by the same
    transaction. Goes beneath `requires`.
    """

    @wraps(view)
    def in_transaction(*args: object, **kwargs: object) -> Response:
        uow = current_uow()
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        if key is None:
            response = current_app.make_response(view(*args, **kwargs))
        else:
            slot = _slot(key)
            if (stored := idempotency.claim(uow, slot)) is not None:
                return _replay(stored)
            response = current_app.make_response(view(*args, **kwargs))
            idempotency.remember(uow, slot, _stored(response))
        return _end(uow, response)

    # Read by the test that no change escapes the audit log.
    in_transaction.__dict__["transactional"] = True
    return in_transaction


def transactional_secretly(view: View) -> View:
    """Run a view as `transactional` does, but keep neither its answer nor a hash of its request.

    For what takes a password or answers a secret: it may be sent again without harm, and an
    ``Idempotency-Key`` means nothing to it.
    """

    @wraps(view)
    def in_transaction(*args: object, **kwargs: object) -> Response:
        return _end(current_uow(), current_app.make_response(view(*args, **kwargs)))

    in_transaction.__dict__["transactional"] = True
    return in_transaction


def _end(uow: UnitOfWork, response: Response) -> Response:
    if response.status_code < 400:  # noqa: PLR2004 - where HTTP's errors begin
        audit.note_change(uow, response)
        uow.commit()
    else:
        uow.rollback()
    return response


def _slot(key: str) -> idempotency.Slot:
    if not key.isascii() or not key.isprintable() or not 1 <= len(key) <= _KEY_LENGTH:
        raise Invalid(
            "idempotency_key_invalid",
            Text(
                zh="Idempotency-Key 须为 1 到 200 个可见字符。",
                en="Send an Idempotency-Key of 1 to 200 printable ASCII characters.",
            ),
        )
    principal: Principal | None = g.get("principal")
    parts = (request.method, request.path, request.query_string.decode("latin-1"))
    digest = sha256("\n".join(parts).encode() + b"\n" + _body()).digest()
    return idempotency.Slot(principal.member_id if principal else _NOBODY, key, digest)


def _body() -> bytes:
    """Return the body as it is the same each time the request is sent.

    The boundary between the parts of a form is made up anew each time a client sends it.
    """
    body = request.get_data(cache=True)
    boundary = request.mimetype_params.get("boundary")
    return body.replace(f"--{boundary}".encode(), b"--") if boundary else body


def _stored(response: Response) -> idempotency.Stored:
    kept = {
        name: response.headers[name] for name in ("ETag", "Location") if name in response.headers
    }
    kept["Content-Type"] = response.headers["Content-Type"]
    return idempotency.Stored(response.status_code, kept, response.get_data())


def _replay(stored: idempotency.Stored | idempotency.OtherRequest) -> Response:
    if isinstance(stored, idempotency.OtherRequest):
        raise Conflict(
            "idempotency_key_reused",
            Text(
                zh="这个 Idempotency-Key 已用于另一请求，请换一个新的。",
                en="This Idempotency-Key was used for a different request; send a new one.",
            ),
        )
    response = Response(stored.body, stored.status, stored.headers)
    response.headers["Idempotent-Replayed"] = "true"
    return response


def role_needed(permission: Permission) -> Forbidden:
    return Forbidden(
        "role_needed",
        Text(
            zh="您的角色不能办理此事，请联系本单位管理员。",
            en="Your roles do not allow this; ask your unit's administrator.",
        ),
        extra={"permission": permission.name},
    )
