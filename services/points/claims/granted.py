"""What an approved claim brought, read from the ledger."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from services.points.claims.models import Claim
from services.points.claims.service import fact_of
from services.points.ledger.explain import explain
from services.points.ledger.models import EntryRow
from services.points.ledger.past import was_scored
from services.points.rules.models import RuleRow
from services.points.scoring import Fact
from services.points.scoring.kinds import KINDS
from shared.database import UnitOfWork
from shared.text import Text

_NOT_SCORED = Text(
    "按规定您不参加积分，本项不计分。", "Your membership is not scored, so this earns no points."
)
_NO_RULE = Text("当日生效的规则不计此项。", "No rule in force on that day gives points for this.")


def granted(uow: UnitOfWork, claim: Claim) -> dict[str, Any]:
    """Return the standing entries of a claim's fact, each with its why, and their sum."""
    reversal = aliased(EntryRow)
    undone = select(reversal.id).where(
        reversal.member_id == EntryRow.member_id, reversal.reverses == EntryRow.id
    )
    rows = uow.session.execute(
        select(EntryRow, RuleRow.body)
        .join(
            RuleRow,
            (RuleRow.rule_set_id == EntryRow.rule_set_id) & (RuleRow.code == EntryRow.rule_code),
        )
        .where(
            EntryRow.member_id == claim.member_id,
            EntryRow.fact_id == claim.id,
            EntryRow.reverses.is_(None),
            ~undone.exists(),
        )
        .order_by(EntryRow.rule_code)
    ).all()
    fact = fact_of(claim)
    entries = [
        {"rule_code": entry.rule_code, "points": entry.points, "why": _why(entry, fact, body)}
        for entry, body in rows
    ]
    scored = was_scored(uow, claim.member_id, fact.occurred_at)
    reasons = [] if entries else [_NO_RULE if scored else _NOT_SCORED]
    return {
        "points": sum(entry.points for entry, _ in rows),
        "entries": entries,
        "why": [entry["why"] for entry in entries] + reasons,
    }


def _why(entry: EntryRow, fact: Fact, rule: dict[str, Any]) -> Text:
    shown = {column.key: getattr(entry, column.key) for column in EntryRow.__table__.columns}
    working = KINDS[rule["value"]["kind"]].working(rule["value"], fact)
    return explain(shown, Text(rule["name_zh"], rule["name_en"]), working)
