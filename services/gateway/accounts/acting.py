"""Acts upon somebody else's account. Each asks that the asker's own session is not over."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from services.gateway.accounts import refusals, statements
from services.gateway.accounts.permissions import ACCOUNTS_LOCK, ACCOUNTS_SECURE
from services.gateway.identity import one_time_codes, own, second_factor, sessions
from services.gateway.identity.models import Account, EnrolmentCode, Member
from services.gateway.identity.policy import ENROLMENT_LIFETIME
from services.gateway.identity.refusals import account_without_password
from services.gateway.identity.tools import Tools
from shared.auth import SEPARATE_DUTIES, Permission, Principal
from shared.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class Issued:
    """An enrolment code as its issuer sees it, once."""

    member_id: UUID
    name: str
    username: str
    code: str
    expires_at: datetime


def lock(uow: UnitOfWork, tools: Tools, principal: Principal, member_id: UUID, reason: str) -> None:
    """Keep an account from signing in, and end its sessions; one that is locked stays as it is.

    Raises:
        Unauthenticated: `refresh_invalid`.
        NotFound: `account_unknown`.
        Forbidden: `own_account`, `duty_account`.
        Conflict: `last_security_account`.
    """
    member = _other(uow, tools, principal, member_id, ACCOUNTS_LOCK)
    _respect_duties(principal, member)
    if _holds(member, "security_admin"):
        _keep_another(uow, member_id)
    account = _account(uow, member_id)
    if account.locked_at is None:
        account.locked_at, account.locked_by = uow.clock.now(), principal.member_id
        account.locked_reason = reason
    sessions.end_all(uow, account.id, "locked")


def unlock(uow: UnitOfWork, tools: Tools, principal: Principal, member_id: UUID) -> None:
    """Let an account sign in again; the reason is forgotten.

    Raises:
        Unauthenticated: `refresh_invalid`.
        NotFound: `account_unknown`.
        Forbidden: `own_account`, `duty_account`.
    """
    member = _other(uow, tools, principal, member_id, ACCOUNTS_LOCK)
    _respect_duties(principal, member)
    account = _account(uow, member_id)
    account.locked_at = account.locked_by = account.locked_reason = None


def end_sessions(
    uow: UnitOfWork, tools: Tools, principal: Principal, member_id: UUID, session: UUID | None
) -> None:
    """End one session of an account, or all of them.

    Raises:
        Unauthenticated: `refresh_invalid`.
        NotFound: `account_unknown`, `session_unknown`.
    """
    own.live_session(uow, tools, principal)
    account = _account(uow, _member(uow, principal, member_id, ACCOUNTS_SECURE).id)
    if session is None:
        sessions.end_all(uow, account.id, "ended_by_administrator")
    else:
        found = own.named(uow, tools, account.id, session)
        sessions.end_one(uow, found, "ended_by_administrator")


def issue_enrolment(uow: UnitOfWork, tools: Tools, principal: Principal, member_id: UUID) -> Issued:
    """Make the code by which somebody sets up an authenticator; one from before stops working.

    A second factor that was there is taken away at once, and all sessions end: whoever asks for a
    code has lost the phone, or is new.

    Raises:
        Unauthenticated: `refresh_invalid`.
        NotFound: `account_unknown`.
        Forbidden: `own_account`.
        Conflict: `account_without_password`.
    """
    member = _other(uow, tools, principal, member_id, ACCOUNTS_SECURE)
    account = _account(uow, member_id)
    if account.username is None:
        raise account_without_password()
    second_factor.drop(uow, account)
    sessions.end_all(uow, account.id, "second_factor_reset")
    now, code = uow.clock.now(), one_time_codes.make()
    issued = EnrolmentCode(
        account_id=account.id,
        code_index=second_factor.code_index(tools, code),
        issued_by=principal.member_id,
        issued_at=now,
        expires_at=now + ENROLMENT_LIFETIME,
    )
    uow.session.add(issued)
    return Issued(member_id, member.name, account.username, code, issued.expires_at)


def withdraw_enrolment(
    uow: UnitOfWork, tools: Tools, principal: Principal, member_id: UUID
) -> None:
    """Take an enrolment code back that has not been used.

    Raises:
        Unauthenticated: `refresh_invalid`.
        NotFound: `account_unknown`.
    """
    own.live_session(uow, tools, principal)
    account = _account(uow, _member(uow, principal, member_id, ACCOUNTS_SECURE).id)
    uow.session.execute(delete(EnrolmentCode).where(EnrolmentCode.account_id == account.id))


def _other(
    uow: UnitOfWork, tools: Tools, principal: Principal, member_id: UUID, permission: Permission
) -> Member:
    own.live_session(uow, tools, principal)
    if member_id == principal.member_id:
        raise refusals.own_account()
    return _member(uow, principal, member_id, permission)


def _member(
    uow: UnitOfWork, principal: Principal, member_id: UUID, permission: Permission
) -> Member:
    member = uow.session.get(Member, member_id)
    if member is None:
        raise refusals.account_unknown()
    principal.require(permission, member.path)
    return member


def _account(uow: UnitOfWork, member_id: UUID) -> Account:
    """Return a member's account, locked until the end: no session begins meanwhile."""
    query = select(Account).where(Account.member_id == member_id).with_for_update()
    account = uow.session.scalars(query).one_or_none()
    if account is None:
        raise refusals.account_unknown()
    return account


def _holds(member: Member, *roles: str) -> bool:
    return any(grant.role in roles for grant in member.grants)


def _respect_duties(principal: Principal, member: Member) -> None:
    if _holds(member, *SEPARATE_DUTIES) and not principal.reaches(ACCOUNTS_SECURE, member.path):
        raise refusals.duty_account()


def _keep_another(uow: UnitOfWork, member_id: UUID) -> None:
    rows = uow.session.execute(statements.SECURITY_ADMINISTRATORS).all()
    if not any(row.usable for row in rows if row.member_id != member_id):
        raise refusals.last_security_account()
