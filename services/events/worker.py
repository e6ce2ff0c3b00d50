"""The events service's background loops: ``python -m services.events.worker``."""

from services.events.audit.retention import keep_no_longer
from services.events.catalogue.following import follow_roster
from services.events.catalogue.permissions import EVENTS_IMPORT
from services.events.config import Settings
from services.events.imports import KINDS
from services.events.stays.automatic import check_out_those_left
from shared.config import Environment
from shared.contracts.roster import STREAM
from shared.database import Database
from shared.imports.jobs import drop_previews
from shared.imports.runner import ImportRunner
from shared.messaging.consumer import Consumer
from shared.messaging.relay import Relay
from shared.redis import connect
from shared.worker import Loop, repeated, run_loops


def loops(settings: Settings) -> dict[str, Loop]:
    """Return the loops by name; each has connections of its own from the pool."""
    database = Database(settings.database_url, statement_timeout_ms=0, batches=True)
    redis = connect(settings.redis_url)
    return {
        "relay": Relay(database, redis).run,
        "imports": ImportRunner(database, KINDS, EVENTS_IMPORT).run,
        "dropped-previews": repeated(database, drop_previews, every=3600),
        "retention": repeated(database, keep_no_longer, every=3600),
        "check-outs": repeated(database, check_out_those_left, every=60),
        "roster": Consumer(
            database, connect(settings.redis_url), STREAM, "events", follow_roster
        ).run,
    }


if __name__ == "__main__":
    run_loops(loops(Settings.from_environment(Environment())))
