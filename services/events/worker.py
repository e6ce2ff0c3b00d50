"""The events service's background loops: ``python -m services.events.worker``."""

from services.events.audit.retention import rules
from services.events.cadence import above as cadence
from services.events.catalogue.following import follow_roster
from services.events.catalogue.permissions import EVENTS_IMPORT
from services.events.config import Settings
from services.events.counts.service import counting
from services.events.expected.freezing import freeze
from services.events.imports import KINDS
from services.events.registrations.lapsing import pass_on
from services.events.reminders.changes import tell_changes
from services.events.reminders.due import Reminders
from services.events.reminders.duties import remind_duties
from services.events.stays.automatic import check_out_those_left
from services.events.study_hours import service as study_hours
from services.events.study_hours.recorded import record_study
from shared.config import Environment
from shared.contracts import study
from shared.contracts.roster import STREAM
from shared.database import Database
from shared.imports.runner import ImportRunner
from shared.messaging.consumer import Consumer
from shared.messaging.relay import Relay
from shared.redis import connect
from shared.retention.rules import keeper
from shared.worker import Loop, repeated, run_loops

# What is counted ahead of units.
COUNTERS = {study_hours.KIND: study_hours.count_unit, cadence.KIND: cadence.count_unit}


def loops(settings: Settings) -> dict[str, Loop]:
    """Return the loops by name; each has connections of its own from the pool."""
    database = Database(settings.database_url, statement_timeout_ms=0, batches=True)
    redis = connect(settings.redis_url)
    reminders = Reminders(settings.remind_day_before_at, settings.remind_before)
    return {
        "relay": Relay(database, redis).run,
        "imports": ImportRunner(database, KINDS, EVENTS_IMPORT).run,
        "unit-counts": repeated(database, counting(COUNTERS), every=10),
        "retention": keeper(database, rules(settings.kept)),
        "check-outs": repeated(database, check_out_those_left, every=60),
        "roster": Consumer(
            database, connect(settings.redis_url), STREAM, "events", follow_roster
        ).run,
        "study": Consumer(
            database, connect(settings.redis_url), study.STREAM, "events", record_study
        ).run,
        "lapsed-offers": repeated(database, pass_on, every=5),
        "frozen-lists": repeated(database, freeze, every=10),
        "reminders": repeated(database, reminders.remind, every=30),
        "changes": repeated(database, tell_changes, every=15),
        "duties": repeated(database, remind_duties, every=300),
    }


if __name__ == "__main__":
    run_loops(loops(Settings.from_environment(Environment())))
