"""The themes that the city has set; years between and after follow in turn."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.events.models_base import Base


class YearThemeRow(Base):
    __tablename__ = "year_themes"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    theme: Mapped[str] = mapped_column(Text)
    set_by: Mapped[UUID]
    set_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    version: Mapped[int]
