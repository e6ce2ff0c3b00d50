"""Events and their sessions as they are stored."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, FetchedValue, ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, composite, foreign, mapped_column, relationship

from services.events.catalogue.places import Geofence
from services.events.models_base import Base
from services.events.roster_copy.models import MemberCopy, OrganisationCopy

_MOMENT = DateTime(timezone=True)


class EventRow(Base):
    __tablename__ = "events"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    level: Mapped[str | None] = mapped_column(Text)
    organisation_id: Mapped[UUID]
    organisation_path: Mapped[str] = mapped_column(Text)
    audience: Mapped[str] = mapped_column(Text)
    required_roles: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    place: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(_MOMENT)
    ends_at: Mapped[datetime] = mapped_column(_MOMENT)
    state: Mapped[str] = mapped_column(Text, default="draft")
    cancel_reason: Mapped[str | None] = mapped_column(Text)
    import_key: Mapped[str | None] = mapped_column(Text)
    series_id: Mapped[UUID | None]
    series_day: Mapped[date | None]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(_MOMENT)
    published_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    opened_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    closed_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    geofence: Mapped[Geofence | None] = composite(
        mapped_column("latitude"), mapped_column("longitude"), mapped_column("radius")
    )
    list_frozen_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    version: Mapped[int] = mapped_column(default=1)
    sessions: Mapped[list["SessionRow"]] = relationship(
        order_by="SessionRow.starts_at, SessionRow.id", cascade="all, delete-orphan"
    )
    roles: Mapped[list["RoleRow"]] = relationship(cascade="all, delete-orphan")
    also_for: Mapped[list["AudienceRow"]] = relationship(
        order_by="AudienceRow.organisation_id", cascade="all, delete-orphan"
    )
    # There may be many, so they are asked for, never loaded.
    guests: Mapped[list["GuestRow"]] = relationship(viewonly=True)
    registration: Mapped["RegistrationSettingsRow | None"] = relationship(viewonly=True)
    # The roster arrives when it arrives, so nothing in the database refers to its copy.
    organisation: Mapped[OrganisationCopy | None] = relationship(
        primaryjoin=lambda: foreign(EventRow.organisation_id) == OrganisationCopy.id, viewonly=True
    )


class SessionRow(Base):
    __tablename__ = "event_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    short_id: Mapped[int] = mapped_column(BigInteger, FetchedValue(), unique=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    title: Mapped[str] = mapped_column(Text, default="")
    starts_at: Mapped[datetime] = mapped_column(_MOMENT)
    ends_at: Mapped[datetime] = mapped_column(_MOMENT)
    opens_at: Mapped[datetime] = mapped_column(_MOMENT)
    closes_at: Mapped[datetime] = mapped_column(_MOMENT)
    # What the session's printed code names; None while none is switched on.
    static_version: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def printed(self) -> bool:
        """Whether a printed code is switched on."""
        return self.static_version is not None


class RoleRow(Base):
    __tablename__ = "event_roles"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(Text, primary_key=True)
    member: Mapped[MemberCopy | None] = relationship(
        primaryjoin=lambda: foreign(RoleRow.member_id) == MemberCopy.id, viewonly=True
    )


class AudienceRow(Base):
    """An organisation an event is meant for beside its own."""

    __tablename__ = "event_audiences"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(Text)
    organisation: Mapped[OrganisationCopy | None] = relationship(
        primaryjoin=lambda: foreign(AudienceRow.organisation_id) == OrganisationCopy.id,
        viewonly=True,
    )


class GuestRow(Base):
    """Somebody of elsewhere whom the organiser invited."""

    __tablename__ = "event_guests"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    invited_by: Mapped[UUID]
    invited_at: Mapped[datetime] = mapped_column(_MOMENT)


class RegistrationSettingsRow(Base):
    """What an event that asks for registration says about it; `registrations` writes it."""

    __tablename__ = "registration_settings"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), primary_key=True)
    capacity: Mapped[int | None]
    opens_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    closes_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    cancel_until: Mapped[datetime | None] = mapped_column(_MOMENT)
    reply_hours: Mapped[int | None]
    required: Mapped[bool]
    version: Mapped[int] = mapped_column(default=1)
