"""What is kept no longer than it is needed for; once a day, and what was given up is written down.

Attachments, files of reports and previews of imports have sweepers of their own.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import text

from shared.database import UnitOfWork
from shared.ids import new_id

_EVERY: Final = timedelta(hours=20)

# Each says how long, in days. A message comes again within minutes of a failure and a client
# repeats within hours; after that these only tell who did what when, which the audit log is for.
_GIVEN_UP: Final = {
    "idempotency_keys": (7, "DELETE FROM idempotency_keys WHERE created_at < :before"),
    "inbox": (90, "DELETE FROM inbox WHERE received_at < :before"),
    "outbox": (90, "DELETE FROM outbox WHERE published_at < :before"),
    "dead_letters": (90, "DELETE FROM dead_letters WHERE redriven_at < :before"),
    "retention_runs": (730, "DELETE FROM retention_runs WHERE finished_at < :before"),
}

_RAN_SINCE: Final = text(
    "SELECT EXISTS (SELECT FROM retention_runs WHERE finished_at >= :since) FROM"
    " pg_advisory_xact_lock(7_236_005)"
)
_RAN: Final = text("""
    INSERT INTO retention_runs (id, finished_at, document)
    VALUES (:id, :now, CAST(:document AS jsonb))
""")
# Whole seals at a time: what is left is still proven by the others.
_RETIRED: Final = text("""
    UPDATE seals SET retired_at = :now
    WHERE table_name = 'audit_log' AND retired_at IS NULL AND through < :before
    RETURNING through
""")
_ALLOW: Final = text("SET LOCAL audit.retention = 'on'")
_FORGET: Final = text("DELETE FROM audit_log WHERE at <= :through")


def keeper(audit_kept: timedelta) -> Callable[[UnitOfWork], bool]:
    """Return what gives up, once a day, what is past its time, in a transaction of the caller's.

    It returns false: all is done at once.

    Args:
        audit_kept: how long the audit log is kept; the database refuses less than six months.
    """

    def keep_no_longer(uow: UnitOfWork) -> bool:
        if not uow.session.scalar(_RAN_SINCE, {"since": uow.clock.now() - _EVERY}):
            _give_up(uow, audit_kept)
        return False

    return keep_no_longer


def _give_up(uow: UnitOfWork, audit_kept: timedelta) -> None:
    now = uow.clock.now()
    given_up: dict[str, int] = {"audit_log": _forget_acts(uow, now - audit_kept)}
    for table, (days, statement) in _GIVEN_UP.items():
        given_up[table] = _count(uow, statement, before=now - timedelta(days=days))
    document = orjson.dumps(given_up).decode()
    uow.session.execute(_RAN, {"id": new_id(), "now": now, "document": document})


def _forget_acts(uow: UnitOfWork, before: datetime) -> int:
    retired = uow.session.scalars(_RETIRED, {"now": uow.clock.now(), "before": before}).all()
    if not retired:
        return 0
    uow.session.execute(_ALLOW)
    return _count(uow, str(_FORGET), through=max(retired))


def _count(uow: UnitOfWork, statement: str, **values: Any) -> int:
    return uow.session.execute(text(statement), values).rowcount  # type: ignore[attr-defined,no-any-return] # of a DELETE
