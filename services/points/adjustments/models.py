"""Adjustments as they are stored; 0007_adjustments_and_appeals holds their constraints."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import DateTime, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.points.models_base import Base


class AdjustmentRow(Base):
    """A proposal, and what became of it.

    Attributes:
        points: of a correction, tenths; what any other kind is worth is for the rules to say.
        corrects: the ledger entry that it makes good.
        reverses: the adjustment that it undoes.
        worth: what it would add before any limit, as the rules stood when it was proposed.
    """

    __tablename__ = "adjustments"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    day: Mapped[date]
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    points: Mapped[int | None]
    level: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str | None] = mapped_column(Text)
    attachment_id: Mapped[UUID | None]
    corrects: Mapped[UUID | None]
    claim_id: Mapped[UUID | None]
    reverses: Mapped[UUID | None]
    worth: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(Text, default="proposed")
    proposed_by: Mapped[UUID]
    proposed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decision_reason: Mapped[str | None] = mapped_column(Text)
