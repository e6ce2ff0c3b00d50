"""A branch's evidence sheet, for 五好党支部 and 述职评议: counts, and nobody's name.

It awards nothing, ranks nobody, and holds nothing of those who were helped.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final
from uuid import UUID

from services.points.reports import counts, words
from services.points.reports.kinds import Asked
from services.points.reports.permissions import BRANCH_EVIDENCE
from services.points.scoring.vocabulary import EVENT_KINDS
from shared.documents import Column, Kind, Section
from shared.text import Text

NAME = "branch-evidence"
TITLE = Text("党支部工作佐证表", "Branch evidence sheet")
PERMISSION = BRANCH_EVIDENCE
FORMATS = ("json", "xlsx", "pdf")
ORGANISATIONS = ("branch",)
# As many columns as a page takes.
LONGEST_MONTHS = 12

NOTE: Final = Text(
    "党员数为期末（未到期末则为制表时）在册人数；参与率为参加过活动的党员占比；人均积分按计分党员计算；"
    "合并开展的活动在所属各类别分别计数，合计中计一次；积分按事项发生时所在支部归属。",
    "Members are those at the end of the span, or now if it is not over. Participation is the share"
    " of members who took part in an activity; points per head are per scored member. A co-held"
    " activity counts under each of its kinds and once in the totals. Points belong to the branch"
    " of the time.",
)

_OVERVIEW: Final[tuple[tuple[str, Text, Kind], ...]] = (
    ("members", Text("党员数", "Members"), "number"),
    ("scored_members", Text("计分党员", "Scored members"), "number"),
    ("took_part", Text("参加活动党员", "Took part"), "number"),
    ("participation", Text("参与率", "Participation"), "percent"),
    ("activities", Text("活动次数", "Activities"), "number"),
    ("attendances", Text("参加人次", "Attendances"), "number"),
    ("points", Text("积分合计", "Points"), "number"),
    ("points_per_head", Text("人均积分", "Points per head"), "number"),
)


def build(asked: Asked) -> Iterator[Section]:
    """Return overview, activities and attendances by kind and month, points, sources, decisions."""
    where = (asked.uow, asked.path, asked.span)
    branch = counts.branches(*where)[0]
    done, earned = counts.activities(*where), counts.points(*where)
    activities, attendances = done[None, None]
    total = sum(earned.values())
    yield Section(
        "overview",
        asked.say(Text("概况", "Overview")),
        [Column(name, asked.say(title), 12, kind) for name, title, kind in _OVERVIEW],
        [
            (
                branch.members,
                branch.scored,
                branch.took_part,
                words.share(branch.took_part, branch.members),
                activities,
                attendances,
                words.points(total),
                words.per_head(total, branch.scored),
            )
        ],
    )
    for place, (name, title) in enumerate(
        (
            ("activities", Text("各类活动次数", "Activities by kind and month")),
            ("attendances", Text("各类活动参加人次", "Attendances by kind and month")),
        )
    ):
        figures = {key: both[place] for key, both in done.items()}
        yield _by_month(asked, name, title, EVENT_KINDS, figures)
    yield _by_month(
        asked,
        "points",
        Text("各类积分", "Points by category and month"),
        words.CATEGORIES,
        {key: words.points(tenths) for key, tenths in _summed(earned).items()},
    )
    facts = counts.sources(*where)
    yield Section(
        "sources",
        asked.say(Text("计分事项来源", "Where the facts came from")),
        [
            Column("source", asked.say(Text("来源", "Source")), 24),
            Column("facts", asked.say(Text("件数", "Count")), 10, "number"),
        ],
        [(asked.say(text), facts.get(source, 0)) for source, text in words.SOURCES.items()],
    )
    decided = counts.decisions(*where)
    yield Section(
        "decisions",
        asked.say(Text("申报、调整与申诉", "Claims, adjustments and appeals")),
        [
            Column("what", asked.say(Text("事项", "What")), 16),
            Column("outcome", asked.say(Text("状态", "State")), 24),
            Column("number", asked.say(Text("件数", "Count")), 10, "number"),
        ],
        [
            (asked.say(what), asked.say(outcome), decided.get(key, 0))
            for key, (what, outcome) in words.DECISIONS.items()
        ],
    )


_Figures = Mapping[tuple[str | None, str | None], int | float]


def _by_month(
    asked: Asked, name: str, title: Text, labels: Mapping[str, Text], figures: _Figures
) -> Section:
    """Return a table of a row for each label and one for all, a column for each month."""
    months: list[str | None] = [*asked.span.months, None]
    rows: list[tuple[str | None, Text]] = [*labels.items(), (None, words.TOTAL)]
    return Section(
        name,
        asked.say(title),
        [
            Column("kind", asked.say(Text("类别", "Kind")), 20),
            *(Column(m or "total", _heading(asked, m), 7, "number") for m in months),
        ],
        [(asked.say(label), *(figures.get((code, m), 0) for m in months)) for code, label in rows],
    )


def _heading(asked: Asked, month: str | None) -> str:
    if month is None:
        return asked.say(words.TOTAL)
    day = date.fromisoformat(f"{month}-01")
    return asked.say(Text(f"{day.month}月", day.strftime("%b")))


def _summed(
    earned: Mapping[tuple[UUID, str, str], int],
) -> dict[tuple[str | None, str | None], int]:
    """Return tenths by category and month, None standing for all of them."""
    sums: dict[tuple[str | None, str | None], int] = {}
    for (_, category, month), tenths in earned.items():
        for key in ((category, month), (category, None), (None, month), (None, None)):
            sums[key] = sums.get(key, 0) + tenths
    return sums
