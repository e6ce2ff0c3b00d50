"""Results as they are stored: one row a result, and one for each member's share in it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from services.events.models_base import Base
from services.events.roster_copy.models import MemberCopy

_MOMENT = DateTime(timezone=True)


class ResultRow(Base):
    __tablename__ = "event_results"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    level: Mapped[str | None] = mapped_column(Text)
    place: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text)
    team: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="draft")
    title: Mapped[str | None] = mapped_column(Text)
    counts_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    reason: Mapped[str | None] = mapped_column(Text)
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime] = mapped_column(_MOMENT)
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    version: Mapped[int] = mapped_column(default=1)
    shares: Mapped[list["ShareRow"]] = relationship(
        order_by="ShareRow.id", cascade="all, delete-orphan"
    )

    @property
    def members(self) -> list["ShareRow"]:
        """The shares that stand; of those taken back only the news is kept."""
        return [share for share in self.shares if share.state == "present"]


class ShareRow(Base):
    __tablename__ = "event_result_members"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    result_id: Mapped[UUID] = mapped_column(ForeignKey("event_results.id"))
    member_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(Text, default="present")
    revision: Mapped[int] = mapped_column(default=0)
    member: Mapped[MemberCopy | None] = relationship(
        primaryjoin=lambda: foreign(ShareRow.member_id) == MemberCopy.id, viewonly=True
    )
