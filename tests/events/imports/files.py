"""Files of attendance as people make them."""

import csv
import io
from collections.abc import Sequence
from typing import Any

HEADINGS = (
    "活动编号", "活动类别", "活动名称", "组织代码", "开始时间", "结束时间", "党员编号", "角色",
    "时长（分钟）",
)  # fmt: skip


def row(  # a lecture of one branch, changed as a test likes
    member_no: str,
    *,
    ref: str = "2024-001",
    category: str = "党课",
    title: str = "第一季度党课",
    organisation: str = "b1",
    starts: str = "2024-03-01 14:00",
    ends: str = "2024-03-01 16:00",
    role: str = "",
    minutes: str = "",
) -> tuple[str, ...]:
    return (ref, category, title, organisation, starts, ends, member_no, role, minutes)


def csv_of(rows: Sequence[Sequence[Any]], headings: Sequence[str] = HEADINGS) -> io.BytesIO:
    text = io.StringIO()
    csv.writer(text).writerows([headings, *rows])
    return io.BytesIO(text.getvalue().encode("utf-8-sig"))
