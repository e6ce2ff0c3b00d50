"""The points service's long work: ``python -m services.points.jobs``.

A process of its own, and a patient one: what it does never slows down a check-in's points.
"""

import os
from typing import Final

from services.points.checker.proofs import prover
from services.points.config import Settings
from services.points.reports import long as reports
from services.points.simulations.simulation import simulate
from shared.config import Environment
from shared.database import Database
from shared.jobs import JobRunner, Work
from shared.redis import connect
from shared.worker import run_loops

_PATIENCE: Final = 10


def kinds(settings: Settings) -> dict[str, Work]:
    """Return what does a job of each kind."""
    return {
        "simulation": simulate,
        reports.KIND: reports.work(settings.storage),
        "proof": prover(connect(settings.redis_url)),
    }


if __name__ == "__main__":
    os.nice(_PATIENCE)
    settings = Settings.from_environment(Environment())
    database = Database(settings.database_url, statement_timeout_ms=0, batches=True)
    run_loops({"jobs": JobRunner(database, kinds(settings)).run})
