"""Deciding what came too late for its month."""

from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Row, TextualSelect, column, text

from services.points.ledger.decided import post_decided
from services.points.ledger.permissions import HELD_DECIDE
from services.points.ledger.recorded import RecordedFact
from services.points.notices.service import notify
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import Conflict, Forbidden, NotFound
from shared.text import Text

_COLUMNS = """
    h.id, h.member_id, m.name AS member_name, h.fact_id, h.organisation_id, h.month, h.state,
    h.recorded, h.received_at, h.decision, h.reason, h.decided_by, h.decided_at, o.path
"""
_PAGE = text(f"""
    SELECT {_COLUMNS} FROM held_facts h
    JOIN organisations o ON o.id = h.organisation_id JOIN members m ON m.id = h.member_id
    WHERE (h.decision IS NULL) = :waiting AND o.path ^@ ANY (CAST(:reaches AS text[]))
        AND (CAST(:before AS uuid) IS NULL OR h.id < :before)
    ORDER BY h.id DESC LIMIT :limit
""")  # noqa: S608 - put together from a constant
_ONE = text(f"""
    SELECT {_COLUMNS} FROM held_facts h
    JOIN organisations o ON o.id = h.organisation_id JOIN members m ON m.id = h.member_id
    WHERE h.id = :id FOR UPDATE OF h
""")  # noqa: S608 - put together from a constant
_WAITING = text("""
    SELECT count(*) AS waiting FROM held_facts h JOIN organisations o ON o.id = h.organisation_id
    WHERE h.decision IS NULL AND h.member_id <> :asker
        AND o.path ^@ ANY (CAST(:reaches AS text[]))
""")
_DECIDE = text("""
    UPDATE held_facts SET decision = :decision, reason = :reason, decided_by = :by,
        decided_at = :now
    WHERE id = :id
""")


def page(
    uow: UnitOfWork, principal: Principal, before: UUID | None, limit: int, *, waiting: bool
) -> list[Row[Any]]:
    """Return what is held in the own part of the tree, newest first: waiting or decided."""
    values = {
        "reaches": list(principal.paths(HELD_DECIDE)),
        "before": before,
        "limit": limit,
        "waiting": waiting,
    }
    return list(uow.session.execute(_PAGE, values))


def waiting(principal: Principal) -> TextualSelect:
    """Return as SQL how much is held that the asker may decide on."""
    reaches = list(principal.paths(HELD_DECIDE))
    counted = _WAITING.bindparams(reaches=reaches, asker=principal.member_id)
    return counted.columns(column("waiting", Integer))


def decide(
    uow: UnitOfWork, principal: Principal, held_id: UUID, decision: str, reason: str
) -> Row[Any]:
    """Release a held fact, which then is posted, or refuse it; two at once give one decision.

    Raises:
        NotFound: `held_fact_unknown`, also out of reach.
        Forbidden: `own_case`; nobody decides on the own points.
        Conflict: `held_fact_decided`.
    """
    row = uow.session.execute(_ONE, {"id": held_id}).one_or_none()
    if row is None or not principal.reaches(HELD_DECIDE, row.path):
        raise NotFound(
            "held_fact_unknown",
            Text("没有这条待定记录，请刷新列表。", "Nothing like that is held; reload the list."),
        )
    if row.member_id == principal.member_id:
        raise Forbidden(
            "own_case",
            Text(
                "不能处理自己的记录，请其他管理员办理。",
                "Nobody decides on the own record; ask another administrator.",
            ),
        )
    if row.decision is not None:
        raise Conflict(
            "held_fact_decided",
            Text("这条记录已处理完毕，请刷新列表。", "This is decided already; reload the list."),
            extra={"decision": row.decision},
        )
    values = {"id": held_id, "by": principal.member_id, "now": uow.clock.now()}
    uow.session.execute(_DECIDE, {**values, "decision": decision, "reason": reason})
    recorded = RecordedFact.from_json(row.recorded)
    if decision == "released":
        post_decided(uow, [recorded])
    notify(uow, [row.member_id], f"held_fact.{decision}", held_id, _notice(decision, recorded))
    return uow.session.execute(_ONE, {"id": held_id}).one()


def _notice(decision: str, recorded: RecordedFact) -> Text:
    title, month = recorded.title, recorded.month
    if decision == "released":
        return Text(
            f"「{title}」（{month}）补记入账，公示表下会列出此更正。",
            f"“{title}” ({month}) has been entered late; the month's statement lists it as a"
            " correction.",
        )
    return Text(
        f"「{title}」（{month}）因当月已公示完毕未予补记；如有异议可以申诉。",
        f"“{title}” ({month}) was not entered, since the month is closed; you may appeal.",
    )
