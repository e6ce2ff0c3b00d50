"""Applies the stream ``roster`` to the copy; an older version never wins."""

from collections.abc import Sequence
from typing import Final

import orjson
from sqlalchemy import text

from shared.contracts.roster import MEMBERS_V1, ORGANISATIONS_V1
from shared.contracts.validation import entries
from shared.database import UnitOfWork
from shared.messaging.envelope import Envelope
from shared.names import initials

# A batch may tell of one member twice, an upsert may not: only the newest goes in.
_PUT_ORGANISATIONS = text("""
    INSERT INTO roster_organisations (id, code, name, kind, parent_id, path, version, since)
    SELECT DISTINCT ON (id) id, code, name, kind, parent_id, path, version, told_at
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS told (
        id uuid, code text, name text, kind text, parent_id uuid, path text, version integer,
        told_at timestamptz
    )
    ORDER BY id, version DESC
    ON CONFLICT (id) DO UPDATE SET
        code = excluded.code, name = excluded.name, kind = excluded.kind,
        parent_id = excluded.parent_id, path = excluded.path, version = excluded.version
    WHERE roster_organisations.version < excluded.version
""")

# What somebody may do is the gateway's business; here offices say who is asked for what. One that
# stays keeps the moment it was first told of.
_PUT_MEMBERS = text("""
    WITH newest AS (
        SELECT DISTINCT ON (id) *
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS told (
            id uuid, member_no text, name text, organisation_id uuid, path text, group_path text,
            cross_paths text[], status text, scored boolean, initials text, roles jsonb,
            version integer, told_at timestamptz
        )
        ORDER BY id, version DESC
    ), put AS (
        INSERT INTO roster_members (
            id, member_no, name, organisation_id, path, group_path, cross_paths, status, scored,
            initials, version
        )
        SELECT id, member_no, name, organisation_id, path, group_path, cross_paths, status, scored,
            initials, version
        FROM newest
        ON CONFLICT (id) DO UPDATE SET
            member_no = excluded.member_no, name = excluded.name,
            organisation_id = excluded.organisation_id, path = excluded.path,
            group_path = excluded.group_path, cross_paths = excluded.cross_paths,
            status = excluded.status, scored = excluded.scored, initials = excluded.initials,
            version = excluded.version
        WHERE roster_members.version < excluded.version
        RETURNING id
    ), held AS (
        SELECT id, duty.role, split_part(duty.path, '/', -2) AS code, duty.path, told_at
        FROM put JOIN newest USING (id),
            jsonb_to_recordset(newest.roles) AS duty (role text, path text)
    ), ended AS (
        DELETE FROM roster_duties d USING put
        WHERE d.member_id = put.id AND NOT EXISTS (
            SELECT FROM held h WHERE (h.id, h.role, h.code) = (d.member_id, d.role, d.code)
        )
    )
    INSERT INTO roster_duties (member_id, role, code, path, since)
    SELECT id, role, code, path, told_at FROM held
    ON CONFLICT (member_id, role, code) DO UPDATE SET path = excluded.path
""")

# Kind of message → the list in it, where its entries go.
_TAKEN: Final = {
    ORGANISATIONS_V1: ("organisations", _PUT_ORGANISATIONS),
    MEMBERS_V1: ("members", _PUT_MEMBERS),
}


def copy_roster(uow: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
    """Handler of stream ``roster``; other kinds of message are not for this service.

    Raises:
        ValueError: a message breaks its contract; the consumer sets it aside.
    """
    for kind, (name, statement) in _TAKEN.items():
        rows = [
            entry | {"told_at": envelope.created_at, "initials": initials(entry["name"])}
            for envelope in envelopes
            for entry in entries([envelope], kind, name)
        ]
        if rows:
            uow.session.execute(statement, {"rows": orjson.dumps(rows).decode()})
