"""The table of adjusted days; migrations/versions/0008_statements.py holds its constraints."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import DateTime
from sqlalchemy.orm import Mapped, mapped_column

from services.points.models_base import Base


class CalendarDayRow(Base):
    """A day on which the city says otherwise than the library, or confirms what it says."""

    __tablename__ = "calendar_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    reason: Mapped[str]
    set_by: Mapped[UUID]
    set_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    version: Mapped[int]
