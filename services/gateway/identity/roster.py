"""Keeps the copies of members and organisations; whoever left is signed out, and written to no more."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import text

from shared.contracts.roster import MEMBERS_V1, ORGANISATIONS_V1
from shared.contracts.validation import entries
from shared.database import UnitOfWork
from shared.messaging.envelope import Envelope

# Absolute values with a version: whatever the order or number of arrivals, the newest stays.
_PUT_MEMBERS = text("""
    INSERT INTO members (id, member_no, name, organisation_id, path, status, roles, version)
    SELECT DISTINCT ON (id) id, member_no, name, organisation_id, path, status, roles, version
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS row(
        id uuid, member_no text, name text, organisation_id uuid, path text, status text,
        roles jsonb, version integer)
    ORDER BY id, version DESC
    ON CONFLICT (id) DO UPDATE SET
        member_no = excluded.member_no, name = excluded.name,
        organisation_id = excluded.organisation_id, path = excluded.path,
        status = excluded.status, roles = excluded.roles, version = excluded.version
    WHERE members.version < excluded.version
""")

_PUT_ORGANISATIONS = text("""
    INSERT INTO organisations (id, name, path, version)
    SELECT DISTINCT ON (id) id, name, path, version
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS row(
        id uuid, name text, path text, version integer)
    ORDER BY id, version DESC
    ON CONFLICT (id) DO UPDATE SET
        name = excluded.name, path = excluded.path, version = excluded.version
    WHERE organisations.version < excluded.version
""")

_SIGN_OUT_THE_LEFT = text("""
    UPDATE sign_ins SET revoked_at = :now, revoked_because = 'member_left'
    FROM accounts JOIN members ON members.id = accounts.member_id
    WHERE sign_ins.account_id = accounts.id AND sign_ins.revoked_at IS NULL
      AND members.status = 'left' AND members.id = ANY(CAST(:ids AS uuid[]))
""")

_FORGET_OPENIDS_OF_THE_LEFT = text("""
    UPDATE wechat_identities SET openid_sealed = NULL
    FROM accounts JOIN members ON members.id = accounts.member_id
    WHERE wechat_identities.account_id = accounts.id AND openid_sealed IS NOT NULL
      AND members.status = 'left' AND members.id = ANY(CAST(:ids AS uuid[]))
""")


def take(uow: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
    """Apply a batch of the stream `roster`; messages of other kinds are not for this service.

    Raises:
        ValueError: a message breaks its contract; the consumer sets it aside.
    """
    if organisations := entries(envelopes, ORGANISATIONS_V1, "organisations"):
        uow.session.execute(_PUT_ORGANISATIONS, {"rows": _json(organisations)})
    if members := entries(envelopes, MEMBERS_V1, "members"):
        uow.session.execute(_PUT_MEMBERS, {"rows": _json([_belonging(row) for row in members])})
        left = [row["id"] for row in members if row["status"] == "left"]
        if left:
            uow.session.execute(_SIGN_OUT_THE_LEFT, {"ids": left, "now": uow.clock.now()})
            uow.session.execute(_FORGET_OPENIDS_OF_THE_LEFT, {"ids": left})


def _belonging(row: dict[str, Any]) -> dict[str, Any]:
    """Return a member who belongs to the own groups as to the branch, wherever a token is read."""
    groups = [path for path in (row["group_path"], *row["cross_paths"]) if path]
    return row | {"roles": [*row["roles"], *({"role": "member", "path": at} for at in groups)]}


def _json(rows: list[dict[str, Any]]) -> str:
    return orjson.dumps(rows).decode()
