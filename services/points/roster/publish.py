"""Tells the other services what organisations and members now are.

One statement writes the outbox's rows: an import of 200,000 members never has them in this
process's memory.
"""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import text

from shared.contracts.roster import MEMBERS_V1, ORGANISATIONS_V1, STREAM
from shared.database import UnitOfWork
from shared.ids import new_id

# The contract allows 500. Readers take 500 messages at a time, and all of them are in memory then.
_ENTRIES: Final = 100

# :messages holds one id for each message the entries make.
_OUTBOX: Final = """
    INSERT INTO outbox (id, stream, type, key, data)
    SELECT message.id, :stream, :type, :name,
           jsonb_build_object(CAST(:name AS text), jsonb_agg(entry ORDER BY place))
    FROM (
        SELECT entry, place, (place - 1) / :batch + 1 AS number FROM ({entries}) AS placed
    ) AS entries
    JOIN unnest(CAST(:messages AS uuid[])) WITH ORDINALITY AS message (id, number) USING (number)
    GROUP BY message.id
"""

_ORGANISATIONS = text(
    _OUTBOX.format(
        # In the order of paths parents come before what lies under them.
        entries="""
            SELECT row_number() OVER (ORDER BY path) AS place,
                jsonb_build_object(
                    'id', id, 'code', code, 'name', name, 'kind', kind, 'parent_id', parent_id,
                    'path', path, 'version', version
                ) AS entry
            FROM organisations WHERE id = ANY(CAST(:ids AS uuid[]))
        """
    )
)

_MEMBERS = text(
    _OUTBOX.format(
        entries="""
            SELECT row_number() OVER (ORDER BY m.id) AS place,
                jsonb_build_object(
                    'id', m.id, 'member_no', m.member_no, 'name', m.name,
                    'organisation_id', m.organisation_id, 'path', branch.path,
                    'group_path', own_group.path,
                    'cross_paths', coalesce((
                        SELECT jsonb_agg(o.path ORDER BY o.path)
                        FROM group_members g JOIN organisations o ON o.id = g.organisation_id
                        WHERE g.member_id = m.id
                    ), '[]'),
                    'status', m.status, 'scored', m.scored,
                    'roles', coalesce((
                        SELECT jsonb_agg(
                            jsonb_build_object('role', r.role, 'path', o.path)
                            ORDER BY r.role, o.path
                        )
                        FROM role_assignments r JOIN organisations o ON o.id = r.organisation_id
                        WHERE r.member_id = m.id
                    ), '[]'),
                    'version', m.version
                ) AS entry
            FROM members m
            JOIN organisations branch ON branch.id = m.organisation_id
            LEFT JOIN organisations own_group ON own_group.id = m.group_id
            WHERE m.id = ANY(CAST(:ids AS uuid[]))
        """
    )
)

_NEXT_VERSION = text("""
    UPDATE members SET version = version + 1 WHERE id = ANY(CAST(:ids AS uuid[]))
""")


def organisations_changed(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Publish organisations whose version has already been raised."""
    _publish(uow, _ORGANISATIONS, ORGANISATIONS_V1, "organisations", ids)


def members_changed(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Publish members whose version has already been raised."""
    _publish(uow, _MEMBERS, MEMBERS_V1, "members", ids)


def members_touched(uow: UnitOfWork, ids: Iterable[UUID]) -> None:
    """Raise the version of members and publish them: something that tells of them has changed."""
    unique = sorted(set(ids))
    uow.session.flush()
    uow.session.execute(_NEXT_VERSION, {"ids": unique})
    members_changed(uow, unique)


def _publish(uow: UnitOfWork, statement: object, kind: str, name: str, ids: Sequence[UUID]) -> None:
    uow.session.flush()
    uow.session.execute(
        statement,  # type: ignore[call-overload]
        {
            "stream": STREAM,
            "type": kind,
            "name": name,
            "ids": ids,
            "batch": _ENTRIES,
            "messages": [new_id() for _ in range(0, len(ids), _ENTRIES)],
        },
    )
