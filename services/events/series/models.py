"""Series as they are stored; their events are the catalogue's."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import DateTime, Text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from services.events.models_base import Base
from services.events.roster_copy.models import OrganisationCopy


class SeriesRow(Base):
    __tablename__ = "event_series"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    rule: Mapped[str] = mapped_column(Text)
    first_day: Mapped[date]
    skip_holidays: Mapped[bool]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(default=1)
    organisation: Mapped[OrganisationCopy | None] = relationship(
        primaryjoin=lambda: foreign(SeriesRow.organisation_id) == OrganisationCopy.id, viewonly=True
    )
