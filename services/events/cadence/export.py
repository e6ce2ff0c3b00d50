"""The branch calendar as a document."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from services.events.cadence.policy import State
from shared.documents import Column, Document, Section, Value
from shared.text import Text

_TITLE: Final = Text("组织生活台账", "Branch calendar")
_STATES: Final = {
    State.DONE: Text("已完成", "done"),
    State.DUE: Text("待完成", "due"),
    State.OVERDUE: Text("逾期", "overdue"),
    State.NOT_APPLICABLE: Text("不适用", "not applicable"),
}
_RULE: Final = (
    ("code", Text("规则", "Rule"), 8),
    ("name", Text("名称", "Name"), 24),
    ("period", Text("周期", "Period"), 12),
)
_PEOPLE: Final = (
    ("expected", Text("应到", "Expected")),
    ("present", Text("实到", "Present")),
    ("excused", Text("请假", "Excused")),
)

Say = Callable[[Text], str]


def document(found: dict[str, Any], made_by: str, made_at: datetime, language: str) -> Document:
    """Return what `service.of_organisation` found."""

    def say(words: Text) -> str:
        return words.in_language(language)

    organisation, year = found["organisation"], found["year"]
    about: list[tuple[str, Value]] = [
        (say(Text("组织", "Organisation")), organisation.name),
        (say(Text("年度", "Year")), str(year)),
        (say(Text("截至", "As of")), found["today"]),
        (say(Text("制表人", "Made by")), made_by),
        (say(Text("制表时间", "Made at")), made_at),
    ]
    alone = found["overdue"] is None and found["units"] is None
    sections = [*(_alone if alone else _above)(found, say)]
    title = f"{organisation.name} {year} {say(_TITLE)}"
    return Document("cadence", title, about, sections, language)


def _alone(found: dict[str, Any], say: Say) -> Iterator[Section]:
    columns = (
        *_rule_columns(say),
        Column("state", say(Text("状态", "State")), 12),
        Column("next_on", say(Text("截止日期", "Next date")), 12, "day"),
        Column("held", say(Text("次数", "Times")), 8, "number"),
        Column("duty", say(Text("责任人", "Answers for it")), 12),
        Column("missing", say(Text("未完成的小组", "Groups without it")), 30),
    )
    rows = [
        (
            *_rule(rule, period, say), say(_STATES[period["state"]]), period["next_on"],
            period.get("held"), rule["duty"]["name"], "、".join(period.get("missing", ())),
        )
        for rule, period in _periods(found)
    ]  # fmt: skip
    yield Section("calendar", say(Text("台账", "Calendar")), columns, rows)
    columns = (
        *_rule_columns(say),
        Column("held_on", say(Text("日期", "Day")), 12, "day"),
        Column("organisation", say(Text("组织", "Organisation")), 20),
        Column("title", say(Text("活动", "Event")), 40),
        *(Column(name, say(title), 8, "number") for name, title in _PEOPLE),
    )
    held: list[Sequence[Value]] = [
        (
            *_rule(rule, period, say), event["held_on"], event["organisation"], event["title"],
            *(event[name] for name, _ in _PEOPLE),
        )
        for rule, period in _periods(found)
        for event in period.get("events", ())
    ]  # fmt: skip
    yield Section("events", say(Text("活动", "Events")), columns, held)


def _above(found: dict[str, Any], say: Say) -> Iterator[Section]:
    columns = (
        *_rule_columns(say),
        *(Column(state.value, say(title), 10, "number") for state, title in _STATES.items()),
    )
    rows = [
        (*_rule(rule, period, say), *(period["counts"][state] for state in _STATES))
        for rule, period in _periods(found)
    ]
    yield Section("counts", say(Text("完成情况", "Counts")), columns, rows)
    name = Column("name", say(Text("组织", "Organisation")), 30)
    if found["units"] is not None:
        columns = (name, Column("overdue", say(Text("逾期项数", "Overdue")), 10, "number"))
        units = [(unit["name"], unit["overdue"]) for unit in found["units"]]
        yield Section("units", say(Text("各单位", "Units")), columns, units)
        return
    rules = {rule["rule"].code: rule["rule"] for rule in found["rules"]}
    overdue = [
        (item["name"], item["rule"], say(rules[item["rule"]].name), item["period"])
        for item in found["overdue"]
    ]
    yield Section("overdue", say(_STATES[State.OVERDUE]), (name, *_rule_columns(say)), overdue)


def _periods(found: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for rule in found["rules"]:
        for period in rule["periods"]:
            yield rule, period


def _rule(rule: dict[str, Any], period: dict[str, Any], say: Say) -> tuple[str, str, str]:
    return rule["rule"].code, say(rule["rule"].name), period["period"]


def _rule_columns(say: Say) -> tuple[Column, ...]:
    return tuple(Column(name, say(title), width) for name, title, width in _RULE)
