"""What the member concerned is told of an adjustment."""

from services.points.adjustments import claims, policy
from services.points.adjustments.facts import Entries
from services.points.adjustments.models import AdjustmentRow
from services.points.notices.service import notify
from services.points.scoring.vocabulary import FACT_KINDS
from shared.database import UnitOfWork
from shared.fields import in_words
from shared.text import Text


def tell_of_proposal(uow: UnitOfWork, row: AdjustmentRow) -> None:
    """Tell of a deduction before it is decided, so that the member can be heard."""
    if row.worth >= 0:
        return
    name, points = FACT_KINDS[row.kind], in_words(-row.worth)
    if row.claim_id is not None:
        title = claims.fact_of(uow, row.member_id, row.claim_id).title
        zh = f"拟因“{name.zh}”扣 {points} 分，并收回申报“{title}”所得积分"
        en = f"and to take back what your claim “{title}” gave"
    elif row.reverses is None:
        zh, en = f"拟因“{name.zh}”（{row.day}）扣 {points} 分", f"for {name.en} on {row.day}"
    else:
        zh = f"拟撤销“{name.zh}”（{row.day}）所加的 {points} 分"
        en = f"by reversing {name.en} of {row.day}"
    _tell(
        uow,
        row,
        "proposed",
        Text(
            f"{zh}，理由：{row.reason}。审批之前，您可以向支部说明情况。",
            f"A deduction of {points} is proposed, {en}: {row.reason}"
            " You may be heard before it is decided; speak to your branch.",
        ),
    )


def tell_of_approval(uow: UnitOfWork, row: AdjustmentRow, entries: Entries) -> None:
    """Tell what the ledger gained, and until when it can be appealed against."""
    name, total = FACT_KINDS[row.kind], in_words(sum(entry["points"] for entry in entries))
    until = policy.appeal_until(uow.clock.now())
    zh, en = (
        (f"“{name.zh}”（{row.day}）的积分调整已批准", f"The adjustment for {name.en} on {row.day} was approved")
        if row.reverses is None
        else (f"“{name.zh}”（{row.day}）的积分调整已撤销", f"The adjustment for {name.en} on {row.day} was reversed")
    )  # fmt: skip
    _tell(
        uow,
        row,
        "approved",
        Text(
            f"{zh}，积分变动 {total}，理由：{row.reason}。如有异议，可在 {until} 前（含当日）申诉。",
            f"{en}; your points change by {total}. Reason: {row.reason}"
            f" You may appeal until {until}.",
        ),
    )


def tell_that_nothing_comes(uow: UnitOfWork, row: AdjustmentRow) -> None:
    """Tell that a deduction the member was told of was rejected or withdrawn."""
    if row.worth >= 0:
        return
    name = FACT_KINDS[row.kind]
    _tell(
        uow,
        row,
        row.state,
        Text(
            f"拟因“{name.zh}”（{row.day}）作出的扣分未予批准，积分不变。",
            f"The deduction proposed for {name.en} on {row.day} was dropped;"
            " your points stay as they are.",
        ),
    )


def _tell(uow: UnitOfWork, row: AdjustmentRow, what: str, sentence: Text) -> None:
    notify(uow, [row.member_id], f"adjustment.{what}", row.id, sentence)
