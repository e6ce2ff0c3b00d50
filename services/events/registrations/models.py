"""Registrations as they are stored; their event's settings are `catalogue`'s, which shows them."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import DateTime, Text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from services.events.models_base import Base
from services.events.roster_copy.models import MemberCopy

_MOMENT = DateTime(timezone=True)

SEATED: Final = ("offered", "registered")
LIVE: Final = ("waiting", *SEATED)
ENDED: Final = ("declined", "lapsed", "cancelled")


class RegistrationRow(Base):
    """What somebody asked for at one moment, and what became of it.

    A member has at most one that is live; asking again after one has ended makes a new one.
    """

    __tablename__ = "registrations"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(_MOMENT)
    entered_by: Mapped[UUID | None]
    entry_reason: Mapped[str | None] = mapped_column(Text)
    reply_by: Mapped[datetime | None] = mapped_column(_MOMENT)
    ended_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    ended_by: Mapped[UUID | None]
    end_reason: Mapped[str | None] = mapped_column(Text)
    member: Mapped[MemberCopy | None] = relationship(
        primaryjoin=lambda: foreign(RegistrationRow.member_id) == MemberCopy.id, viewonly=True
    )
