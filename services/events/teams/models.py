"""Teams as they are stored."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from services.events.models_base import Base
from services.events.roster_copy.models import MemberCopy

_MOMENT = DateTime(timezone=True)


class TeamSettingsRow(Base):
    """An event of teams, and how many members one has at most."""

    __tablename__ = "team_settings"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    largest: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)


class TeamRow(Base):
    __tablename__ = "teams"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    captain_id: Mapped[UUID]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(_MOMENT)
    version: Mapped[int] = mapped_column(default=1)
    members: Mapped[list["TeamMemberRow"]] = relationship(
        order_by="TeamMemberRow.since, TeamMemberRow.member_id", cascade="all, delete-orphan"
    )


class TeamMemberRow(Base):
    """Somebody who is `invited` to a team, or has `joined` it."""

    __tablename__ = "team_members"
    __table_args__ = (
        ForeignKeyConstraint(["event_id", "team_id"], ["teams.event_id", "teams.id"]),
    )

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    team_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(_MOMENT)
    member: Mapped[MemberCopy | None] = relationship(
        primaryjoin=lambda: foreign(TeamMemberRow.member_id) == MemberCopy.id, viewonly=True
    )
