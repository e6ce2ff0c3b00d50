"""Feeds as they are stored: of the secret in the address only its digest."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from services.events.models_base import Base
from services.events.roster_copy.models import OrganisationCopy

_MOMENT = DateTime(timezone=True)


class FeedRow(Base):
    __tablename__ = "calendar_feeds"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID]
    organisation_id: Mapped[UUID | None]
    name: Mapped[str] = mapped_column(Text)
    token_digest: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(_MOMENT)
    last_used_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    revoked_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    organisation: Mapped[OrganisationCopy | None] = relationship(
        primaryjoin=lambda: foreign(FeedRow.organisation_id) == OrganisationCopy.id, viewonly=True
    )
