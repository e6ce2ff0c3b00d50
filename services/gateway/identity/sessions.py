"""Sessions: what a sign-in starts, a refresh continues, a sign-out ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, select, update

from services.gateway.identity import refusals
from services.gateway.identity.models import Account, Member, SignIn
from services.gateway.identity.policy import (
    Session,
    Turn,
    grants_of,
    judge_refresh,
    session_lifetime,
)
from services.gateway.identity.refresh_tokens import RefreshToken
from services.gateway.identity.tools import Tools
from shared.auth import Principal
from shared.auth.tokens import ACCESS_LIFETIME
from shared.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class Tokens:
    """The answer to every sign-in; `expires_in` is the access token's, in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


def start(
    uow: UnitOfWork, tools: Tools, account: Account, *, how: str, second_factor: bool
) -> Tokens:
    """Begin a session of an account that has proved itself.

    Args:
        uow: the open transaction.
        tools: what signs.
        account: whose.
        how: `password`, `wechat`, `invitation` or `enrolment`.
        second_factor: whether that was given.

    Raises:
        Conflict: `member_unknown`.
        Forbidden: `member_left`, `account_locked`.
        Unauthenticated: `sign_in_failed`: password or second factor were changed meanwhile.
    """
    member = active_member(uow, account.member_id)
    now = uow.clock.now()
    # The row itself says whether it is locked, and still has what was proved: who locks it, or takes
    # the second factor, meanwhile waits, and then finds this session to end; who did so first lets
    # nobody by.
    let_in = uow.session.execute(
        update(Account)
        .where(
            Account.id == account.id,
            Account.locked_at.is_(None),
            Account.password_hash.is_not_distinct_from(account.password_hash),
            Account.totp_sealed.is_not_distinct_from(account.totp_sealed),
        )
        .values(signed_in_at=now)
        .returning(Account.id)
    ).one_or_none()
    if let_in is None:
        uow.session.refresh(account)
        raise refusals.account_locked() if account.locked_at else refusals.sign_in_failed()
    sign_in = SignIn(
        id=uuid4(),
        account_id=account.id,
        how=how,
        second_factor=second_factor,
        generation=0,
        created_at=now,
        rotated_at=now,
        expires_at=now + session_lifetime(second_factor=second_factor),
    )
    uow.session.add(sign_in)
    return _tokens(tools, sign_in, member, now)


def refresh(uow: UnitOfWork, tools: Tools, presented: str) -> Tokens:
    """Exchange a refresh token; the roles of the new access token are those of this moment.

    A token that was exchanged before ends its whole session, and that is committed here, because
    the refusal it is answered with would roll it back.

    Raises:
        Unauthenticated: `refresh_invalid`, `refresh_reused`.
        Forbidden: `member_left`, `account_locked`.
    """
    token = RefreshToken.read(presented, tools.field_key)
    if token is None:
        raise refusals.refresh_invalid()
    # Locked, so that two turns of one token are judged one after the other.
    sign_in = uow.session.get(SignIn, token.session_id, with_for_update=True)
    if sign_in is None:
        raise refusals.refresh_invalid()
    account = uow.session.get_one(Account, sign_in.account_id)
    if account.locked_at is not None:
        raise refusals.account_locked()
    now = uow.clock.now()
    match judge_refresh(_state(sign_in), token.generation, now):
        case Turn.OVER:
            raise refusals.refresh_invalid()
        case Turn.REUSED:
            sign_in.revoked_at, sign_in.revoked_because = now, "reused"
            uow.commit()
            raise refusals.refresh_reused()
        case Turn.ROTATE:
            sign_in.generation += 1
            sign_in.rotated_at = now
        case Turn.REPEAT:
            pass
    return _tokens(tools, sign_in, active_member(uow, account.member_id), now)


def end(uow: UnitOfWork, tools: Tools, presented: str) -> None:
    """Sign the device out. A token that is not good is no error: the wish is fulfilled."""
    token = RefreshToken.read(presented, tools.field_key)
    if token is not None:
        _revoke(uow, SignIn.id == token.session_id, "signed_out")


def end_all(uow: UnitOfWork, account_id: UUID, because: str) -> None:
    """Sign the account out everywhere."""
    _revoke(uow, SignIn.account_id == account_id, because)


def end_others(uow: UnitOfWork, kept: SignIn, because: str) -> None:
    """Sign the account out everywhere but in one session."""
    _revoke(uow, and_(SignIn.account_id == kept.account_id, SignIn.id != kept.id), because)


def end_one(uow: UnitOfWork, sign_in: SignIn, because: str) -> None:
    """End one session, unless it is over already."""
    _revoke(uow, SignIn.id == sign_in.id, because)


def alive(uow: UnitOfWork, account_id: UUID) -> Sequence[SignIn]:
    """Return the sessions of an account that are not over, the newest first."""
    query = select(SignIn).where(
        SignIn.account_id == account_id,
        SignIn.revoked_at.is_(None),
        SignIn.expires_at > uow.clock.now(),
    )
    return uow.session.scalars(query.order_by(SignIn.created_at.desc(), SignIn.id)).all()


def name_of(tools: Tools, session_id: UUID) -> UUID:
    """Return what a session is called in tokens and lists: half of a refresh token is its id."""
    return UUID(bytes=tools.field_key.index("session-name", session_id.bytes)[:16])


def active_member(uow: UnitOfWork, member_id: UUID) -> Member:
    """Return the member who may sign in.

    Raises:
        Conflict: `member_unknown`, the roster has not arrived here.
        Forbidden: `member_left`.
    """
    member = uow.session.get(Member, member_id)
    if member is None:
        raise refusals.member_unknown()
    if member.status == "left":
        raise refusals.member_left()
    return member


def _revoke(uow: UnitOfWork, which: ColumnElement[bool], because: str) -> None:
    uow.session.execute(
        update(SignIn)
        .where(which, SignIn.revoked_at.is_(None))
        .values(revoked_at=uow.clock.now(), revoked_because=because)
    )


def _state(sign_in: SignIn) -> Session:
    return Session(
        generation=sign_in.generation,
        rotated_at=sign_in.rotated_at,
        expires_at=sign_in.expires_at,
        revoked=sign_in.revoked_at is not None,
    )


def _tokens(tools: Tools, sign_in: SignIn, member: Member, now: datetime) -> Tokens:
    principal = Principal(
        member_id=member.id,
        name=member.name,
        organisation_path=member.path,
        grants=grants_of(member.path, member.grants, second_factor=sign_in.second_factor),
        session=name_of(tools, sign_in.id),
    )
    return Tokens(
        access_token=tools.signer.sign(principal, now),
        refresh_token=RefreshToken(sign_in.id, sign_in.generation).write(tools.field_key),
        expires_in=int(ACCESS_LIFETIME.total_seconds()),
    )
