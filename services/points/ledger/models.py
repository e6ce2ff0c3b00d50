"""The tables of 0003_ledger, for reading; posting writes them with SQL of its own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, JSON, DateTime, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.points.models_base import Base


class FactRow(Base):
    __tablename__ = "facts"

    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    source_key: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    role: Mapped[str] = mapped_column(Text)
    activity: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    year: Mapped[int]
    minutes: Mapped[int | None]
    level: Mapped[str | None] = mapped_column(Text)
    quantity: Mapped[int | None]
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    revision: Mapped[int]
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class EntryRow(Base):
    __tablename__ = "ledger_entries"

    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    fact_id: Mapped[UUID]
    rule_code: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    rule_set_id: Mapped[UUID]
    year: Mapped[int]
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    points: Mapped[int]
    worth: Mapped[int]
    limited_by: Mapped[str] = mapped_column(Text)
    used: Mapped[int]
    cap: Mapped[int | None]
    reverses: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None]
    posted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class MemberYearRow(Base):
    __tablename__ = "member_years"

    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    points: Mapped[int]
    used: Mapped[dict[str, dict[str, int]]] = mapped_column(JSON)
    last_occurred_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_fact_id: Mapped[UUID | None]
    version: Mapped[int]
