"""The signed-in person's own sessions and password."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from redis import Redis
from sqlalchemy import select

from services.gateway.identity import limits, refusals, sessions
from services.gateway.identity.models import Account, SignIn
from services.gateway.identity.passwords import hash_password, verify_password
from services.gateway.identity.policy import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    password_is_acceptable,
)
from services.gateway.identity.tools import Tools
from shared.auth import Principal
from shared.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class Shown:
    """A session as its owner, and who looks after accounts, see it."""

    id: UUID
    how: str | None
    second_factor: bool
    begun_at: datetime
    renewed_at: datetime
    ends_at: datetime
    current: bool


def shown(uow: UnitOfWork, tools: Tools, account_id: UUID, current: UUID | None) -> list[Shown]:
    """Return an account's sessions that are not over; `current` names the asker's own."""
    found = []
    for each in sessions.alive(uow, account_id):
        name = sessions.name_of(tools, each.id)
        found.append(
            Shown(
                id=name,
                how=each.how,
                second_factor=each.second_factor,
                begun_at=each.created_at,
                renewed_at=each.rotated_at,
                ends_at=each.expires_at,
                current=name == current,
            )
        )
    return found


def named(uow: UnitOfWork, tools: Tools, account_id: UUID, name: UUID) -> SignIn:
    """Return one of an account's sessions by the name it is shown by.

    Raises:
        NotFound: `session_unknown`.
    """
    for each in sessions.alive(uow, account_id):
        if sessions.name_of(tools, each.id) == name:
            return each
    raise refusals.session_unknown()


def live_session(uow: UnitOfWork, tools: Tools, principal: Principal) -> tuple[Account, SignIn]:
    """Return the asker's account and session, if it has not been ended since the token was given.

    An access token outlives its session by ten minutes at most. Where the session itself is at
    stake, and other people's, that is too long.

    Raises:
        Unauthenticated: `refresh_invalid`.
    """
    account = uow.session.scalars(
        select(Account).where(Account.member_id == principal.member_id)
    ).one_or_none()
    if account is None:
        raise refusals.refresh_invalid()
    for each in sessions.alive(uow, account.id):
        if sessions.name_of(tools, each.id) == principal.session:
            return account, each
    raise refusals.refresh_invalid()


def account_and_session(
    uow: UnitOfWork, tools: Tools, principal: Principal
) -> tuple[Account, SignIn]:
    """Return the same, the account locked until the end.

    Raises:
        Unauthenticated: `refresh_invalid`.
    """
    uow.session.execute(
        select(Account.id).where(Account.member_id == principal.member_id).with_for_update()
    )
    return live_session(uow, tools, principal)


def own_sessions(uow: UnitOfWork, tools: Tools, principal: Principal) -> Sequence[Shown]:
    """Return the asker's sessions."""
    account_id = _account_id(uow, principal)
    return shown(uow, tools, account_id, principal.session) if account_id else []


def end_own(uow: UnitOfWork, tools: Tools, principal: Principal, name: UUID) -> None:
    """End one of the asker's sessions.

    Raises:
        NotFound: `session_unknown`.
    """
    account_id = _account_id(uow, principal)
    if account_id is None:
        raise refusals.session_unknown()
    sessions.end_one(uow, named(uow, tools, account_id, name), "ended_by_owner")


def change_password(
    uow: UnitOfWork, redis: Redis, tools: Tools, principal: Principal, old: str, new: str
) -> None:
    """Set another password; all other sessions end.

    Raises:
        Unauthenticated: `refresh_invalid`.
        Conflict: `account_without_password`.
        Unprocessable: `password_wrong`.
        Invalid: `password_weak`.
        TooMany: `too_many_attempts`.
    """
    account, session = account_and_session(uow, tools, principal)
    if account.username is None:
        raise refusals.account_without_password()
    limits.spend(redis, limits.PASSWORD, account.username)
    if not verify_password(account.password_hash, old):
        raise refusals.password_wrong()
    if not password_is_acceptable(new, account.username):
        raise refusals.password_weak(SHORTEST_PASSWORD, LONGEST_PASSWORD)
    account.password_hash = hash_password(new)
    sessions.end_others(uow, session, "password_set")
    limits.forgive(redis, limits.PASSWORD, account.username)


def _account_id(uow: UnitOfWork, principal: Principal) -> UUID | None:
    return uow.session.scalar(select(Account.id).where(Account.member_id == principal.member_id))
