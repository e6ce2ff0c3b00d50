"""Dead letters: messages that could not be applied; seen, sent again, set aside. None is deleted.

A letter is sent to its stream before the transaction that marks it as sent commits. Should the
process die between the two, the letter still waits and is sent once more: its readers' inbox knows
what it has applied.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from redis import Redis
from sqlalchemy import Row, text

from shared.crash import crash_point
from shared.database import UnitOfWork
from shared.errors import Conflict, NotFound
from shared.messaging.envelope import FIELD, Envelope, decode, stream_key
from shared.text import Text

STATES: Final = ("waiting", "sent_again", "set_aside")

_LETTERS: Final = """
    SELECT l.*,
        CASE WHEN redriven_at IS NOT NULL THEN 'sent_again'
            WHEN set_aside_at IS NOT NULL THEN 'set_aside' ELSE 'waiting' END AS state,
        (
            SELECT count(*) FROM dead_letters d
            WHERE d.consumer = l.consumer AND sha256(d.message) = sha256(l.message) AND d.id <= l.id
        ) AS failures
    FROM dead_letters l
"""
_PAGE: Final = text(f"""
    SELECT * FROM ({_LETTERS}) AS letters
    WHERE (CAST(:consumer AS text) IS NULL OR consumer = :consumer)
        AND (CAST(:stream AS text) IS NULL OR stream = :stream)
        AND (CAST(:state AS text) IS NULL OR state = :state)
        AND (CAST(:before AS uuid) IS NULL OR id < :before)
    ORDER BY id DESC LIMIT :limit
""")  # noqa: S608 - put together from a constant
_ONE: Final = text(f"{_LETTERS} WHERE id = :id")
_APPLIED: Final = text("""
    SELECT consumer, message_id FROM inbox JOIN unnest(
        CAST(:consumers AS text[]), CAST(:ids AS uuid[])
    ) AS asked (consumer, message_id) USING (consumer, message_id)
""")
_HOLD: Final = text("SELECT * FROM dead_letters WHERE id = :id FOR UPDATE")
# In the order of their ids, so that two who do this at once wait for each other and nothing more.
_HOLD_WAITING: Final = text("""
    SELECT id, stream, message FROM dead_letters
    WHERE redriven_at IS NULL AND set_aside_at IS NULL
        AND (CAST(:consumer AS text) IS NULL OR consumer = :consumer)
        AND (CAST(:stream AS text) IS NULL OR stream = :stream)
    ORDER BY id FOR UPDATE
""")
_SENT: Final = text("UPDATE dead_letters SET redriven_at = :now WHERE id = ANY(:ids)")
_SET_ASIDE: Final = text(
    "UPDATE dead_letters SET set_aside_at = :now, set_aside_reason = :reason WHERE id = :id"
)
_NOT_ASCII: Final = re.compile(r"[^\x20-\x7e]+")
_SHOWN: Final = 300


def page(
    uow: UnitOfWork, wanted: Mapping[str, Any], before: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Return letters as `DeadLetterOut` shows them, newest first.

    `wanted` has `consumer`, `stream` and `state`, each a value or None.
    """
    rows = uow.session.execute(_PAGE, {**wanted, "before": before, "limit": limit}).all()
    return _shown(uow, rows)


def get(uow: UnitOfWork, letter_id: UUID) -> dict[str, Any]:
    """Return one letter.

    Raises:
        NotFound: `dead_letter_unknown`.
    """
    shown = _shown(uow, uow.session.execute(_ONE, {"id": letter_id}).all())
    if not shown:
        raise _unknown()
    return shown[0]


def redrive(uow: UnitOfWork, redis: Redis, letter_id: UUID) -> None:
    """Send a letter to its stream again, one that was set aside too; the caller commits.

    Every group of the stream sees it; those that had applied it know it and do nothing. If it fails
    again it becomes another letter.

    Raises:
        NotFound: `dead_letter_unknown`.
        Conflict: `dead_letter_sent_again`, by somebody who was quicker.
    """
    _send(uow, redis, [_hold(uow, letter_id)])


def redrive_waiting(
    uow: UnitOfWork,
    redis: Redis,
    consumer: str | None = None,
    stream: str | None = None,
    count: int | None = None,
) -> int:
    """Send all letters that wait, or those of a reader or stream; return how many there were.

    `count` is how many the person saw when they agreed. The caller commits.

    Raises:
        Conflict: `dead_letters_changed`, there are not as many.
    """
    rows = uow.session.execute(_HOLD_WAITING, {"consumer": consumer, "stream": stream}).all()
    if count is not None and len(rows) != count:
        raise Conflict(
            "dead_letters_changed",
            Text(
                f"待处理的消息现为 {len(rows)} 条，请重新查看后再决定。",
                f"{len(rows)} messages wait by now; look at them again and decide anew.",
            ),
            extra={"count": len(rows)},
        )
    _send(uow, redis, rows)
    return len(rows)


def set_aside(uow: UnitOfWork, letter_id: UUID, reason: str) -> None:
    """Note that a letter will never be applied, and why; the caller commits.

    Raises:
        NotFound: `dead_letter_unknown`.
        Conflict: `dead_letter_sent_again`, `dead_letter_set_aside`.
    """
    if _hold(uow, letter_id).set_aside_at is not None:
        raise Conflict(
            "dead_letter_set_aside",
            Text("这条消息已被搁置，无需重复操作。", "This message was set aside already."),
        )
    uow.session.execute(_SET_ASIDE, {"id": letter_id, "now": uow.clock.now(), "reason": reason})


def _hold(uow: UnitOfWork, letter_id: UUID) -> Row[Any]:
    row = uow.session.execute(_HOLD, {"id": letter_id}).one_or_none()
    if row is None:
        raise _unknown()
    if row.redriven_at is not None:
        raise Conflict(
            "dead_letter_sent_again",
            Text(
                "这条消息已重新发送；如再次失败，会作为新的一条出现。",
                "This message was sent again already; should it fail again, it comes up anew.",
            ),
        )
    return row


def _send(uow: UnitOfWork, redis: Redis, rows: Sequence[Row[Any]]) -> None:
    values = {"now": uow.clock.now(), "ids": [row.id for row in rows]}
    uow.session.execute(_SENT, values)
    pipe = redis.pipeline(transaction=False)
    for row in rows:
        pipe.xadd(stream_key(row.stream), {FIELD: row.message})
    pipe.execute()
    crash_point("redrive_before_commit")


def _shown(uow: UnitOfWork, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    read = [(row, _read(row.message)) for row in rows]
    known = [(row.consumer, message.id) for row, message in read if message]
    asked = {"consumers": [consumer for consumer, _ in known], "ids": [id_ for _, id_ in known]}
    applied = {tuple(found) for found in uow.session.execute(_APPLIED, asked)}
    return [
        {
            **row._mapping,  # noqa: SLF001 - SQLAlchemy's public name for it
            "error": without_names(row.error),
            "message_id": message and message.id,
            "type": message and without_names(str(message.type)),
            "key": message and without_names(str(message.key)),
            "told_at": message and message.created_at,
            "ids": ids_in(message.data) if message else {},
            "applied": message is not None and (row.consumer, message.id) in applied,
        }
        for row, message in read
    ]


def _read(message: bytes) -> Envelope | None:
    try:
        return decode(message)
    except (ValueError, KeyError, TypeError):
        return None


def without_names(error: str) -> str:
    """Return what may be shown of an error: its first line, and nothing in Chinese.

    Databases put rows and parameters into the lines beneath, and those hold people's names.
    """
    first = next(iter(error.splitlines()), "")
    return _NOT_ASCII.sub("…", first)[:_SHOWN]


def ids_in(data: object) -> dict[str, str]:
    """Return what a message's data names by id, by which to find it; the rest may be personal."""
    found = {}
    for name, value in data.items() if isinstance(data, dict) else ():
        try:
            found[without_names(name)] = str(UUID(value))
        except (ValueError, TypeError, AttributeError):
            continue
    return found


def _unknown() -> NotFound:
    return NotFound(
        "dead_letter_unknown",
        Text("没有这条消息，请从列表中选择。", "There is no such message; choose one of the list."),
    )
