"""Private reminders of the branch calendar, each morning, to whoever answers for what is due.

What was told on the days before is found again; the inbox knows it by its key and drops it. So
whoever takes a duty over is reminded as well, and nobody twice.
"""

from datetime import time, timedelta
from typing import Final

from sqlalchemy import text

from services.events.cadence.reminders import Reminder, reminders_due
from shared.clock import SHANGHAI, local_day
from shared.database import UnitOfWork
from shared.notices import Notice, tell

_FROM: Final = time(9)
# Of use as long as somebody can still act on the same day's word.
_KEPT: Final = timedelta(days=1)

_BEGIN = text("INSERT INTO duty_rounds (day) VALUES (:day) ON CONFLICT DO NOTHING RETURNING day")


def remind_duties(uow: UnitOfWork) -> bool:
    """Make today's round from nine in the morning on, once; the caller commits. Never asks for more."""
    now = uow.clock.now()
    if now.astimezone(SHANGHAI).time() < _FROM:
        return False
    if uow.session.scalar(_BEGIN, {"day": local_day(now)}) is not None:
        for reminder in list(reminders_due(uow)):
            tell(uow, [reminder.member_id], _notice(uow, reminder))
    return False


def _notice(uow: UnitOfWork, reminder: Reminder) -> Notice:
    now = uow.clock.now()
    return Notice(
        kind=reminder.kind,
        # One organisation has several duties, and each waits to be sent by itself.
        subject_type=f"cadence.{reminder.rule.code}",
        subject_id=reminder.subject,
        key=reminder.key,
        text=reminder.text,
        template="duty",
        data={
            "title": reminder.rule.name.zh,
            "time": reminder.wanted_by.isoformat(),
            "note": "尚未完成",
        },
        expires_at=now + _KEPT,
    )
