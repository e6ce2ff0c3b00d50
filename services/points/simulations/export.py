"""What a simulation found, as a document to take into a meeting; nobody is named in it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from shared.clock import local_day
from shared.database import UnitOfWork
from shared.documents import Column, Document, Section, Value
from shared.errors import Conflict
from shared.jobs import JobRow
from shared.text import Text

Say = Callable[[Text], str]

# The third part of a path is its unit's code.
_NAMES: Final = text("""
    SELECT o.id, o.name, u.name AS unit FROM organisations o
    LEFT JOIN organisations u ON u.code = split_part(o.path, '/', 3)
    WHERE o.id = ANY(:ids)
""")
_BEFORE, _AFTER = Text("现行", "Before"), Text("模拟后", "After")
_TENTHS: Final = 10
_TOTALS: Final = (
    ("members", Text("人数", "Members"), 1),
    ("before", Text("现行总分", "Points before"), _TENTHS),
    ("after", Text("模拟后总分", "Points after"), _TENTHS),
    ("gainers", Text("增加的人数", "Members who gain"), 1),
    ("losers", Text("减少的人数", "Members who lose"), 1),
    ("gained", Text("增加的分数", "Points gained"), _TENTHS),
    ("lost", Text("减少的分数", "Points lost"), _TENTHS),
    ("below_floor", Text("低于下限的人数", "Members below the floor"), 1),
)
_CHURN: Final = (
    ("new_in_top_10", Text("新进前 10 名", "New among the first 10")),
    ("new_in_top_100", Text("新进前 100 名", "New among the first 100")),
    ("mean_places_moved", Text("平均名次变动", "Places moved on average")),
)


def document(uow: UnitOfWork, job: JobRow, language: str) -> Document:
    """Return the findings of a finished simulation.

    Raises:
        Conflict: `simulation_not_done`.
    """
    found = job.result
    if found is None:
        raise Conflict(
            "simulation_not_done",
            Text(
                "模拟尚未完成，请稍后再导出。", "The simulation is not done yet; export it later."
            ),
        )

    def say(words: Text) -> str:
        return words.in_language(language)

    asked = job.parameters
    places = [asked, *found["units"], *found["branches"]]
    ids = [UUID(str(place["organisation_id"])) for place in places]
    names = {str(row.id): row for row in uow.session.execute(_NAMES, {"ids": ids})}
    last = local_day(datetime.fromisoformat(asked["until"]) - timedelta.resolution)
    title = say(Text("积分规则模拟", "Simulation of point rules"))
    about: list[tuple[str, Value]] = [
        (say(Text("规则版本", "Rule set")), asked["rule_set"]["name"]),
        (say(Text("范围", "Organisation")), names[asked["organisation_id"]].name),
        (say(Text("起始日期", "From")), asked["from"]),
        (say(Text("截止日期", "To")), last.isoformat()),
        (say(Text("差异摘要", "Digest of the difference")), str(found["digest"])),
    ]
    sections = [
        _totals(found, say),
        _bars("distribution", say(Text("分数分布", "Distribution")), found, say),
        _bands(found, say),
        _organisations("units", say(Text("各单位", "Units")), found, names, say),
        _organisations("branches", say(Text("各支部", "Branches")), found, names, say),
    ]
    return Document("simulation", title, about, sections, language)


def _totals(found: dict[str, Any], say: Say) -> Section:
    columns = (
        Column("what", say(Text("项目", "Figure")), 26),
        Column("figure", say(Text("数值", "Value")), 14, "number"),
    )
    rows: list[Sequence[Value]] = [
        (say(name), found[key] / unit if unit > 1 else found[key]) for key, name, unit in _TOTALS
    ]
    rows += [(say(name), found["churn"][key]) for key, name in _CHURN]
    return Section("totals", say(Text("总计", "Totals")), columns, rows)


def _bars(name: str, title: str, found: dict[str, Any], say: Say) -> Section:
    columns = (
        Column("from", say(Text("分数起", "Points from")), 12, "number"),
        Column("before", say(_BEFORE), 12, "number"),
        Column("after", say(_AFTER), 12, "number"),
    )
    rows = [
        (None if bar["from"] is None else bar["from"] / _TENTHS, bar["before"], bar["after"])
        for bar in found[name]
    ]
    return Section(name, title, columns, rows)


def _bands(found: dict[str, Any], say: Say) -> Section:
    bars = _bars("bands", say(Text("分数段", "Bands")), found, say)
    columns = (
        *bars.columns,
        Column("share_before", say(Text("现行占比 %", "Before, %")), 14, "number"),
        Column("share_after", say(Text("模拟后占比 %", "After, %")), 14, "number"),
    )
    shares = [
        [round(100 * band[f"share_{when}"], 2) for when in ("before", "after")]
        for band in found["bands"]
    ]
    rows = [(*row, *own) for row, own in zip(bars.rows, shares, strict=True)]
    return Section(bars.name, bars.title, columns, rows)


def _organisations(
    name: str, title: str, found: dict[str, Any], names: Mapping[str, Row[Any]], say: Say
) -> Section:
    columns = (
        # Many branches of a city are called the first one.
        Column("unit", say(Text("单位", "Unit")), 32),
        Column("organisation", say(Text("组织", "Organisation")), 32),
        Column("members", say(Text("人数", "Members")), 10, "number"),
        Column("before", say(_BEFORE), 12, "number"),
        Column("after", say(_AFTER), 12, "number"),
    )
    rows = [
        (
            names[row["organisation_id"]].unit, names[row["organisation_id"]].name,
            row["members"], row["before"] / _TENTHS, row["after"] / _TENTHS,
        )
        for row in found[name]
    ]  # fmt: skip
    return Section(name, title, columns, rows)
