"""A unit's summary: a row for each branch, in the order of the tree and not of points."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row

from services.points.reports import counts, words
from services.points.reports.kinds import Asked
from services.points.reports.permissions import UNIT_SUMMARY
from shared.documents import Column, Section, Value
from shared.text import Text

NAME = "unit-summary"
TITLE = Text("单位积分汇总表", "Unit summary")
PERMISSION = UNIT_SUMMARY
FORMATS = ("json", "xlsx", "pdf")
ORGANISATIONS = ("unit", "general_branch")
LONGEST_MONTHS = 60

# As narrow as the columns of a page.
_SHORT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "BASE": "Base", "LIFE": "Org. life", "STUDY": "Study", "SERVE": "Service",
        "CULT": "Culture, sport", "HONOR": "Honours", "ADJUST": "Adjusted", "DEDUCT": "Taken off",
    }
)  # fmt: skip

NOTE: Final = Text(
    "按组织顺序排列，不作排名；党员数为期末（未到期末则为制表时）在册人数；参与率为参加过活动的党员占比；"
    "人均积分按计分党员计算；积分按事项发生时所在支部归属。",
    "In the order of the organisation, not a ranking. Members are those at the end of the span, or"
    " now if it is not over. Participation is the share of members who took part in an activity;"
    " points per head are per scored member. Points belong to the branch of the time.",
)


def build(asked: Asked) -> Iterator[Section]:
    """Return one table: the branches, and all of them together."""
    where = (asked.uow, asked.path, asked.span)
    branches = counts.branches(*where)
    earned: dict[UUID, dict[str, int]] = {}
    for (branch_id, category, _), tenths in counts.points(*where).items():
        of_branch = earned.setdefault(branch_id, {})
        of_branch[category] = of_branch.get(category, 0) + tenths
    rows = [
        _row((branch.code, branch.name), [branch], [earned.get(branch.id, {})])
        for branch in branches
    ]
    rows.append(_row(("", asked.say(words.TOTAL)), branches, list(earned.values())))
    yield Section("branches", asked.say(Text("各党支部", "Branches")), _columns(asked), rows)


def _columns(asked: Asked) -> list[Column]:
    return [
        Column("code", asked.say(Text("代码", "Code")), 10),
        Column("branch", asked.say(Text("党支部", "Branch")), 22),
        Column("members", asked.say(Text("党员", "Members")), 9, "number"),
        Column("scored_members", asked.say(Text("计分", "Scored")), 7, "number"),
        Column("took_part", asked.say(Text("参加", "Took part")), 7, "number"),
        Column("participation", asked.say(Text("参与率", "Share taking part")), 8, "percent"),
        Column("points", asked.say(Text("积分", "Points")), 9, "number"),
        Column("points_per_head", asked.say(Text("人均", "Per head")), 7, "number"),
        *(
            Column(category.lower(), asked.say(Text(title.zh, _SHORT[category])), 9, "number")
            for category, title in words.CATEGORIES.items()
        ),
    ]


def _row(
    names: tuple[str, str], branches: Sequence[Row[Any]], earned: Sequence[Mapping[str, int]]
) -> Sequence[Value]:
    members, scored, took_part = (
        sum(getattr(branch, name) for branch in branches)
        for name in ("members", "scored", "took_part")
    )
    by_category = [sum(of.get(category, 0) for of in earned) for category in words.CATEGORIES]
    total = sum(by_category)
    return (
        *names,
        members,
        scored,
        took_part,
        words.share(took_part, members),
        words.points(total),
        words.per_head(total, scored),
        *map(words.points, by_category),
    )
