"""Words that several reports show."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from services.points.scoring import vocabulary
from shared.fields import TENTHS
from shared.text import Text

CATEGORIES: Final = vocabulary.CATEGORIES

SOURCES: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "check_in": Text("签到", "Check-ins"),
        "claim": Text("申报审核通过", "Claims approved"),
        "import": Text("结果导入", "Results imported"),
        "manual": Text("人工调整（双人）", "Adjustments by two people"),
    }
)

DECISIONS: Final[Mapping[tuple[str, str], tuple[Text, Text]]] = MappingProxyType(
    {
        (what, state): (named, outcome)
        for what, named, outcomes in (
            (
                "claims",
                Text("申报", "Claims"),
                {
                    "first_review": Text("初审中", "in first review"),
                    "branch_review": Text("支部审核中", "in branch review"),
                    "returned": Text("退回补充", "returned for completion"),
                    "approved": Text("通过", "approved"),
                    "rejected": Text("不通过", "rejected"),
                    "withdrawn": Text("本人撤回", "withdrawn"),
                    "annulled": Text("事后撤销", "annulled later"),
                },
            ),
            (
                "adjustments",
                Text("调整", "Adjustments"),
                {
                    "proposed": Text("待审批", "awaiting approval"),
                    "approved": Text("批准", "approved"),
                    "rejected": Text("不批准", "rejected"),
                    "withdrawn": Text("撤回", "withdrawn"),
                },
            ),
            (
                "appeals",
                Text("申诉", "Appeals"),
                {
                    "open": Text("办理中", "open"),
                    "upheld": Text("成立", "upheld"),
                    "dismissed": Text("不成立", "dismissed"),
                    "withdrawn": Text("撤回", "withdrawn"),
                },
            ),
        )
        for state, outcome in outcomes.items()
    }
)

LIMITS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "event": Text("单次活动上限", "activity's limit"),
        "day": Text("每日上限", "day's limit"),
        "month": Text("每月上限", "month's limit"),
        "quarter": Text("每季度上限", "quarter's limit"),
        "year": Text("年度上限", "year's limit"),
        "category": Text("类别年度上限", "category's limit"),
        "monthly_gain": Text("月度可得上限", "what a month can add"),
        "floor": Text("积分下限", "floor"),
    }
)

TOTAL: Final = Text("合计", "Total")


def points(tenths: int) -> int | float:
    """Return points as people count them: 25 → 2.5, 20 → 2."""
    whole, rest = divmod(tenths, TENTHS)
    return tenths / TENTHS if rest else whole


def per_head(tenths: int, heads: int) -> float | None:
    return round(tenths / TENTHS / heads, 2) if heads else None


def share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
