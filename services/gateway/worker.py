"""The gateway service's background loops: ``python -m services.gateway.worker``."""

from services.gateway.config import Settings
from services.gateway.identity import roster
from shared.config import Environment
from shared.database import Database
from shared.messaging.consumer import Consumer
from shared.redis import connect
from shared.worker import Loop, run_loops


def loops(settings: Settings) -> dict[str, Loop]:
    """Return the loops by name; the gateway reads the roster and sends nothing."""
    database = Database(settings.database_url, statement_timeout_ms=0)
    redis = connect(settings.redis_url)
    return {
        "roster": Consumer(database, redis, "roster", "gateway", roster.take).run,
    }


if __name__ == "__main__":
    run_loops(loops(Settings.from_environment(Environment())))
