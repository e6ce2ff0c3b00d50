"""What the member is told of the own appeal."""

from services.points.adjustments.facts import Entries
from services.points.appeals import policy
from services.points.appeals.models import AppealRow
from services.points.notices.service import notify
from shared.database import UnitOfWork
from shared.fields import in_words
from shared.text import Text


def tell_of_decision(uow: UnitOfWork, row: AppealRow, entries: Entries) -> None:
    """Tell what was decided, what it changed, and what may follow."""
    if row.state == "upheld":
        total = in_words(sum(entry["points"] for entry in entries))
        sentence = Text(
            f"您的申诉成立，积分变动 {total}，理由：{row.decision_reason}。",
            f"Your appeal was upheld; your points change by {total}. Reason: {row.decision_reason}",
        )
    elif row.escalated or policy.level_above(row.decided_level or row.level) is None:
        sentence = Text(
            f"您的申诉未获支持，理由：{row.decision_reason}。此为最终决定。",
            f"Your appeal was dismissed; this is final. Reason: {row.decision_reason}",
        )
    else:
        days = policy.ESCALATION_DAYS
        sentence = Text(
            f"您的申诉未获支持，理由：{row.decision_reason}。您可在 {days} 日内提交上一级复核一次。",
            f"Your appeal was dismissed. Reason: {row.decision_reason}"
            f" You may take it one level up within {days} days, once.",
        )
    time = "second" if row.escalated else "first"
    notify(uow, [row.member_id], f"appeal.{row.state}.{time}", row.id, sentence)
