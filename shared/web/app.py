"""Puts a service together: the same ids, errors, health and document for all three."""

import logging
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import orjson
from apiflask import APIBlueprint, APIFlask
from flask import Response, g, request
from flask.json.provider import JSONProvider
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shared.auth import PUBLIC
from shared.ids import new_id
from shared.web import context, problems
from shared.web.context import Suite
from shared.web.guards import requires
from shared.web.openapi import describe

_MAX_BODY = 1024 * 1024
_NOTHING_MORE: Mapping[str, Callable[[], bool]] = MappingProxyType({})


class _Orjson(JSONProvider):
    def dumps(self, obj: Any, **_kwargs: Any) -> str:
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        return orjson.loads(s)


def create_service(
    suite: Suite,
    blueprints: Iterable[APIBlueprint],
    *,
    max_body: int = _MAX_BODY,
    checks: Mapping[str, Callable[[], bool]] = _NOTHING_MORE,
) -> APIFlask:
    """Return the Flask application of one service.

    Args:
        suite: the parts it works with.
        blueprints: its slices' routes.
        max_body: bytes; larger requests are refused with 413 before they are read.
        checks: what else must answer before the service is ready, by name.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    app = APIFlask(
        f"services.{suite.name}",
        title=f"Member points: {suite.name}",
        version="1",
        docs_path=None,
        spec_path="/openapi.json",
        # Flask's own folder of files would be a second, unguarded way to serve something.
        static_folder=None,  # type: ignore[arg-type] # Flask takes None, APIFlask's hint does not
    )
    app.json = _Orjson(app)
    app.config["MAX_CONTENT_LENGTH"] = max_body
    app.config["VALIDATION_ERROR_STATUS_CODE"] = 422
    app.extensions["suite"] = suite
    problems.install(app)
    describe(app)
    _health(app, suite, checks)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    app.before_request(_number_request)
    app.after_request(_show_number)
    app.teardown_request(context.close_uow)
    return app


def _number_request() -> None:
    # The edge numbers requests; one that came past it gets a number of its own.
    given = request.headers.get("X-Request-Id", "")
    usable = given.isascii() and 0 < len(given) <= 64  # noqa: PLR2004 - enough for any id
    g.request_id = given if usable else str(new_id())


def _show_number(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    return response


def _health(app: APIFlask, suite: Suite, more: Mapping[str, Callable[[], bool]]) -> None:
    @app.get("/healthz")
    @app.doc(hide=True)
    @requires(PUBLIC)
    def healthz() -> dict[str, str]:
        """Tell that the process answers."""
        return {"status": "ok"}

    @app.get("/readyz")
    @app.doc(hide=True)
    @requires(PUBLIC)
    def readyz() -> tuple[dict[str, Any], int]:
        """Tell whether the servers behind the process answer."""
        checks = {"database": _database_answers(suite), "redis": _redis_answers(suite)}
        checks |= {name: answers() for name, answers in more.items()}
        ready = all(checks.values())
        return {"status": "ready" if ready else "waiting", "checks": checks}, 200 if ready else 503


def _database_answers(suite: Suite) -> bool:
    try:
        with suite.database.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except OperationalError:
        return False
    return True


def _redis_answers(suite: Suite) -> bool:
    try:
        return bool(suite.redis.ping())
    except RedisError:
        return False
