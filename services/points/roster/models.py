"""The roster's tables; migrations/versions/0001_roster.py holds their constraints."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.points.models_base import Base


class Organisation(Base):
    """A node of the tree. `path` is made of codes, ``/city/u001/b0001/``: a subtree is a prefix."""

    __tablename__ = "organisations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    path: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)


class Member(Base):
    """A member, in one branch and, where groups exist, in one of its groups."""

    __tablename__ = "members"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    member_no: Mapped[str]
    name: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    group_id: Mapped[UUID | None]
    status: Mapped[str]
    scored: Mapped[bool]
    joined_on: Mapped[date | None]
    hide_name: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)


class Membership(Base):
    """Where a member belonged from when to when; the row without `until` is the present one."""

    __tablename__ = "memberships"

    member_id: Mapped[UUID] = mapped_column(ForeignKey("members.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str]
    recorded_by: Mapped[UUID | None]


class ScoringChange(Base):
    """From when on a member has been scored or not; before the first the opposite held."""

    __tablename__ = "scoring_changes"

    member_id: Mapped[UUID] = mapped_column(ForeignKey("members.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    scored: Mapped[bool]


class GroupMember(Base):
    """A member's place in a cross-cutting group, beside the own branch."""

    __tablename__ = "group_members"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("members.id"), primary_key=True)


class RoleAssignment(Base):
    """A role of a member, bound to an organisation and all that lies below it."""

    __tablename__ = "role_assignments"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("members.id"))
    role: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    given_by: Mapped[UUID | None]
    given_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
