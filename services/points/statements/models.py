"""The tables of statements; migrations/versions/0008_statements.py holds their constraints."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.points.models_base import Base


class StatementRow(Base):
    """A branch's month; the last five columns are those of its place in the chain."""

    __tablename__ = "statements"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    month: Mapped[str]
    state: Mapped[str]
    prepared_by: Mapped[UUID | None]
    prepared_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    published_by: Mapped[UUID | None]
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    working_days: Mapped[int | None]
    notice_ends_on: Mapped[date | None]
    closed_by: Mapped[UUID | None]
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sequence: Mapped[int | None]
    previous_hash: Mapped[str | None]
    hash: Mapped[str | None]
    code: Mapped[str | None]


class LineRow(Base):
    """A member's line; points in tenths, `announced` the total as it was put on notice."""

    __tablename__ = "statement_lines"

    statement_id: Mapped[UUID] = mapped_column(ForeignKey("statements.id"), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[int]
    name: Mapped[str]
    scored: Mapped[bool]
    before: Mapped[int]
    gained: Mapped[int]
    deducted: Mapped[int]
    total: Mapped[int]
    announced: Mapped[int | None]


class ObjectionRow(Base):
    """What somebody of the branch holds against a line, and the answer."""

    __tablename__ = "objections"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    statement_id: Mapped[UUID] = mapped_column(ForeignKey("statements.id"))
    line_member_id: Mapped[UUID]
    raised_by: Mapped[UUID]
    raised_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str]
    decision: Mapped[str | None]
    answer: Mapped[str | None]
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    adjustment_id: Mapped[UUID | None]
