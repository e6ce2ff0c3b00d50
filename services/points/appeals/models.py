"""Appeals as they are stored; 0007_adjustments_and_appeals holds their constraints."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.points.appeals.policy import Standing
from services.points.models_base import Base


class AppealRow(Base):
    """An appeal as it now stands; what led there are its steps.

    Attributes:
        fact_id: what the entry or the adjustment came from; None of something missing.
        fact_kind, day: of something missing.
        occurred_at: when it happened, which is where a correction is posted.
        involved: the member and all who had a hand in it; none of them decides.
        level: the lowest that may decide: ``branch``, ``unit``, ``city``.
        decided_level: the highest that who decided holds.
    """

    __tablename__ = "appeals"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID]
    entry_id: Mapped[UUID | None]
    adjustment_id: Mapped[UUID | None]
    fact_id: Mapped[UUID | None]
    fact_kind: Mapped[str | None] = mapped_column(Text)
    day: Mapped[date | None]
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str | None] = mapped_column(Text)
    attachment_id: Mapped[UUID | None]
    involved: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    level: Mapped[str] = mapped_column(Text, default="branch")
    escalated: Mapped[bool] = mapped_column(default=False)
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(Text, default="open")
    lodged_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_level: Mapped[str | None] = mapped_column(Text)
    decision_reason: Mapped[str | None] = mapped_column(Text)
    remedy: Mapped[str | None] = mapped_column(Text)
    points: Mapped[int | None]

    @property
    def standing(self) -> Standing:
        return Standing(
            state=self.state,
            level=self.level,
            escalated=self.escalated,
            due_on=self.due_on,
            decided_at=self.decided_at,
            decided_level=self.decided_level,
        )


class StepRow(Base):
    """One step of an appeal; never changed, never taken out."""

    __tablename__ = "appeal_steps"

    appeal_id: Mapped[UUID] = mapped_column(ForeignKey("appeals.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    action: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    actor: Mapped[UUID]
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
