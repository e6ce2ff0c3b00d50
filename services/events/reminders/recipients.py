"""Whom an event concerns: everyone who is expected at it, and everyone with a part in it."""

from collections import defaultdict
from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import text

from services.events.catalogue.categories import CATEGORIES
from shared.database import UnitOfWork

_ROSTER: Final = [category.code for category in CATEGORIES.values() if category.roster]

# Paths end with a slash, so all below one lie before the same with the character after the slash.
_CONCERNED = text("""
    WITH asked AS (
        SELECT id, organisation_path AS path FROM events
        WHERE id = ANY (:ids) AND audience = 'organisation'
          AND (category = ANY (:roster) OR tags && CAST(:roster AS text[]))
    ), concerned AS (
        SELECT a.id AS event_id, m.id AS member_id FROM asked a JOIN roster_members m
            ON m.path ~>=~ a.path AND m.path ~<~ (left(a.path, -1) || '0')
        UNION
        SELECT a.id, m.id FROM asked a JOIN roster_members m ON m.group_path = a.path
        UNION
        SELECT a.id, m.id FROM asked a JOIN roster_members m ON m.cross_paths @> ARRAY[a.path]
        UNION
        SELECT event_id, member_id FROM event_roles WHERE event_id = ANY (:ids)
    )
    SELECT c.event_id, c.member_id
    FROM concerned c LEFT JOIN roster_members m ON m.id = c.member_id
    WHERE m.status IS DISTINCT FROM 'left'
""")


def concerned(uow: UnitOfWork, event_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Return the members each of some events concerns; events that concern nobody are missing."""
    found: dict[UUID, list[UUID]] = defaultdict(list)
    values = {"ids": list(event_ids), "roster": _ROSTER}
    for event_id, member_id in uow.session.execute(_CONCERNED, values):
        found[event_id].append(member_id)
    return found
