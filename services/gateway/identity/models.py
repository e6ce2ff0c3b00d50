"""The gateway's tables; the migrations hold their constraints."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.models_base import Base
from shared.auth import Grant


class Organisation(Base):
    """A copy, fed by the stream `roster`: only what a page shows."""

    __tablename__ = "organisations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    path: Mapped[str]
    version: Mapped[int]


class Member(Base):
    """A copy, fed by the stream `roster`: who may sign in, and what for."""

    __tablename__ = "members"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    member_no: Mapped[str]
    name: Mapped[str]
    organisation_id: Mapped[UUID]
    path: Mapped[str]
    status: Mapped[str]
    roles: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    version: Mapped[int]

    @property
    def grants(self) -> tuple[Grant, ...]:
        return tuple(Grant(entry["role"], entry["path"]) for entry in self.roles)


class Account(Base):
    """How one member signs in; exactly one a member."""

    __tablename__ = "accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID]
    username: Mapped[str | None]
    password_hash: Mapped[str | None]
    totp_sealed: Mapped[bytes | None]
    totp_last_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    signed_in_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    locked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    locked_by: Mapped[UUID | None]
    locked_reason: Mapped[str | None]


class EnrolmentCode(Base):
    """A code by which an account gets its second factor, once."""

    __tablename__ = "enrolment_codes"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    code_index: Mapped[bytes]
    issued_by: Mapped[UUID]
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PendingFactor(Base):
    """A secret that somebody's authenticator was shown, until a code of it has come back."""

    __tablename__ = "pending_factors"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    secret_sealed: Mapped[bytes]
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class WechatIdentity(Base):
    """A WeChat user bound to an account: found by a blind index, written to by the sealed openid.

    Bindings of before messages were sent have no sealed openid until their next sign-in.
    """

    __tablename__ = "wechat_identities"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    openid_index: Mapped[bytes]
    openid_sealed: Mapped[bytes | None]
    bound_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Invitation(Base):
    """A code that lets one member make or regain the own account, once."""

    __tablename__ = "invitations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code_index: Mapped[bytes]
    member_id: Mapped[UUID]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SignIn(Base):
    """A session on one device: the family of refresh tokens that follow one another."""

    __tablename__ = "sign_ins"

    # Random, not time-ordered: half of a refresh token's secrecy rests on it.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    how: Mapped[str | None]
    second_factor: Mapped[bool]
    generation: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    rotated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_because: Mapped[str | None]
