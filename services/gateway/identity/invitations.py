"""Invitations: a code from the branch lets one member make, or regain, the own account."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from redis import Redis
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from services.gateway.identity import limits, one_time_codes, openids, refusals, sessions
from services.gateway.identity.models import Account, Invitation, Member, WechatIdentity
from services.gateway.identity.passwords import hash_password
from services.gateway.identity.permissions import INVITE
from services.gateway.identity.policy import (
    INVITATION_LIFETIME,
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    normal_username,
    password_is_acceptable,
)
from services.gateway.identity.tickets import read_ticket
from services.gateway.identity.tools import Tools
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import NotFound
from shared.ids import new_id
from shared.text import Text


@dataclass(frozen=True, slots=True)
class Issued:
    """An invitation as its issuer sees it, once."""

    member_id: UUID
    name: str
    code: str
    expires_at: datetime


def issue(
    uow: UnitOfWork, tools: Tools, principal: Principal, member_ids: list[UUID]
) -> list[Issued]:
    """Make a code for each member; earlier unused codes of theirs stop working.

    Raises:
        NotFound: `member_not_found`, in this answer's reach or at all.
        Forbidden: `out_of_reach`.
    """
    members = {
        member.id: member
        for member in uow.session.scalars(select(Member).where(Member.id.in_(member_ids)))
        if member.status != "left"
    }
    if missing := [str(member_id) for member_id in member_ids if member_id not in members]:
        raise _member_not_found(missing)
    for member in members.values():
        principal.require(INVITE, member.path)
    now = uow.clock.now()
    uow.session.execute(
        update(Invitation)
        .where(
            Invitation.member_id.in_(members),
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
        )
        .values(expires_at=now)
    )
    return [_issue_one(uow, tools, principal, member) for member in members.values()]


def bind(
    uow: UnitOfWork, redis: Redis, tools: Tools, invitation: str, wechat_ticket: str
) -> sessions.Tokens:
    """Bind the ticket's WeChat user to the invited member, and sign in.

    The branch's word outranks an earlier binding of that member: it is how somebody with a new
    WeChat account comes back in. Older sessions end.

    Raises:
        Gone: `invitation_invalid`, `wechat_ticket_invalid`.
        Conflict: `wechat_bound_elsewhere`, `member_unknown`.
        Forbidden: `account_locked`.
        TooMany: `too_many_attempts`.
    """
    now = uow.clock.now()
    openid = read_ticket(tools.field_key, wechat_ticket, now)
    if openid is None:
        raise refusals.wechat_ticket_invalid()
    index = tools.field_key.index("openid", openid.encode())
    limits.spend(redis, limits.BINDING, index.hex())
    account = _redeem(uow, tools, invitation)
    uow.session.execute(delete(WechatIdentity).where(WechatIdentity.account_id == account.id))
    uow.session.add(
        WechatIdentity(
            account_id=account.id,
            openid_index=index,
            openid_sealed=openids.seal(tools.openid_key, account.id, openid),
            bound_at=now,
        )
    )
    try:
        uow.session.flush()
    except IntegrityError as error:
        raise refusals.wechat_bound_elsewhere() from error
    sessions.end_all(uow, account.id, "bound_again")
    return sessions.start(uow, tools, account, how="wechat", second_factor=False)


def accept(
    uow: UnitOfWork, tools: Tools, invitation: str, username: str, password: str
) -> sessions.Tokens:
    """Choose username and password by invitation, and sign in; also the way to a new password.

    The second factor of an account stays, and is not given here: an administrator is signed in
    as a member only, until the next sign-in with it.

    Raises:
        Gone: `invitation_invalid`.
        Invalid: `username_invalid`, `password_weak`.
        Conflict: `username_taken`, `member_unknown`.
        Forbidden: `account_locked`.
    """
    name = normal_username(username)
    if name is None:
        raise refusals.username_invalid()
    if not password_is_acceptable(password, name):
        raise refusals.password_weak(SHORTEST_PASSWORD, LONGEST_PASSWORD)
    account = _redeem(uow, tools, invitation)
    account.username, account.password_hash = name, hash_password(password)
    try:
        uow.session.flush()
    except IntegrityError as error:
        raise refusals.username_taken() from error
    sessions.end_all(uow, account.id, "password_set")
    return sessions.start(uow, tools, account, how="invitation", second_factor=False)


def _issue_one(uow: UnitOfWork, tools: Tools, principal: Principal, member: Member) -> Issued:
    code = one_time_codes.make()
    now = uow.clock.now()
    uow.session.add(
        Invitation(
            id=new_id(),
            code_index=_index(tools, code),
            member_id=member.id,
            created_by=principal.member_id,
            created_at=now,
            expires_at=now + INVITATION_LIFETIME,
        )
    )
    return Issued(member.id, member.name, code, now + INVITATION_LIFETIME)


def _redeem(uow: UnitOfWork, tools: Tools, code: str) -> Account:
    """Use the invitation up and return the account of its member, new if there was none."""
    now = uow.clock.now()
    member_id = uow.session.scalars(
        update(Invitation)
        .where(
            Invitation.code_index == _index(tools, code),
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
        )
        .values(used_at=now)
        .returning(Invitation.member_id)
    ).one_or_none()
    if member_id is None:
        raise refusals.invitation_invalid()
    account = uow.session.scalars(
        select(Account).where(Account.member_id == member_id).with_for_update()
    ).one_or_none()
    if account is None:
        account = Account(id=new_id(), member_id=member_id, created_at=now, totp_last_step=0)
        uow.session.add(account)
        uow.session.flush()
    return account


def _index(tools: Tools, code: str) -> bytes:
    return one_time_codes.index(tools.field_key, "invitation", code)


def _member_not_found(missing: list[str]) -> NotFound:
    return NotFound(
        "member_not_found",
        Text(
            zh="名册中找不到其中的成员，请核对后重试。",
            en="Some of these members are not in the roster; check them and try again.",
        ),
        extra={"member_ids": missing},
    )
