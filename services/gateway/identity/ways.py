"""The ways a member can sign in, and giving WeChat up as one of them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from services.gateway.identity import sessions
from services.gateway.identity.models import Account, WechatIdentity
from shared.database import UnitOfWork
from shared.text import Text

_BY_PASSWORD = Text(
    "已解绑微信，请用用户名和密码登录。", "WeChat is unbound; sign in with username and password."
)
_BY_INVITATION = Text(
    "已解绑微信。您没有设置密码，再次登录请向支部索取邀请码。",
    "WeChat is unbound. You have no password; to sign in again ask your branch for an invitation.",
)


@dataclass(frozen=True, slots=True)
class Ways:
    """How somebody signs in; `username` is None without a password."""

    username: str | None
    wechat_bound_at: datetime | None
    second_factor: bool

    @property
    def advice(self) -> Text:
        return _BY_PASSWORD if self.username else _BY_INVITATION


def of(uow: UnitOfWork, member_id: UUID) -> Ways:
    """Return a member's ways; none at all for whoever was never given an account."""
    row = uow.session.execute(
        select(
            Account.username,
            WechatIdentity.bound_at,
            Account.totp_sealed.is_not(None).label("second_factor"),
        )
        .outerjoin(WechatIdentity)
        .where(Account.member_id == member_id)
    ).one_or_none()
    return Ways(*row) if row else Ways(None, None, second_factor=False)


def unbind(uow: UnitOfWork, member_id: UUID) -> Ways:
    """Forget the member's WeChat user, and what it was allowed to bring; return what is left.

    It is done for whoever has no other way in as well: one's own data are one's own to take back
    (个人信息保护法, article 15), and a new invitation is a way back. All sessions end, for which of
    them WeChat began is not kept.
    """
    account = uow.session.scalars(
        select(Account).where(Account.member_id == member_id).with_for_update()
    ).one_or_none()
    if account is None:
        return Ways(None, None, second_factor=False)
    gone = uow.session.scalars(
        delete(WechatIdentity)
        .where(WechatIdentity.account_id == account.id)
        .returning(WechatIdentity.account_id)
    ).one_or_none()
    if gone is not None:
        sessions.end_all(uow, account.id, "unbound")
    return Ways(account.username, None, second_factor=account.totp_sealed is not None)
