"""Headcounts as they are stored; the database refuses to change them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.events.models_base import Base


class HeadcountRow(Base):
    __tablename__ = "headcounts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    session_id: Mapped[UUID]
    counted: Mapped[int]
    note: Mapped[str] = mapped_column(Text)
    counted_by: Mapped[UUID]
    counted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
