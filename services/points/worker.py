"""The points service's background loops: ``python -m services.points.worker``."""

from services.points.audit.retention import rules
from services.points.checker.proofs import ask_nightly
from services.points.config import Settings
from services.points.event_results.posting import ResultPosting
from services.points.imports import IMPORTS, KINDS
from services.points.leaderboards.projector import Projector
from services.points.leaderboards.snapshots import freeze
from services.points.ledger.attendance import AttendancePosting
from services.points.ledger.membership import MembershipPosting
from services.points.ledger.years import open_years, score_again
from services.points.statements.preparing import prepare_last_month
from shared.config import Environment
from shared.contracts import attendance, points, results, roster
from shared.database import Database
from shared.imports.runner import ImportRunner
from shared.messaging.consumer import Consumer, Handler
from shared.messaging.relay import Relay
from shared.redis import connect
from shared.retention.rules import keeper
from shared.worker import Loop, repeated, run_loops


def loops(settings: Settings) -> dict[str, Loop]:
    """Return the loops by name; each reads its stream over a connection of its own."""
    database = Database(settings.database_url, statement_timeout_ms=0, batches=True)
    projector = Projector(database, connect(settings.redis_url))

    def consumer(stream: str, group: str, handler: Handler) -> Loop:
        return Consumer(database, connect(settings.redis_url), stream, group, handler).run

    return {
        "relay": Relay(database, connect(settings.redis_url)).run,
        "imports": ImportRunner(database, KINDS, IMPORTS).run,
        "attendance": consumer(attendance.STREAM, "points", AttendancePosting()),
        "results": consumer(results.STREAM, "points", ResultPosting()),
        "openings": repeated(database, open_years, every=30),
        "rescoring": repeated(database, score_again, every=5),
        "membership": consumer(roster.STREAM, "points", MembershipPosting()),
        "board-scores": consumer(points.STREAM, "boards", projector.project),
        "board-moves": consumer(roster.STREAM, "boards", projector.move),
        "boards": projector.run,
        "statements": repeated(database, prepare_last_month, every=3600),
        "snapshots": repeated(database, freeze, every=600),
        "proofs": repeated(database, ask_nightly, every=60),
        "retention": keeper(database, rules(settings, database)),
    }


if __name__ == "__main__":
    run_loops(loops(Settings.from_environment(Environment())))
