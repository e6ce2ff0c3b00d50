"""What the events service tells of results, as it arrives."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.points.checker.check import check
from services.points.event_results.posting import ResultPosting
from shared.contracts.results import RECORDED_V1
from shared.contracts.validation import SCHEMAS
from shared.database import Database
from shared.ids import new_id
from tests.points.city import deliver

Message = dict[str, Any]


def result(member: UUID, **more: Any) -> Message:
    """Return the news of a prize of the unit, won in September."""
    message = {
        "result_id": str(new_id()),
        "event_id": str(new_id()),
        "member_id": str(member),
        "kind": "prize",
        "level": "unit",
        "place": 1,
        "title": "大赛",
        "occurred_at": "2026-09-01T14:00:00+08:00",
        "state": "present",
        "reason": None,
        "revision": 1,
    } | more
    assert SCHEMAS[RECORDED_V1].validate(message) == {}
    return message


def withdrawn(message: Message) -> Message:
    news = {"state": "annulled", "reason": "作废", "revision": message["revision"] + 1}
    return message | news


class Telling:
    """The worker's reader, and the ledger after it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tell(self, *messages: Message) -> None:
        """Let messages arrive in one batch."""
        deliver(self._database, ResultPosting(), *messages, kind=RECORDED_V1)

    def standing(self, member: UUID) -> dict[str, int]:
        """Return a member's tenths by rule, once the checker found nothing wrong."""
        with self._database.unit_of_work() as uow:
            assert check(uow).violations == []
            rows = uow.session.execute(
                text("""
                    SELECT rule_code, sum(points)::integer AS points FROM ledger_entries
                    WHERE member_id = :member GROUP BY rule_code HAVING sum(points) <> 0
                """),
                {"member": member},
            )
            return {row.rule_code: row.points for row in rows}

    def facts(self, member: UUID) -> list[tuple[str, str]]:
        """Return (prefix of the source key, state) of a member's facts."""
        with self._database.unit_of_work() as uow:
            rows = uow.session.execute(
                text("""
                    SELECT split_part(source_key, ':', 1), state FROM facts
                    WHERE member_id = :member ORDER BY 1, 2
                """),
                {"member": member},
            )
            return [(prefix, state) for prefix, state in rows]
