"""Accounts as those who look after them see them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.gateway.accounts import refusals, statements
from services.gateway.accounts.permissions import ACCOUNTS_READ
from services.gateway.identity import own
from services.gateway.identity.models import Organisation
from services.gateway.identity.policy import needs_second_factor
from services.gateway.identity.tools import Tools
from shared.auth import Grant, Principal
from shared.database import UnitOfWork


def page(
    uow: UnitOfWork, principal: Principal, filters: Mapping[str, Any], after: str | None, limit: int
) -> Sequence[dict[str, Any]]:
    """Return members within reach and how each can sign in, by number, beginning after one.

    Filters, each optional: `q` (beginning of the number or the username, part of the name),
    `organisation_id` (itself and all below), `state` (one of `statements.STATES`).
    """
    place = filters.get("organisation_id")
    organisation = uow.session.get(Organisation, place) if place else None
    if place and organisation is None:
        return []
    statement = statements.page(
        state=filters.get("state"),
        found=bool(filters.get("q")),
        below=organisation is not None,
        after=after is not None,
    )
    values = {
        "reaches": list(principal.paths(ACCOUNTS_READ)),
        "q": filters.get("q"),
        "begins": re.sub(r"([\\%_])", r"\\\1", filters.get("q") or "") + "%",
        "below": f"{organisation.path}%" if organisation else None,
        "after": after,
        "limit": limit,
    }
    return [_described(row) for row in uow.session.execute(statement, values)]


def one(uow: UnitOfWork, tools: Tools, principal: Principal, member_id: UUID) -> dict[str, Any]:
    """Return a member's account with its sessions.

    Raises:
        NotFound: `account_unknown`.
    """
    values = {"reaches": list(principal.paths(ACCOUNTS_READ)), "member_id": member_id}
    row = uow.session.execute(statements.ONE, values).one_or_none()
    if row is None or row.account_id is None:
        raise refusals.account_unknown()
    sessions = own.shown(uow, tools, row.account_id, principal.session)
    return {**_described(row), "sessions": sessions}


def _described(row: Row[Any]) -> dict[str, Any]:
    offices = [Grant(role["role"], role["path"]) for role in row.roles if role["role"] != "member"]
    return {
        **row._mapping,  # noqa: SLF001 - the public way to a dict
        "roles": offices,
        "has_account": row.account_id is not None,
        "factor_missing": needs_second_factor(offices) and not row.second_factor,
    }
