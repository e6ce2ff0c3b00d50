"""The gateway service's background loops: ``python -m services.gateway.worker``.

It is given the database and Redis, and none of the keys that the service signs and seals with.
"""

from services.gateway.identity import roster
from shared.config import Environment
from shared.contracts.roster import STREAM
from shared.database import Database
from shared.messaging.consumer import Consumer
from shared.redis import connect
from shared.worker import Loop, run_loops


def loops(environment: Environment) -> dict[str, Loop]:
    """Return the loops by name; the gateway reads the roster and sends nothing."""
    database = Database(environment.text("DATABASE_URL"), statement_timeout_ms=0)
    redis = connect(environment.text("REDIS_URL"))
    return {"roster": Consumer(database, redis, STREAM, "gateway", roster.take).run}


if __name__ == "__main__":
    run_loops(loops(Environment()))
