"""Rule sets as they are stored. Bodies of rules hold tenths, as scoring does."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, ForeignKey, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.points.models_base import Base


class RuleSetRow(Base):
    __tablename__ = "rule_sets"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    based_on: Mapped[UUID | None]
    category_caps: Mapped[dict[str, int]] = mapped_column(JSONB)
    monthly_gain: Mapped[int | None]
    floor: Mapped[int]
    effective_from: Mapped[date | None] = mapped_column(Date)
    effective_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_by: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    submitted_by: Mapped[UUID | None]
    submitted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    organisation_id: Mapped[UUID | None]
    retroactive: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None] = mapped_column(Text)
    simulation_id: Mapped[UUID | None]
    difference: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    revoked_by: Mapped[UUID | None]
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(default=1)
    rule_rows: Mapped[list["RuleRow"]] = relationship(
        order_by="RuleRow.code", cascade="all, delete-orphan"
    )

    @property
    def rules(self) -> list[dict[str, Any]]:
        """The rules' bodies, each with its code."""
        return [{"code": row.code, **row.body} for row in self.rule_rows]


class RuleRow(Base):
    __tablename__ = "rules"

    rule_set_id: Mapped[UUID] = mapped_column(ForeignKey("rule_sets.id"), primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
