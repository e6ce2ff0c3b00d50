"""Proofs as they are asked for, made at night, kept and shown."""

import logging
from collections.abc import Callable, Mapping
from datetime import time
from time import sleep
from typing import Any, Final
from uuid import UUID

import orjson
from redis import Redis
from sqlalchemy import Row, text

from services.points.checker import seals
from services.points.checker.check import check
from services.points.checker.proof import Proof
from shared.auth import Principal
from shared.clock import SHANGHAI
from shared.database import Database, UnitOfWork
from shared.errors import NotFound
from shared.ids import new_id
from shared.jobs import Job, enqueue
from shared.text import Text

_log = logging.getLogger(__name__)

KIND: Final = "proof"
# When nobody checks in.
_NIGHT: Final = (time(3), time(5))
# Boards follow the ledger within a second; what differs for longer is wrong.
_BOARDS_FOLLOW_SECONDS: Final = 5.0

_WAITING: Final = text("""
    SELECT id, created_at AS asked_at,
        CASE WHEN started_at IS NULL THEN 'queued' ELSE 'running' END AS state
    FROM jobs WHERE kind = 'proof' AND state = 'queued' ORDER BY id LIMIT 1
""")
# Two who ask at once are given the same proof.
_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(7_236_004)")
_ASKED_SINCE: Final = text(
    "SELECT EXISTS (SELECT FROM jobs WHERE kind = 'proof' AND created_at >= :since)"
)
_KEEP: Final = text("""
    INSERT INTO proofs (id, started_at, finished_at, ok, document)
    VALUES (:id, :started_at, :finished_at, :ok, CAST(:document AS jsonb))
""")
_LATEST: Final = text("SELECT * FROM proofs ORDER BY id DESC LIMIT 1")
_PAGE: Final = text("""
    SELECT id, started_at, finished_at, ok FROM proofs
    WHERE CAST(:before AS uuid) IS NULL OR id < :before ORDER BY id DESC LIMIT :limit
""")


def ask(uow: UnitOfWork, principal: Principal | None) -> Row[Any]:
    """Ask for a proof, or find the one that waits or is being made."""
    uow.session.execute(_ONE_AT_A_TIME)
    waiting = uow.session.execute(_WAITING).one_or_none()
    if waiting is None:
        enqueue(uow, principal, KIND, {})
        waiting = uow.session.execute(_WAITING).one()
    return waiting


def ask_nightly(uow: UnitOfWork) -> bool:
    """Ask for the night's proof, once a night; tell whether it was asked for now."""
    now = uow.clock.now().astimezone(SHANGHAI)
    begins, ends = _NIGHT
    if not begins <= now.time() < ends:
        return False
    since = now.replace(hour=begins.hour, minute=0, second=0, microsecond=0)
    if uow.session.scalar(_ASKED_SINCE, {"since": since}):
        return False
    ask(uow, None)
    return True


def prover(redis: Redis | None) -> Callable[[Job], Mapping[str, Any]]:
    """Return the work of a proof: seal what has come, check everything, keep the outcome."""

    def work(job: Job) -> Mapping[str, Any]:
        job.progress(0, 1)
        proof_id, proof = prove(job.database, redis)
        return {"proof_id": str(proof_id), "ok": proof.broken == 0}

    return work


def prove(database: Database, redis: Redis | None) -> tuple[UUID, Proof]:
    """Seal, check and keep a proof; return its id and what it says."""
    started_at = database.clock.now()
    with database.unit_of_work() as uow:
        seals.seal(uow)
        uow.commit()
    proof = _check(database, redis)
    if _only_boards(proof):
        sleep(_BOARDS_FOLLOW_SECONDS)
        proof = _check(database, redis)
    if proof.broken:
        _log.error("the proof found %s things broken, first: %s", proof.broken, proof.violations[0])
    proof_id = new_id()
    with database.unit_of_work() as uow:
        values = {
            "id": proof_id,
            "started_at": started_at,
            "finished_at": uow.clock.now(),
            "ok": proof.broken == 0,
            "document": orjson.dumps(proof.to_json(), default=str).decode(),
        }
        uow.session.execute(_KEEP, values)
        uow.commit()
    return proof_id, proof


def latest(uow: UnitOfWork) -> Row[Any]:
    """Return the newest proof.

    Raises:
        NotFound: `no_proof_yet`.
    """
    row = uow.session.execute(_LATEST).one_or_none()
    if row is None:
        raise NotFound(
            "no_proof_yet",
            Text(
                "还没有核对结果，请等待今晚的核对或立即发起一次。",
                "Nothing has been proven yet; wait for the night, or ask for a proof now.",
            ),
        )
    return row


def page(uow: UnitOfWork, before: UUID | None, limit: int) -> list[Row[Any]]:
    """Return proofs, newest first."""
    return list(uow.session.execute(_PAGE, {"before": before, "limit": limit}))


def _check(database: Database, redis: Redis | None) -> Proof:
    with database.unit_of_work() as uow:
        uow.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        return check(uow, redis)


def _only_boards(proof: Proof) -> bool:
    rules = {violation.rule for violation in proof.violations}
    return rules == {"board = total"}
