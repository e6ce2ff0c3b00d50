"""What a request can reach: the process's servers, the person asking, the open transaction."""

from dataclasses import dataclass
from typing import Any, cast

from flask import current_app, g
from redis import Redis

from shared.auth import Principal, TokenVerifier
from shared.clock import Clock
from shared.database import Database, UnitOfWork

_KEY = "suite"


@dataclass(frozen=True)
class Suite:
    """The parts a service was put together from; `settings` is the service's own dataclass.

    `audited` says that its database has the audit log (`shared.audit.tables`).
    """

    name: str
    database: Database
    redis: Redis
    verifier: TokenVerifier
    clock: Clock
    settings: Any
    audited: bool = False


def current_suite() -> Suite:
    return cast("Suite", current_app.extensions[_KEY])


def current_clock() -> Clock:
    return current_suite().clock


def current_redis() -> Redis:
    return current_suite().redis


def current_principal() -> Principal:
    """Return who is asking; only inside routes that `requires` guards."""
    return cast("Principal", g.principal)


def current_uow() -> UnitOfWork:
    """Return the request's unit of work.

    In a route marked `transactional` it commits when the answer is a success; in any other it is
    opened on first use, only reads, and is rolled back when the request ends.
    """
    if "uow" not in g:
        g.uow = current_suite().database.unit_of_work()
    return cast("UnitOfWork", g.uow)


def close_uow(_error: BaseException | None = None) -> None:
    uow: UnitOfWork | None = g.pop("uow", None)
    if uow is not None:
        uow.close()
