"""Rules of what every service has: its messages, answers already given, its log, these runs."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text

from shared.database import UnitOfWork
from shared.imports.jobs import drop_previews
from shared.retention.rules import GiveUp, Rule, rows
from shared.retention.settings import Kept, setting

# Clients repeat within hours; after that a key only tells who did what when, as the log does.
_KEYS: Final = timedelta(days=7)
_PREVIEWS: Final = timedelta(days=7)

_ALLOW: Final = text("SET LOCAL audit.retention = 'on'")
_forget_acts = rows("audit_log", "at < :before")


def standing(kept: Kept, outbox: str = "true") -> tuple[Rule, ...]:
    """Return the rules of messages and requests; `outbox` says which sent messages are given up."""
    messages, audit = (kept.of("messages"), setting("messages")), setting("audit")
    return (
        Rule("idempotency_keys", _KEYS, rows("idempotency_keys", "created_at < :before")),
        Rule("inbox", messages[0], rows("inbox", "received_at < :before"), messages[1]),
        Rule(
            "outbox",
            messages[0],
            rows("outbox", f"published_at < :before AND {outbox}"),
            messages[1],
        ),
        Rule(
            "dead_letters", messages[0], rows("dead_letters", "redriven_at < :before"), messages[1]
        ),
        # That somebody decided against applying it is told as long as the log tells who.
        Rule(
            "set_aside_letters",
            kept.of("audit"),
            rows("dead_letters", "set_aside_at < :before AND redriven_at IS NULL"),
            audit,
        ),
        Rule(
            "retention_runs",
            kept.of("audit"),
            rows("retention_runs", "finished_at < :before"),
            audit,
        ),
    )


def log(kept: Kept, give_up: GiveUp | None = None) -> Rule:
    """Return the rule of the audit log; `give_up` where more than its rows has to go."""
    return Rule("audit_log", kept.of("audit"), give_up or forget_acts, setting("audit"))


def forget_acts(uow: UnitOfWork, before: datetime) -> int:
    """Delete acts of before a moment; the database refuses those of the last six months."""
    uow.session.execute(_ALLOW)
    return _forget_acts(uow, before)


PREVIEWS: Final = Rule("import_previews", _PREVIEWS, drop_previews)
