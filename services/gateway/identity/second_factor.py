"""Getting a second factor: by a code of the security administrator, or in place of one's own.

An authenticator is first shown a secret, which counts only when a code of it has come back. Asked
again within its time the same secret is shown, so that two pages, or a page opened anew, do not make
each other's picture worthless.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from uuid import UUID

from redis import Redis
from sqlalchemy import delete, select

from services.gateway.identity import acts, limits, one_time_codes, own, refusals, sessions, totp
from services.gateway.identity.models import Account, EnrolmentCode, PendingFactor
from services.gateway.identity.policy import PENDING_FACTOR_LIFETIME
from services.gateway.identity.sign_in import forgive, proven
from services.gateway.identity.tools import Tools
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.qr import draw_qr

_PURPOSE: Final = "enrolment"
_ACTION: Final = "POST /auth/second-factor/confirm"


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret for an authenticator: typed, or scanned as the picture of `uri`; seconds it is good."""

    secret: str
    uri: str
    svg: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What somebody proves with that the second factor is the own one."""

    username: str
    password: str
    code: str


def code_index(tools: Tools, code: str) -> bytes:
    """Return what an enrolment code is kept and found under."""
    return one_time_codes.index(tools.field_key, _PURPOSE, code)


def begin(uow: UnitOfWork, redis: Redis, tools: Tools, enrolment: Enrolment) -> Offer:
    """Show whoever has password and enrolment code a secret for the authenticator.

    Raises:
        Unauthenticated: `sign_in_failed`.
        Forbidden: `account_locked`.
        Gone: `enrolment_invalid`.
        TooMany: `too_many_attempts`.
    """
    account = _admitted(uow, redis, tools, enrolment)
    offer = _offer(uow, tools, account)
    forgive(redis, account)
    return offer


def finish(
    uow: UnitOfWork, redis: Redis, tools: Tools, enrolment: Enrolment, code: str, request_id: str
) -> sessions.Tokens:
    """Take a code of the authenticator, put the second factor in force, and sign in with it.

    Of two at once the first uses the enrolment code up. Older sessions end.

    Raises:
        Unauthenticated: `sign_in_failed`, `totp_wrong`.
        Forbidden: `account_locked`, `member_left`.
        Gone: `enrolment_invalid`, `second_factor_lapsed`.
        TooMany: `too_many_attempts`.
    """
    account = _admitted(uow, redis, tools, enrolment)
    _take_up(uow, redis, tools, account, code)
    uow.session.execute(delete(EnrolmentCode).where(EnrolmentCode.account_id == account.id))
    sessions.end_all(uow, account.id, "second_factor_set")
    tokens = sessions.start(uow, tools, account, how="enrolment", second_factor=True)
    acts.note(uow, account.member_id, _ACTION, HTTPStatus.OK, request_id)
    forgive(redis, account)
    return tokens


def begin_anew(uow: UnitOfWork, tools: Tools, principal: Principal) -> Offer:
    """Show the signed-in person a secret for another authenticator.

    Raises:
        Unauthenticated: `refresh_invalid`.
        Forbidden: `second_factor_needed`: this session was begun without the present one.
    """
    account, session = own.account_and_session(uow, tools, principal)
    if not session.second_factor:
        raise refusals.second_factor_needed()
    return _offer(uow, tools, account)


def finish_anew(
    uow: UnitOfWork, redis: Redis, tools: Tools, principal: Principal, code: str
) -> None:
    """Take a code of the new authenticator, and put it in place of the old; other sessions end.

    Raises:
        Unauthenticated: `refresh_invalid`, `totp_wrong`.
        Forbidden: `second_factor_needed`.
        Gone: `second_factor_lapsed`.
        TooMany: `too_many_attempts`.
    """
    account, session = own.account_and_session(uow, tools, principal)
    if not session.second_factor:
        raise refusals.second_factor_needed()
    _take_up(uow, redis, tools, account, code)
    sessions.end_others(uow, session, "second_factor_set")


def drop(uow: UnitOfWork, account: Account) -> None:
    """Take an account's second factor, and whatever was begun to get another."""
    account.totp_sealed = None
    for model in (PendingFactor, EnrolmentCode):
        uow.session.execute(delete(model).where(model.account_id == account.id))


def _admitted(uow: UnitOfWork, redis: Redis, tools: Tools, enrolment: Enrolment) -> Account:
    """Return the account, locked until the end, whose password and enrolment code these are."""
    account = locked_account(uow, proven(uow, redis, enrolment.username, enrolment.password).id)
    if account.locked_at is not None:
        raise refusals.account_locked()
    issued = uow.session.get(EnrolmentCode, account.id)
    if (
        issued is None
        or issued.expires_at <= uow.clock.now()
        or issued.code_index != code_index(tools, enrolment.code)
    ):
        raise refusals.enrolment_invalid()
    return account


def locked_account(uow: UnitOfWork, account_id: UUID) -> Account:
    """Return an account as it now is; nobody else changes it, or begins a session, until the end."""
    query = select(Account).where(Account.id == account_id).with_for_update()
    return uow.session.scalars(query.execution_options(populate_existing=True)).one()


def _offer(uow: UnitOfWork, tools: Tools, account: Account) -> Offer:
    now = uow.clock.now()
    pending = uow.session.get(PendingFactor, account.id)
    if pending is None or pending.expires_at <= now:
        pending = uow.session.merge(
            PendingFactor(
                account_id=account.id,
                secret_sealed=totp.seal(tools.field_key, account.id, totp.new_secret()),
                expires_at=now + PENDING_FACTOR_LIFETIME,
            )
        )
    secret = totp.unseal(tools.field_key, account.id, pending.secret_sealed)
    uri = totp.address(secret, account.username or "")
    left = pending.expires_at - now
    return Offer(secret, uri, draw_qr(uri), int(left.total_seconds()))


def _take_up(uow: UnitOfWork, redis: Redis, tools: Tools, account: Account, code: str) -> None:
    """Make the pending secret the account's second factor, if this is a code of it."""
    now = uow.clock.now()
    pending = uow.session.get(PendingFactor, account.id)
    if pending is None or pending.expires_at <= now:
        raise refusals.second_factor_lapsed()
    limits.spend(redis, limits.SECOND_FACTOR, str(account.id))
    secret = totp.unseal(tools.field_key, account.id, pending.secret_sealed)
    step = totp.matching_step(secret, code, now)
    if step is None:
        raise refusals.totp_wrong()
    account.totp_sealed, account.totp_last_step = pending.secret_sealed, step
    uow.session.delete(pending)
    uow.session.flush()
    limits.forgive(redis, limits.SECOND_FACTOR, str(account.id))
