"""Puts what members are to be told into their inbox."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import orjson
from sqlalchemy import text

from shared.contracts.notices import REQUESTED_V1
from shared.contracts.validation import checked
from shared.database import UnitOfWork
from shared.messaging.envelope import Envelope

# What could not be sent for so long is news to nobody; in the inbox it is all the same.
SENT_WITHIN: Final = timedelta(days=2)

# What is there stays as it is: told again, or by another message of the same key, it is one notice.
_STORE = text("""
    INSERT INTO notices (
        member_id, key, kind, subject_type, subject_id, zh, en, created_at, template, data, urgent,
        send_state, send_at, send_until
    )
    SELECT
        member_id, key, kind, subject_type, subject_id, zh, en, created_at, template, data, urgent,
        CASE WHEN template IS NOT NULL THEN 'due' END, created_at,
        coalesce(expires_at, created_at + CAST(:sent_within AS interval))
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS told (
        key text, member_ids uuid[], kind text, subject_type text, subject_id uuid, zh text,
        en text, urgent boolean, expires_at timestamptz, template text, data jsonb,
        created_at timestamptz
    ) CROSS JOIN unnest(member_ids) AS members (member_id)
    WHERE NOT EXISTS (
        SELECT FROM notice_preferences p
        WHERE p.member_id = members.member_id AND told.kind = ANY (p.off)
    )
    ON CONFLICT DO NOTHING
""")


def take(uow: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
    """Apply a batch of the stream `notices`.

    Raises:
        ValueError: a message breaks its contract; the consumer sets it aside.
    """
    rows: list[dict[str, Any]] = [
        envelope.data | {"created_at": envelope.created_at}
        for envelope in checked(envelopes, REQUESTED_V1)
    ]
    if rows:
        values = {"rows": orjson.dumps(rows).decode(), "sent_within": SENT_WITHIN}
        uow.session.execute(_STORE, values)
