"""The kind ``plan``: a year's plan as branches keep it, each row a draft event.

A row is known by its organisation and number: the same row again changes nothing, and one that says
something else than before is refused, for the event may have been worked on since. A plan is taken
back by undoing it; what people have worked on or shown meanwhile stays, and is counted.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import text

from services.events.catalogue.categories import CATEGORIES
from services.events.imports import plan_sql, statements
from services.events.imports.organisations import ORGANISATION_CHECKS
from services.events.imports.parsers import categories, category, time_of_day
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import Conflict
from shared.imports import Check, Column, Kind, day
from shared.imports import text as words
from shared.imports.kinds import reach_of
from shared.text import Text

_COLUMNS: Final = (
    Column("plan_ref", "计划编号", words(64)),
    Column("organisation_code", "组织代码"),
    Column("title", "活动名称"),
    Column("category", "活动类别", category),
    Column("tags", "兼属类别", categories, required=False),
    Column("day", "日期", day),
    Column("starts", "开始", time_of_day),
    Column("ends", "结束", time_of_day),
    Column("place", "地点", required=False),
)

_CHECKS: Final = (
    *ORGANISATION_CHECKS,
    Check(
        "row_doubled", "plan_ref",
        Text("计划编号「{value}」在同一组织中出现了两次，请改其中一个。",
             "“{value}” is there twice for one organisation; change one of them."),
        plan_sql.ROW_DOUBLED,
    ),
    Check(
        "ends_before_start", "ends",
        Text("结束时间须晚于开始时间。", "The end must be later than the start."),
        plan_sql.ENDS_BEFORE_START,
    ),
    Check(
        "day_unlikely", "day",
        Text("日期「{value}」离今天太远，请核对年份。",
             "“{value}” is too far from today; check the year."),
        plan_sql.DAY_UNLIKELY,
    ),
    Check(
        "row_differs", "plan_ref",
        Text("编号「{value}」已导入过且内容不同：请直接修改该活动，或撤销原导入，或换一个编号。",
             "“{value}” was imported saying something else: edit the event, undo that import, or"
             " use another number."),
        plan_sql.ROW_DIFFERS,
    ),
)  # fmt: skip


def _lock(uow: UnitOfWork) -> None:
    uow.session.execute(text(plan_sql.LOCK))


def _apply(uow: UnitOfWork, principal: Principal, import_id: UUID) -> Mapping[str, int]:
    uow.session.execute(text(statements.LOCK_ORGANISATIONS))
    created, rows = uow.session.execute(
        text(plan_sql.PUT),
        {
            "import_id": import_id,
            "by": principal.member_id,
            "now": uow.clock.now(),
            "codes": list(CATEGORIES),
            "early": [each.early for each in CATEGORIES.values()],
            "late": [each.late for each in CATEGORIES.values()],
        },
    ).one()
    return {"created": created, "unchanged": rows - created}


def _check_undo(uow: UnitOfWork, import_id: UUID) -> None:
    if not uow.session.scalar(text(plan_sql.ANY_UNTOUCHED), {"import_id": import_id}):
        raise Conflict(
            "plan_in_use",
            Text(
                "这批活动都已修改、发布或被别的导入引用，没有可撤销的；请逐个取消活动。",
                "Every event of it has been edited, published, or named by another import; call"
                " them off one by one.",
            ),
        )


def _undo(uow: UnitOfWork, import_id: UUID, _reason: str) -> Mapping[str, int]:
    """Take the drafts out that nobody has touched; raises nothing that `_check_undo` does not."""
    _check_undo(uow, import_id)
    values = {"import_id": import_id}
    named = uow.session.scalar(text(plan_sql.NAMED), values) or 0
    ids = uow.session.scalars(text(plan_sql.LOCK_UNTOUCHED), values).all()
    uow.session.execute(text(plan_sql.REMOVE), {"ids": ids})
    return {"removed": len(ids), "kept": named - len(ids)}


PLAN: Final = Kind(
    "plan",
    _COLUMNS,
    _CHECKS,
    _apply,
    reach_of,
    lock=_lock,
    undo=_undo,
    check_undo=_check_undo,
)
