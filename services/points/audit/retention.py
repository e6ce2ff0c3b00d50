"""What the points service keeps for how long."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text

from services.points.claims.attachments.policy import AFTER_REVIEW
from services.points.claims.attachments.sweeper import AttachmentSweeper
from services.points.config import Settings
from services.points.reports import files
from shared.database import Database, UnitOfWork
from shared.retention import Rule, kept_for_good
from shared.retention.standing import PREVIEWS, forget_acts, log, standing

# Whole seals at a time: what is left is still proven by the others.
_RETIRE: Final = text("""
    UPDATE seals SET retired_at = :now
    WHERE table_name = 'audit_log' AND retired_at IS NULL AND through < :before
""")
_RETIRED_THROUGH: Final = text("""
    SELECT max(through) FROM seals WHERE table_name = 'audit_log' AND retired_at IS NOT NULL
""")


def rules(settings: Settings, database: Database) -> Sequence[Rule]:
    """Return the rules, as the worker carries them out and the route tells them."""
    sweeper = AttachmentSweeper(database, settings.storage)
    return (
        kept_for_good("facts"),
        kept_for_good("ledger_entries"),
        log(settings.kept, forget_sealed_acts),
        Rule("attachments", AFTER_REVIEW, lambda _uow, _before: sweeper.sweep()),
        Rule("report_files", files.KEPT, files.remover(settings.storage)),
        PREVIEWS,
        *standing(settings.kept),
    )


def forget_sealed_acts(uow: UnitOfWork, before: datetime) -> int:
    """Retire the seals of before a moment and delete some of what they cover; return how many."""
    uow.session.execute(_RETIRE, {"now": uow.clock.now(), "before": before})
    through: datetime | None = uow.session.scalar(_RETIRED_THROUGH)
    return forget_acts(uow, through + timedelta(microseconds=1)) if through else 0
