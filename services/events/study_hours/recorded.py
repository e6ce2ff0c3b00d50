"""Keeps what points tells of courses and make-up study (stream ``study``)."""

from collections.abc import Sequence

import orjson
from sqlalchemy import text

from shared.contracts.study import RECORDED_V1
from shared.contracts.validation import checked
from shared.database import UnitOfWork
from shared.messaging.envelope import Envelope

_PUT = text("""
    INSERT INTO study_facts AS known (
        member_id, id, kind, title, day, days, missed, state, revision
    )
    SELECT DISTINCT ON (member_id, fact_id) member_id, fact_id, kind, title,
        (occurred_at AT TIME ZONE 'Asia/Shanghai')::date, days, missed, state, revision
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS told (
        member_id uuid, fact_id uuid, kind text, title text, occurred_at timestamptz,
        days integer, missed text, state text, revision integer
    )
    ORDER BY member_id, fact_id, revision DESC
    ON CONFLICT (member_id, id) DO UPDATE SET
        kind = excluded.kind, title = excluded.title, day = excluded.day, days = excluded.days,
        missed = excluded.missed, state = excluded.state, revision = excluded.revision
    WHERE known.revision < excluded.revision
""")


def record_study(uow: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
    """Handler of stream ``study``: the highest revision stays, whatever the order of arrival.

    Raises:
        ValueError: a message breaks its contract; the consumer sets it aside.
    """
    if rows := [envelope.data for envelope in checked(envelopes, RECORDED_V1)]:
        uow.session.execute(_PUT, {"rows": orjson.dumps(rows).decode()})
