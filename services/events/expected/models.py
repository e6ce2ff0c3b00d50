"""Lists of who is expected, and leave."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.events.models_base import Base

_MOMENT = DateTime(timezone=True)


class ExpectedListRow(Base):
    """Whether somebody said by name who is expected; without a row nobody ever did."""

    __tablename__ = "expected_lists"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    named: Mapped[bool]
    version: Mapped[int]


class ExpectedMemberRow(Base):
    """One of those named, or, once the event's list is frozen, of those expected then."""

    __tablename__ = "expected_members"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)


class LeaveRow(Base):
    __tablename__ = "leaves"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime] = mapped_column(_MOMENT)
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    decision_reason: Mapped[str | None] = mapped_column(Text)
