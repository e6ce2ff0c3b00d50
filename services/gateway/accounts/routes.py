"""The addresses of members' accounts; an account is named by its member, who has one at most."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from services.gateway.accounts import acting, listing
from services.gateway.accounts.permissions import ACCOUNTS_LOCK, ACCOUNTS_READ, ACCOUNTS_SECURE
from services.gateway.accounts.schemas import (
    AccountDetailOut,
    AccountsPage,
    AccountsQuery,
    EnrolmentOut,
    LockIn,
)
from services.gateway.identity.tools import current_tools
from shared.web import (
    current_principal,
    current_uow,
    page,
    read_cursor,
    requires,
    transactional,
    transactional_secretly,
)

blueprint = APIBlueprint("accounts", __name__, url_prefix="/api/v1/accounts")


@blueprint.get("")
@requires(ACCOUNTS_READ)
@blueprint.input(AccountsQuery, location="query")
@blueprint.output(AccountsPage)
def get_accounts(query_data: dict[str, Any]) -> dict[str, object]:
    """List members and how each can sign in, by number; who has left is not among them."""
    limit, (after,) = query_data["limit"], read_cursor(query_data["cursor"], str) or (None,)
    rows = listing.page(current_uow(), current_principal(), query_data, after, limit + 1)
    return page(rows, limit, lambda row: [row["member_no"]])


@blueprint.get("/<uuid:member_id>")
@requires(ACCOUNTS_READ)
@blueprint.output(AccountDetailOut)
def get_account(member_id: UUID) -> dict[str, Any]:
    """Read an account with its sessions."""
    return _account(member_id)


@blueprint.post("/<uuid:member_id>/lock")
@requires(ACCOUNTS_LOCK)
@transactional_secretly
@blueprint.input(LockIn)
@blueprint.output(AccountDetailOut)
def post_lock(member_id: UUID, json_data: dict[str, str]) -> dict[str, Any]:
    """Keep an account from signing in and refreshing; all its sessions end.

    An access token that is out stays good for ten minutes at most. The reason is kept in the account
    alone, for as long as it is locked.
    """
    acting.lock(current_uow(), current_tools(), current_principal(), member_id, json_data["reason"])
    return _account(member_id)


@blueprint.post("/<uuid:member_id>/unlock")
@requires(ACCOUNTS_LOCK)
@transactional_secretly
@blueprint.output(AccountDetailOut)
def post_unlock(member_id: UUID) -> dict[str, Any]:
    """Let an account sign in again."""
    acting.unlock(current_uow(), current_tools(), current_principal(), member_id)
    return _account(member_id)


@blueprint.delete("/<uuid:member_id>/sessions")
@requires(ACCOUNTS_SECURE)
@transactional
@blueprint.output({}, status_code=204)
def delete_sessions(member_id: UUID) -> str:
    """End all sessions of an account."""
    acting.end_sessions(current_uow(), current_tools(), current_principal(), member_id, None)
    return ""


@blueprint.delete("/<uuid:member_id>/sessions/<uuid:session_id>")
@requires(ACCOUNTS_SECURE)
@transactional
@blueprint.output({}, status_code=204)
def delete_session(member_id: UUID, session_id: UUID) -> str:
    """End one session of an account."""
    acting.end_sessions(current_uow(), current_tools(), current_principal(), member_id, session_id)
    return ""


@blueprint.post("/<uuid:member_id>/second-factor")
@requires(ACCOUNTS_SECURE)
@transactional_secretly
@blueprint.output(EnrolmentOut, status_code=201)
def post_second_factor(member_id: UUID) -> acting.Issued:
    """Make a code by which the member sets up an authenticator, good for seven days, shown once.

    A second factor from before is gone at once, and all sessions end.
    """
    return acting.issue_enrolment(current_uow(), current_tools(), current_principal(), member_id)


@blueprint.delete("/<uuid:member_id>/second-factor")
@requires(ACCOUNTS_SECURE)
@transactional
@blueprint.output({}, status_code=204)
def delete_second_factor(member_id: UUID) -> str:
    """Take a code back that has not been used."""
    acting.withdraw_enrolment(current_uow(), current_tools(), current_principal(), member_id)
    return ""


def _account(member_id: UUID) -> dict[str, Any]:
    uow = current_uow()
    uow.session.flush()
    return listing.one(uow, current_tools(), current_principal(), member_id)
