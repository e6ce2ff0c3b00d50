"""The one mechanism by which a service gives up what is past its time.

A rule is carried out in small transactions that do not wait long for a lock, so that nobody who
works in the middle of the night feels it; what it could not reach is taken the next day.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from typing import Any, Final

import orjson
from psycopg.errors import LockNotAvailable
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shared.database import Database, UnitOfWork
from shared.ids import new_id

_log = logging.getLogger(__name__)

GiveUp = Callable[[UnitOfWork, datetime], int]

_LOOK_SECONDS: Final = 3600.0
_EVERY: Final = timedelta(hours=20)
_BATCH: Final = 5_000

_ALONE: Final = text("SELECT pg_try_advisory_xact_lock(7_236_005)")
_RAN_SINCE: Final = text("SELECT EXISTS (SELECT FROM retention_runs WHERE finished_at >= :since)")
_RAN: Final = text("""
    INSERT INTO retention_runs (id, finished_at, document)
    VALUES (:id, :now, CAST(:document AS jsonb))
""")
_RUNS: Final = text("SELECT finished_at, document FROM retention_runs ORDER BY id DESC LIMIT 14")
_IMPATIENT: Final = text("SET LOCAL lock_timeout = '2s'")


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that is kept for a time.

    Attributes:
        what: its code, by which front ends name it.
        kept: for how long; None for good.
        setting: the variable of the environment that says so, None where it is fixed.
        give_up: gives up some of what came before a moment and says how many, until none is left.
    """

    what: str
    kept: timedelta | None
    give_up: GiveUp | None
    setting: str | None = None


def rows(table: str, condition: str, batch: int = _BATCH) -> GiveUp:
    """Return what deletes rows of a table, e.g. those ``created_at < :before``."""
    statement = text(
        f"DELETE FROM {table} WHERE ctid = ANY(ARRAY("  # noqa: S608 - names and words of ours
        f"SELECT ctid FROM {table} WHERE {condition} LIMIT {batch}))"
    )
    return counting(statement)


def counting(statement: Any) -> GiveUp:
    """Return what executes a statement with `before` and says how many rows it concerned."""

    def give_up(uow: UnitOfWork, before: datetime) -> int:
        return uow.session.execute(statement, {"before": before}).rowcount  # type: ignore[attr-defined,no-any-return] # of a DELETE or UPDATE

    return give_up


def kept_for_good(what: str) -> Rule:
    """Return what says of something that it is not given up at all."""
    return Rule(what, None, None)


def keeper(database: Database, rules: Sequence[Rule]) -> Callable[[Event], None]:
    """Return the worker's loop: once a day, in the first hour that it can."""

    def run(stop: Event) -> None:
        pause = 0.0
        while not stop.wait(pause):
            pause = _LOOK_SECONDS
            try:
                keep_no_longer(database, rules)
            except OperationalError as error:
                _log.warning("retention waits for the database: %s", error)

    return run


def keep_no_longer(database: Database, rules: Sequence[Rule]) -> Mapping[str, int] | None:
    """Give up what is past its time, unless that was done today; return how many of what.

    The transaction that holds the lock does nothing else until it writes the outcome down.
    """
    with database.unit_of_work() as uow:
        now = uow.clock.now()
        ran = {"since": now - _EVERY}
        if not uow.session.scalar(_ALONE) or uow.session.scalar(_RAN_SINCE, ran):
            return None
        given_up = {
            rule.what: _carry_out(database, rule.give_up, now - rule.kept)
            for rule in rules
            if rule.give_up and rule.kept
        }
        document = orjson.dumps(given_up).decode()
        uow.session.execute(_RAN, {"id": new_id(), "now": now, "document": document})
        uow.commit()
    return given_up


def told(uow: UnitOfWork, rules: Sequence[Rule]) -> dict[str, Any]:
    """Return what a service keeps for how long, and what its last runs gave up."""
    runs = uow.session.execute(_RUNS).all()
    last: Mapping[str, int] = runs[0].document if runs else {}
    return {
        "rules": [
            {
                "what": rule.what,
                "days": rule.kept.days if rule.kept else None,
                "setting": rule.setting,
                "given_up": last.get(rule.what),
            }
            for rule in rules
        ],
        "runs": [{"finished_at": run.finished_at, "given_up": run.document} for run in runs],
    }


def _carry_out(database: Database, give_up: GiveUp, before: datetime) -> int:
    total = 0
    try:
        while True:
            with database.unit_of_work() as uow:
                uow.session.execute(_IMPATIENT)
                count = give_up(uow, before)
                uow.commit()
            if not count:
                return total
            total += count
    except OperationalError as error:
        if not isinstance(error.orig, LockNotAvailable):
            raise
        _log.warning("retention leaves something for tomorrow: %s", error)
    return total
