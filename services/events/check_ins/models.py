"""Check-ins and marks as they are stored; `writer` inserts check-ins with SQL of its own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, FetchedValue, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.events.models_base import Base

_MOMENT = DateTime(timezone=True)


class CheckInRow(Base):
    __tablename__ = "check_ins"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    session_id: Mapped[UUID]
    member_id: Mapped[UUID]
    role: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text)
    client_ref: Mapped[UUID]
    request_hash: Mapped[bytes]
    claim_nonce: Mapped[UUID | None]
    checked_in_at: Mapped[datetime] = mapped_column(_MOMENT)
    checked_out_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    auto_checked_out: Mapped[bool] = mapped_column(server_default=FetchedValue())
    minutes: Mapped[int | None]
    received_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    state: Mapped[str] = mapped_column(Text)
    flags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    device: Mapped[bytes | None]
    code_age: Mapped[int | None]
    inside: Mapped[bool | None]
    reviewed_by: Mapped[UUID | None]
    reviewed_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    reason: Mapped[str | None] = mapped_column(Text)
    recorded_by: Mapped[UUID | None]
    annulled_by: Mapped[UUID | None]
    annulled_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    revision: Mapped[int]


class MarkRow(Base):
    """A `stay.Mark` of one session. A check-in that nothing happened to after it has none."""

    __tablename__ = "check_in_marks"

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    request_hash: Mapped[bytes]
    direction: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(_MOMENT)
    received_at: Mapped[datetime] = mapped_column(_MOMENT)
    role: Mapped[str | None] = mapped_column(Text)
    method: Mapped[str | None] = mapped_column(Text)
    recorded_by: Mapped[UUID | None]
    reason: Mapped[str | None] = mapped_column(Text)
    device: Mapped[bytes | None]
    code_age: Mapped[int | None]
    inside: Mapped[bool | None]
    flags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    voids: Mapped[UUID | None]
