"""What comes too late for its month: held back until somebody decides.

A closed month's statement has been on public notice and is frozen; entries arise in it only from
an approved correction. Source: the monthly rhythm in the domain glossary.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import Cursor

from services.points.ledger.recorded import RecordedFact
from shared.clock import local_day, periods_of
from shared.ids import new_id

# The branch is that of the moment, as in `past.Past.branch`.
_HOLD = """
    WITH late AS (
        SELECT n.*, coalesce(
            (SELECT h.organisation_id FROM memberships h
                WHERE h.member_id = n.member_id AND h.since <= n.occurred_at
                ORDER BY h.since DESC LIMIT 1),
            (SELECT h.organisation_id FROM memberships h
                WHERE h.member_id = n.member_id ORDER BY h.since LIMIT 1),
            (SELECT m.organisation_id FROM members m WHERE m.id = n.member_id)
        ) AS organisation_id
        FROM unnest(
            %b::uuid[], %b::uuid[], %b::integer[], %b::uuid[], %b::text[], %b::timestamptz[],
            %b::text[], %b::text[]
        ) AS n (member_id, fact_id, revision, id, month, occurred_at, state, recorded)
        WHERE NOT EXISTS (
            SELECT FROM facts f WHERE f.member_id = n.member_id AND f.id = n.fact_id
                AND f.revision >= n.revision
        )
    ), held AS (
        SELECT late.* FROM late JOIN closed_months c USING (organisation_id, month)
    ), superseded AS (
        UPDATE held_facts older SET decision = 'superseded', decided_at = %s
        FROM held WHERE older.member_id = held.member_id AND older.fact_id = held.fact_id
            AND older.revision < held.revision AND older.decision IS NULL
    ), kept AS (
        INSERT INTO held_facts (
            member_id, fact_id, revision, id, organisation_id, month, state, recorded, received_at
        )
        SELECT member_id, fact_id, revision, id, organisation_id, month, state, recorded::jsonb, %s
        FROM held
        ON CONFLICT (member_id, fact_id, revision) DO NOTHING
    )
    SELECT member_id, fact_id FROM held
"""


def hold_back(
    cursor: Cursor[Any], recorded: Sequence[RecordedFact], now: datetime
) -> Sequence[RecordedFact]:
    """Hold back what lies in a closed month; return the rest.

    Told again, it is held once; a newer revision takes the place of one that still waits.
    """
    running = periods_of(local_day(now)).month
    late = [item for item in recorded if item.month < running]
    if not late:
        return recorded
    columns = [
        [item.fact.member_id for item in late],
        [item.fact.id for item in late],
        [item.revision for item in late],
        [new_id() for _ in late],
        [item.month for item in late],
        [item.fact.occurred_at for item in late],
        [item.state for item in late],
        [item.to_json() for item in late],
    ]
    cursor.execute(_HOLD, [*columns, now, now])
    kept = set(cursor.fetchall())
    return [item for item in recorded if (item.fact.member_id, item.fact.id) not in kept]
