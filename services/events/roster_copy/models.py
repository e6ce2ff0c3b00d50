"""The copy's tables; only `copying` writes them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.events.models_base import Base


class OrganisationCopy(Base):
    __tablename__ = "roster_organisations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[UUID | None]
    path: Mapped[str] = mapped_column(Text)
    version: Mapped[int]


class MemberCopy(Base):
    __tablename__ = "roster_members"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    member_no: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID]
    path: Mapped[str] = mapped_column(Text)
    group_path: Mapped[str | None] = mapped_column(Text)
    cross_paths: Mapped[list[str]] = mapped_column(ARRAY(Text))
    status: Mapped[str] = mapped_column(Text)
    scored: Mapped[bool]
    # Of the name in pinyin, for the desk to search by.
    initials: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int]


class DutyCopy(Base):
    """An office, e.g. a branch's secretary; `since` is when its holder was first told of."""

    __tablename__ = "roster_duties"

    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(Text, primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    path: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
