"""The points service's background loops: ``python -m services.points.worker``."""

from services.points.config import Settings
from services.points.ledger.attendance import AttendancePosting
from services.points.roster.imports import KINDS
from services.points.roster.permissions import IMPORTS
from shared.config import Environment
from shared.contracts.attendance import STREAM
from shared.database import Database
from shared.imports.runner import ImportRunner
from shared.messaging.consumer import Consumer
from shared.messaging.relay import Relay
from shared.redis import connect
from shared.worker import Loop, run_loops


def loops(settings: Settings) -> dict[str, Loop]:
    """Return the loops by name; each has connections of its own from the pool."""
    database = Database(settings.database_url, statement_timeout_ms=0)
    redis = connect(settings.redis_url)
    return {
        "relay": Relay(database, redis).run,
        "imports": ImportRunner(database, KINDS, IMPORTS).run,
        "attendance": Consumer(
            database, connect(settings.redis_url), STREAM, "points", AttendancePosting()
        ).run,
    }


if __name__ == "__main__":
    run_loops(loops(Settings.from_environment(Environment())))
