"""Passes that were renewed; whoever never did has the first version and no row."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime
from sqlalchemy.orm import Mapped, mapped_column

from services.events.models_base import Base


class PassRow(Base):
    __tablename__ = "member_passes"

    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    renewed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
