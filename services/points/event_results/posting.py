"""Results, as they arrive from events, become facts.

An event's own word is the source for its results. What a spreadsheet said of the same member, kind,
title and day is taken back as soon as the event tells anything of it, whatever that is; so neither
the order of messages nor of a message and a spreadsheet shows (an import leaves such rows out).
Where the month is closed the frozen statement stands, and the event's word is set aside.
"""

from collections.abc import Sequence
from datetime import UTC
from typing import Any, Final

from sqlalchemy import text

from services.points.ledger.decided import post_decided
from services.points.ledger.posting import fact_from, post
from services.points.ledger.recorded import RecordedFact
from services.points.ledger.statements import FACT_COLUMNS
from services.points.rules.timeline import TIMELINE
from services.points.scoring import Fact
from shared.clock import local_day
from shared.contracts import results as contract
from shared.contracts.validation import SCHEMAS
from shared.database import UnitOfWork
from shared.messaging.envelope import Envelope

_REPLACED: Final = "活动已登记同一成绩，导入的不再重复计入"
_STANDS: Final = "当月已公示结束，公示表中导入的同一成绩不变"

_TOLD: Final = """
    unnest(
        CAST(:members AS uuid[]), CAST(:ids AS uuid[]), CAST(:kinds AS text[]),
        CAST(:titles AS text[]), CAST(:days AS date[])
    ) AS told (member_id, id, kind, title, day)
    JOIN facts f ON f.member_id = told.member_id AND f.source_key LIKE 'import:%'
        AND f.kind = told.kind AND f.title = told.title AND f.state = 'present'
        AND (f.occurred_at AT TIME ZONE 'Asia/Shanghai')::date = told.day
"""
_SAME: Final = text(f"""
    SELECT DISTINCT {FACT_COLUMNS}, f.source_key, f.title, f.revision FROM {_TOLD}
    WHERE EXISTS (SELECT FROM facts t WHERE t.member_id = told.member_id AND t.id = told.id)
""")  # noqa: S608 - put together from constants, here and below
_SET_ASIDE: Final = text(f"""
    UPDATE held_facts h SET decision = 'refused', reason = :reason, decided_at = :now
    FROM {_TOLD}
    WHERE h.member_id = told.member_id AND h.fact_id = told.id AND h.decision IS NULL
""")  # noqa: S608


class ResultPosting:
    """Handler of stream ``results``: posts each batch under the rules in force."""

    def __call__(self, uow: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
        """Post a batch; a message that breaks the contract raises and is set aside by itself."""
        recorded = [read(e.data) for e in envelopes if e.type == contract.RECORDED_V1]
        if not recorded:
            return
        # Posting and imports both lock the members' years before they look for each other.
        post(uow, recorded, TIMELINE.hold(uow))
        _replace_imported(uow, recorded)


def read(message: dict[str, Any]) -> RecordedFact:
    """Return the fact in one ``results.recorded.v1``; its id is the result's.

    Raises:
        ValueError: the message breaks the contract.
    """
    schema = SCHEMAS[contract.RECORDED_V1]
    if errors := schema.validate(message):
        text_of_errors = f"{contract.RECORDED_V1}: {errors}"
        raise ValueError(text_of_errors)
    told = schema.load(message)
    fact = Fact(
        id=told["result_id"],
        member_id=told["member_id"],
        kind=told["kind"],
        occurred_at=told["occurred_at"].astimezone(UTC),
        role="self",
        # Rules match it as they match a result from a spreadsheet.
        source="import",
        group=str(told["event_id"]),
        level=told["level"],
    )
    return RecordedFact(
        fact=fact,
        source_key=f"result:{fact.id}",
        title=told["title"],
        state=told["state"],
        reason=told["reason"],
        revision=told["revision"],
    )


def _replace_imported(uow: UnitOfWork, recorded: Sequence[RecordedFact]) -> None:
    facts = [item.fact for item in recorded]
    told = {
        "members": [fact.member_id for fact in facts],
        "ids": [fact.id for fact in facts],
        "kinds": [fact.kind for fact in facts],
        "titles": [item.title for item in recorded],
        "days": [local_day(fact.occurred_at) for fact in facts],
    }
    width = len(FACT_COLUMNS.split(","))
    rows = uow.session.execute(_SAME, told).all()
    post_decided(
        uow,
        [
            RecordedFact(
                fact_from(row[:width]), row.source_key, row.title, "annulled", _REPLACED,
                row.revision + 1,
            )
            for row in rows
        ],
    )  # fmt: skip
    uow.session.execute(_SET_ASIDE, {**told, "reason": _STANDS, "now": uow.clock.now()})
