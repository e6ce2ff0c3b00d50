"""The job: all facts of a span, replayed under a draft by two processes over one snapshot."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from datetime import datetime
from multiprocessing import get_context
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from services.points.rules.timeline import read, to_rule
from services.points.scoring import RuleSet, Timeline
from services.points.simulations.findings import findings
from services.points.simulations.replay import Outcome, Span, begin, replay
from shared.database import UnitOfWork
from shared.jobs import Job

_PROCESSES: Final = 2
_CHUNK: Final = 500
_AHEAD: Final = 4

_SNAPSHOT: Final = text("SELECT pg_export_snapshot()")
_CHUNKS: Final = text("""
    SELECT (min(id::text))::uuid, (max(id::text))::uuid, count(*) FROM (
        SELECT id, (row_number() OVER (ORDER BY id) - 1) / :chunk AS chunk FROM members
    ) AS numbered GROUP BY chunk ORDER BY chunk
""")
_UNITS: Final = text("""
    SELECT b.id, u.id FROM organisations u JOIN organisations b ON starts_with(b.path, u.path)
    WHERE u.kind = 'unit'
""")
_CHANGES: Final = """
    COPY simulation_changes (simulation_id, member_id, organisation_id, before, after) FROM STDIN
"""


def simulate(job: Job) -> Mapping[str, Any]:
    """Replay, write what changes for whom, and return the findings."""
    asked = job.parameters
    draft = draft_of(asked["rule_set"])
    with job.database.unit_of_work() as uow:
        uow.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        timeline = Timeline([*read(uow).rule_sets, draft])
        span = Span(
            asked["first_year"],
            asked["last_year"],
            datetime.fromisoformat(asked["until"]),
            asked["path"],
        )
        units = {branch: unit for branch, unit in uow.session.execute(_UNITS)}  # noqa: C416 - rows
        outcomes = list(_outcomes(job, uow, timeline, span))
    _write(job, outcomes)
    # A unit's set has no floor of its own: the city's counts there.
    rules = timeline.at(draft.effective_at, draft.unit)
    return findings(outcomes, units, asked["bands"], rules.floor if rules else 0)


def draft_of(stored: Mapping[str, Any]) -> RuleSet:
    """Return the draft as it was when the simulation was asked for."""
    return RuleSet(
        id=UUID(stored["id"]),
        effective_at=datetime.fromisoformat(stored["effective_at"]),
        rules=tuple(to_rule(rule) for rule in stored["rules"]),
        category_caps=stored["category_caps"],
        monthly_gain=stored["monthly_gain"],
        floor=stored["floor"],
        unit=stored["unit"],
    )


def _outcomes(job: Job, uow: UnitOfWork, timeline: Timeline, span: Span) -> Iterator[Outcome]:
    snapshot = uow.session.scalar(_SNAPSHOT)
    chunks = [tuple(row) for row in uow.session.execute(_CHUNKS, {"chunk": _CHUNK})]
    total, done = sum(size for *_, size in chunks), 0
    pool = ProcessPoolExecutor(
        _PROCESSES,
        get_context("spawn"),
        initializer=begin,
        initargs=(job.database.url, snapshot, timeline, span),
    )
    try:
        running: dict[Future[list[Outcome]], int] = {}
        while chunks or running:
            while chunks and len(running) < _AHEAD:
                first, last, size = chunks.pop()
                running[pool.submit(replay, first, last)] = size
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield from future.result()
                done += running.pop(future)
                job.progress(done, total)
    finally:
        pool.shutdown(cancel_futures=True)


def _write(job: Job, outcomes: Sequence[Outcome]) -> None:
    """Keep what changes for whom; tried again after a crash, it replaces what is there."""
    with job.database.raw_connection() as connection:
        connection.execute("DELETE FROM simulation_changes WHERE simulation_id = %s", [job.id])
        with connection.cursor().copy(_CHANGES) as copy:
            for outcome in outcomes:
                if outcome.before != outcome.after:
                    copy.write_row(
                        (
                            job.id,
                            outcome.member_id,
                            outcome.organisation_id,
                            outcome.before,
                            outcome.after,
                        )
                    )
