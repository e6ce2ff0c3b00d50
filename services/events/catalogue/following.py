"""What the roster's news mean for events: those of, or for, an organisation that moved follow it."""

from collections.abc import Sequence

from sqlalchemy import text

from services.events.roster_copy.copying import copy_roster
from shared.contracts.roster import ORGANISATIONS_V1
from shared.database import UnitOfWork
from shared.messaging.envelope import Envelope

_FOLLOW = text("""
    WITH moved AS (
        UPDATE events SET organisation_path = o.path, version = events.version + 1
        FROM roster_organisations o
        WHERE o.id = ANY(CAST(:ids AS uuid[])) AND organisation_id = o.id
          AND organisation_path <> o.path
        RETURNING events.id
    ), followed AS (
        UPDATE event_audiences SET path = o.path FROM roster_organisations o
        WHERE o.id = ANY(CAST(:ids AS uuid[])) AND organisation_id = o.id
          AND event_audiences.path <> o.path
        RETURNING event_id
    )
    UPDATE event_sessions SET version = version + 1
    WHERE event_id IN (SELECT id FROM moved UNION SELECT event_id FROM followed)
""")


def follow_roster(uow: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
    """Handler of stream ``roster``: keep the copy, and the paths of events in line with it."""
    copy_roster(uow, envelopes)
    ids = [
        organisation["id"]
        for envelope in envelopes
        if envelope.type == ORGANISATIONS_V1
        for organisation in envelope.data["organisations"]
    ]
    if ids:
        uow.session.execute(_FOLLOW, {"ids": ids})
