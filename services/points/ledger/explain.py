"""An entry's why, in words. Pure."""

from collections.abc import Mapping
from typing import Final

from shared.fields import in_words
from shared.text import Text

_LIMITS: Final = {
    "event": Text("本次活动已达上限", "this activity's limit is reached"),
    "day": Text("今日已达上限", "the day's limit is reached"),
    "month": Text("本月已达上限", "the month's limit is reached"),
    "quarter": Text("本季度已达上限", "the quarter's limit is reached"),
    "year": Text("本年度已达上限", "the year's limit is reached"),
    "category": Text("该类别本年度已达上限", "the category's limit for the year is reached"),
    "monthly_gain": Text("本月可得积分已满", "what one month can add is reached"),
    "floor": Text("积分已扣至下限", "points cannot go below the floor"),
}


def explain(entry: Mapping[str, object], name: Text, working: Text | None = None) -> Text:
    """Say what an entry gave and why.

    Args:
        entry: with points, worth, limited_by, used, cap and reverses as in the ledger.
        name: the rule's name in both languages.
        working: what of the fact the worth came from, where the rule alone does not tell.
    """
    points, limit = int(str(entry["points"])), str(entry["limited_by"])
    if entry["reverses"] is not None:
        return Text(f"冲正：{name.zh} {_signed(points)}", f"Reversed: {name.en} {_signed(points)}")
    zh, en = f"{name.zh} {_signed(points)}", f"{name.en} {_signed(points)}"
    if working:
        zh += f"（{working.zh}）"
        en += f" ({working.en})"
    if limit in _LIMITS:
        zh += f"（应得 {in_words(int(str(entry['worth'])))}，{_LIMITS[limit].zh}）"
        en += f" (worth {in_words(int(str(entry['worth'])))}; {_LIMITS[limit].en})"
    elif entry["cap"] is not None:
        used, cap = int(str(entry["used"])), int(str(entry["cap"]))
        left = in_words(max(0, cap - used))
        # What is left of a deduction's limit is nothing to be had.
        zh += f"，今年{'最多再扣' if points < 0 else '还可得'} {left}（上限 {in_words(cap)}）"
        en += f", {'at most ' if points < 0 else ''}{left} of {in_words(cap)} left this year"
    return Text(zh, en)


def _signed(tenths: int) -> str:
    return f"+{in_words(tenths)}" if tenths > 0 else in_words(tenths)
