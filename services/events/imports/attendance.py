"""The kind ``attendance``: one row for each member at an event that is over.

The same file again changes nothing; a corrected one changes the role or minutes of those who were
there. Nobody is taken out by a file: that is an annulment, which has a reason.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import text

from services.events.catalogue.categories import CATEGORIES
from services.events.catalogue.permissions import ATTENDANCE_IMPORT
from services.events.imports import statements
from services.events.imports.moments import moment
from services.events.imports.organisations import ORGANISATION_CHECKS
from services.events.imports.parsers import category
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.imports import Check, Column, Kind, one_of, whole_number
from shared.imports import text as words
from shared.imports.kinds import reach_of
from shared.text import Text

_ROLES: Final = {
    "参加": "participant", "participant": "participant",
    "讲师": "lecturer", "lecturer": "lecturer",
    "志愿者": "helper", "helper": "helper",
}  # fmt: skip
_TIMED: Final = [c.code for c in CATEGORIES.values() if c.timed]

_COLUMNS: Final = (
    Column("event_ref", "活动编号", words(64)),
    Column("category", "活动类别", category),
    Column("title", "活动名称"),
    Column("organisation_code", "组织代码"),
    Column("starts_at", "开始时间", moment),
    Column("ends_at", "结束时间", moment),
    Column("member_no", "党员编号"),
    Column("role", "角色", one_of(_ROLES, "role_unknown"), required=False),
    Column("minutes", "时长（分钟）", whole_number, required=False),
)

_CHECKS: Final = (
    *ORGANISATION_CHECKS,
    Check(
        "member_unknown", "member_no",
        Text("名册中没有编号「{value}」，请核对；刚导入名册的请稍候再试。",
             "The roster has no number “{value}”; check it, or wait if it was imported just now."),
        statements.MEMBER_UNKNOWN,
    ),
    Check(
        "member_left", "member_no",
        Text("编号「{value}」的党员已转出，请删去此行。",
             "The member “{value}” has left; remove the row."),
        statements.MEMBER_LEFT,
    ),
    Check(
        "row_doubled", "member_no",
        Text("「{value}」在同一活动中出现了两次，请删去一行。",
             "“{value}” is there twice for one event; remove one row."),
        statements.ROW_DOUBLED,
    ),
    Check(
        "ends_before_start", "ends_at",
        Text("结束时间须晚于开始时间。", "The end must be later than the start."),
        statements.ENDS_BEFORE_START,
    ),
    Check(
        "not_over", "ends_at",
        Text("活动尚未结束，请在结束后导入。", "The event is not over yet; import it afterwards."),
        statements.NOT_OVER,
    ),
    Check(
        "minutes_impossible", "minutes",
        Text("时长「{value}」须在 0 与活动时长之间。",
             "“{value}” minutes: write between 0 and the length of the event."),
        statements.MINUTES_IMPOSSIBLE,
    ),
    Check(
        "rows_disagree", "event_ref",
        Text("活动「{value}」各行的名称、类别或时间不一致，请统一。",
             "Rows of event “{value}” differ in title, category or times; make them the same."),
        statements.ROWS_DISAGREE,
    ),
    Check(
        "event_differs", "event_ref",
        Text("编号「{value}」已用于名称、类别或时间不同的活动，请换一个编号。",
             "“{value}” stands for an event with another title, category or time; use another."),
        statements.EVENT_DIFFERS,
    ),
)  # fmt: skip


def _apply(uow: UnitOfWork, principal: Principal, _import_id: UUID) -> Mapping[str, int]:
    by = principal.member_id
    uow.session.execute(text(statements.LOCK_ORGANISATIONS))
    events = uow.session.scalar(text(statements.PUT_EVENTS), {"by": by, "now": uow.clock.now()})
    created, changed = uow.session.execute(
        text(statements.PUT_CHECK_INS), {"by": by, "timed": _TIMED}
    ).one()
    rows = uow.session.scalar(text("SELECT count(*) FROM staged"))
    return {
        "events": events or 0,
        "created": created,
        "changed": changed,
        "unchanged": (rows or 0) - created - changed,
    }


ATTENDANCE: Final = Kind(
    "attendance", _COLUMNS, _CHECKS, _apply, reach_of, permission=ATTENDANCE_IMPORT
)
