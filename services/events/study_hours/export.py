"""An organisation's study hours as a document."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from services.events.study_hours.policy import HOUR
from shared.documents import Column, Document, Section, Value
from shared.text import Text

_TITLE: Final = Text("学时统计", "Study hours")
_COUNTS: Final = (
    ("members", Text("党员数", "Members")),
    ("asked", Text("应完成人数", "Asked")),
    ("met", Text("已完成人数", "Have done it")),
)
_HOURS: Final = (
    ("minutes", Text("已完成学时", "Hours")),
    ("target", Text("应完成学时", "Asked")),
    ("missing", Text("尚缺学时", "Missing")),
)


def document(found: dict[str, Any], made_by: str, made_at: datetime, language: str) -> Document:
    """Return what `service.of_organisation` found."""

    def say(words: Text) -> str:
        return words.in_language(language)

    organisation, year = found["organisation"], found["year"]
    about: list[tuple[str, Value]] = [
        (say(Text("组织", "Organisation")), organisation.name),
        (say(Text("年度", "Year")), str(year)),
        *((say(title), str(found[name])) for name, title in _COUNTS),
        (say(Text("制表人", "Made by")), made_by),
        (say(Text("制表时间", "Made at")), made_at),
    ]
    sections = [_totals(found, say)]
    if found["items"] is not None:
        sections = [_members(found["items"], say)]
    elif found["below"] is not None:
        sections = [_below(found["below"], say)]
    return Document(
        "study-hours", f"{organisation.name} {year} {say(_TITLE)}", about, sections, language
    )


def _members(items: Sequence[dict[str, Any]], say: Any) -> Section:
    columns = (
        Column("member_no", say(Text("编号", "Number")), 12),
        Column("name", say(Text("姓名", "Name")), 12),
        *(Column(name, say(title), 12, "number") for name, title in _HOURS),
    )
    rows = [
        (item["member_no"], item["name"], *(_hours(item[name]) for name, _ in _HOURS))
        for item in items
    ]
    return Section("members", say(Text("党员", "Members")), columns, rows)


def _below(below: Sequence[dict[str, Any]], say: Any) -> Section:
    columns = (Column("name", say(Text("组织", "Organisation")), 30), *_count_columns(say))
    rows = [(row["name"], *(row[name] for name, _ in _COUNTS)) for row in below]
    return Section("below", say(Text("下级组织", "Organisations below")), columns, rows)


def _totals(found: dict[str, Any], say: Any) -> Section:
    rows = [tuple(found[name] for name, _ in _COUNTS)]
    return Section("totals", say(Text("合计", "Totals")), _count_columns(say), rows)


def _count_columns(say: Any) -> tuple[Column, ...]:
    return tuple(Column(name, say(title), 12, "number") for name, title in _COUNTS)


def _hours(minutes: int | None) -> float | None:
    return None if minutes is None else round(minutes / HOUR, 2)
