"""Proving who one is: by password (with a second factor), or by WeChat."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from redis import Redis
from sqlalchemy import select, update

from services.gateway.identity import acts, limits, openids, refusals, sessions, totp
from services.gateway.identity.models import Account, WechatIdentity
from services.gateway.identity.passwords import verify_password
from services.gateway.identity.policy import (
    WECHAT_TICKET_LIFETIME,
    needs_second_factor,
    normal_username,
)
from services.gateway.identity.tickets import write_ticket
from services.gateway.identity.tools import Tools
from shared.database import UnitOfWork

_ACTION: Final = "POST /auth/password"


class _WrongCodeError(Exception):
    """The password was right, the authenticator's code was not."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody signs in with; `totp` where the account has a second factor."""

    username: str
    password: str
    totp: str | None


def by_password(
    uow: UnitOfWork, redis: Redis, tools: Tools, credentials: Credentials, request_id: str
) -> sessions.Tokens:
    """Sign in with username, password and, where the account has one, the second factor.

    Raises:
        Unauthenticated: `sign_in_failed`, `totp_required`, `totp_wrong`, `totp_reused`.
        Forbidden: `totp_not_enrolled`, `member_left`, `account_locked`.
        TooMany: `too_many_attempts`.
        Unavailable: Redis is away, or too many sign in at once.
    """
    account = proven(uow, redis, credentials.username, credentials.password)
    try:
        second_factor = _check_second_factor(uow, redis, tools, account, credentials.totp)
    except _WrongCodeError:
        # Somebody knows an administrator's password: that much is worth a line.
        acts.note(uow, account.member_id, _ACTION, HTTPStatus.UNAUTHORIZED, request_id)
        uow.commit()
        raise refusals.totp_wrong() from None
    tokens = sessions.start(uow, tools, account, how="password", second_factor=second_factor)
    if second_factor:
        acts.note(uow, account.member_id, _ACTION, HTTPStatus.OK, request_id)
    forgive(redis, account)
    return tokens


def proven(uow: UnitOfWork, redis: Redis, username: str, password: str) -> Account:
    """Return the account whose name and password these are; the try is counted.

    Raises:
        Unauthenticated: `sign_in_failed`.
        TooMany: `too_many_attempts`.
        Unavailable: Redis is away, or too many sign in at once.
    """
    name = normal_username(username)
    # What can be no username is counted and checked like one that is unknown.
    limits.spend(redis, limits.PASSWORD, name or username)
    row = uow.session.execute(
        select(Account.id, Account.password_hash).where(Account.username == (name or ""))
    ).one_or_none()
    # Checking takes a while; the connection serves others meanwhile.
    uow.rollback()
    if not verify_password(row.password_hash if row else None, password) or row is None:
        raise refusals.sign_in_failed()
    return uow.session.get_one(Account, row.id)


def forgive(redis: Redis, account: Account) -> None:
    """Forget the wrong passwords before the right one."""
    limits.forgive(redis, limits.PASSWORD, account.username or "")


def by_wechat(uow: UnitOfWork, tools: Tools, code: str) -> sessions.Tokens:
    """Sign in with the code of `wx.login`.

    Raises:
        Conflict: `wechat_not_bound`, with the ticket that binding takes.
        Forbidden: `member_left`, `account_locked`.
        Problem: what `WeChat.open_id` refuses.
    """
    openid = tools.wechat.open_id(code)
    index = tools.field_key.index("openid", openid.encode())
    bound = uow.session.execute(
        select(Account, WechatIdentity)
        .join(WechatIdentity)
        .where(WechatIdentity.openid_index == index)
    ).one_or_none()
    if bound is None:
        ticket = write_ticket(tools.field_key, openid, uow.clock.now())
        raise refusals.wechat_not_bound(ticket, int(WECHAT_TICKET_LIFETIME.total_seconds()))
    account, identity = bound
    identity.openid_sealed = openids.kept(
        tools.openid_key, account.id, openid, identity.openid_sealed
    )
    return sessions.start(uow, tools, account, how="wechat", second_factor=False)


def _check_second_factor(
    uow: UnitOfWork, redis: Redis, tools: Tools, account: Account, code: str | None
) -> bool:
    """Return whether the second factor was given; raise when it should have been."""
    if account.totp_sealed is None:
        if needs_second_factor(sessions.active_member(uow, account.member_id).grants):
            raise refusals.totp_not_enrolled()
        return False
    if not code:
        raise refusals.totp_required()
    limits.spend(redis, limits.SECOND_FACTOR, str(account.id))
    secret = totp.unseal(tools.field_key, account.id, account.totp_sealed)
    step = totp.matching_step(secret, code, uow.clock.now())
    if step is None:
        raise _WrongCodeError
    # The row itself says whether the step is new, so two sign-ins at once cannot share one.
    used = uow.session.execute(
        update(Account)
        .where(Account.id == account.id, Account.totp_last_step < step)
        .values(totp_last_step=step)
        .returning(Account.id)
    ).one_or_none()
    if used is None:
        raise refusals.totp_reused()
    limits.forgive(redis, limits.SECOND_FACTOR, str(account.id))
    return True
