"""The tables of 0006_claims."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.points.models_base import Base


class Claim(Base):
    """A claim. `round` is the month it was handed in for; `steps` counts its history."""

    __tablename__ = "claims"

    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_ref: Mapped[UUID | None]
    organisation_id: Mapped[UUID]
    group_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(Text)
    day: Mapped[date] = mapped_column(Date)
    level: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    attachment_id: Mapped[UUID | None]
    round: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    steps: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)


class ClaimStep(Base):
    """Who did what to a claim, when and why. Only ever added to."""

    __tablename__ = "claim_steps"

    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    claim_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(Text)
    done_by: Mapped[UUID | None]
    done_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str | None] = mapped_column(Text)
    content: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class Attachment(Base):
    """A file somebody brought; its content lies in the storage under the same id."""

    __tablename__ = "attachments"

    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    media_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int]
    uploaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
