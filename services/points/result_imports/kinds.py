"""The kinds of results people import, one entry each."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from services.points.result_imports.apply import apply
from services.points.result_imports.checks import common
from services.points.result_imports.holding import hold
from services.points.result_imports.parsers import (
    DAY_MINUTES,
    first_day,
    hours,
    quarter,
    whole_days,
)
from services.points.result_imports.permissions import RESULTS_IMPORT
from services.points.result_imports.undo import check_undo, undo
from services.points.scoring.vocabulary import LEVELS
from shared.auth import Permission
from shared.imports import Check, Column, Kind, day, one_of
from shared.imports import text as words
from shared.imports.kinds import reach_of
from shared.text import Text

_MEMBER: Final = (
    Column("member_no", "编号", words(32)),
    Column("name", "姓名", words(60)),
)
_DAY: Final = Column("day", "日期", day)


def _levels(*codes: str) -> Mapping[str, str]:
    return {LEVELS[code].zh: code for code in codes} | {code: code for code in codes}


@dataclass(frozen=True)
class Results:
    """One kind of spreadsheet, and what its rows become.

    Attributes:
        name: as people choose it.
        fact_kind: the kind of fact, or the column that names it.
        columns: beside the member's number and name.
        role: that the fact has.
        checks: beside those that all kinds have.
        permission: None where whoever imports anything may; a branch keeps its own hours and dues.
    """

    name: str
    fact_kind: str
    columns: tuple[Column, ...]
    role: str = "self"
    checks: tuple[Check, ...] = ()
    permission: Permission | None = RESULTS_IMPORT

    def kind(self) -> Kind:
        columns = {column.name for column in self.columns}
        return Kind(
            name=self.name,
            columns=(*_MEMBER, *self.columns),
            checks=(*common(self.fact_kind, columns), *self.checks),
            apply=partial(apply, fact_kind=self.fact_kind, role=self.role, columns=columns),
            parameters=reach_of,
            permission=self.permission,
            lock=hold,
            undo=undo,
            check_undo=check_undo,
        )


_ALL: Final = (
    # C02, S08
    Results(
        "results",
        "result",
        (
            _DAY,
            Column("title", "活动名称"),
            Column(
                "result",
                "成绩类别",
                one_of(
                    {"竞赛获奖": "prize", "prize": "prize", "知识竞赛": "quiz", "quiz": "quiz"},
                    "result_unknown",
                ),
            ),
            Column(
                "level",
                "级别",
                one_of(_levels("unit", "city", "province"), "level_unknown"),
                required=False,
            ),
        ),
        checks=(
            Check(
                "level_missing",
                "level",
                Text("竞赛获奖须填写级别：单位级、市级或省级。", "A prize needs its level."),
                """
                SELECT row_number, '' FROM staged s
                WHERE result = 'prize' AND level IS NULL AND NOT EXISTS (
                    SELECT FROM import_errors e WHERE e.import_id = :import_id
                        AND e.row_number = s.row_number AND e."column" = 'level'
                )
                """,
            ),
        ),
    ),
    # V01
    Results(
        "hours",
        "volunteering",
        (_DAY, Column("title", "活动名称"), Column("minutes", "小时", hours)),
        role="participant",
        permission=None,
    ),
    # H01
    Results(
        "commendations",
        "commendation",
        (
            _DAY,
            Column("title", "表彰名称"),
            Column(
                "level",
                "级别",
                one_of(
                    _levels("branch", "department", "city", "province", "national"),
                    "level_unknown",
                ),
            ),
        ),
    ),
    # L08: a quarter's dues count on its last day.
    Results("dues", "dues_on_time", (Column("day", "季度", quarter),), permission=None),
    # S03
    Results(
        "courses",
        "training_course",
        (
            Column("day", "日期", first_day),
            Column("title", "培训班名称"),
            Column("minutes", "天数", whole_days),
        ),
        checks=(
            Check(
                "course_too_short",
                "minutes",
                Text(
                    "培训班不足 3 天（{value}）不计分，请删去此行。",
                    "A course of fewer than 3 days ({value}) does not count; remove the row.",
                ),
                f"""
                SELECT row_number, (minutes / {DAY_MINUTES})::text FROM staged WHERE minutes < 3 * {DAY_MINUTES}
                """,  # noqa: S608 - a constant
            ),
        ),
    ),
    # L07
    Results("appraisals", "appraisal", (_DAY,)),
)

KINDS: Final = tuple(results.kind() for results in _ALL)
