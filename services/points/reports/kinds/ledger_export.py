"""The ledger for taking away: every entry of a part of the organisation and a span."""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, select, text

from services.points.reports import statements, words
from services.points.reports.kinds import Asked
from services.points.reports.permissions import LEDGER_EXPORT
from services.points.rules.models import RuleRow
from shared.documents import Column, Section, Value
from shared.text import Text

NAME = "ledger"
TITLE = Text("积分明细导出", "Ledger export")
NOTE: Final = Text(
    "按党员、入账先后排列；积分按事项发生时所在支部归属；更正以新记录入账，冲正记录指明所冲正的记录。",
    "By member, in the order of posting. Points belong to the branch of the time. What was corrected"
    " is followed by a new entry; a reversal names the entry it reverses.",
)
PERMISSION = LEDGER_EXPORT
FORMATS = ("json", "xlsx", "csv")
ORGANISATIONS = ("committee", "unit", "general_branch", "branch")
LONGEST_MONTHS = 72

# Rows the server hands over at a time; all that is ever in memory.
_BATCH: Final = 2_000


def build(asked: Asked) -> Iterator[Section]:
    """Return one table, read from the database as it is written."""
    yield Section(
        "entries",
        asked.say(Text("积分明细", "Entries")),
        _columns(asked),
        _rows(asked),
        size=lambda: _count(asked),
    )


def _columns(asked: Asked) -> list[Column]:
    return [
        Column("member_no", asked.say(Text("党员编号", "Member no.")), 14),
        Column("member", asked.say(Text("姓名", "Name")), 12),
        Column("branch", asked.say(Text("党支部", "Branch")), 24),
        Column("occurred_at", asked.say(Text("发生时间", "Happened")), 16, "moment"),
        Column("title", asked.say(Text("事项", "Matter")), 30),
        Column("rule", asked.say(Text("规则", "Rule")), 7),
        Column("rule_name", asked.say(Text("规则名称", "Rule name")), 18),
        Column("category", asked.say(Text("类别", "Category")), 14),
        Column("points", asked.say(Text("得分", "Points")), 7, "number"),
        Column("worth", asked.say(Text("应得", "Worth")), 7, "number"),
        Column("limited_by", asked.say(Text("受限于", "Limited by")), 24),
        Column("posted_at", asked.say(Text("入账时间", "Posted")), 16, "moment"),
        Column("entry_id", asked.say(Text("记录号", "Entry")), 36),
        Column("reverses", asked.say(Text("冲正记录", "Reverses")), 36),
    ]


def _count(asked: Asked) -> int:
    count = statements.COUNT_ALL_ENTRIES if asked.whole_city else statements.COUNT_ENTRIES
    return int(asked.uow.session.scalars(text(count), _of(asked)).one())


def _of(asked: Asked) -> dict[str, Any]:
    return {"path": asked.path, "since": asked.span.since, "until": asked.span.until}


def _rows(asked: Asked) -> Iterator[Sequence[Value]]:
    names = _rule_names(asked)
    categories = {code: asked.say(title) for code, title in words.CATEGORIES.items()}
    limits = {code: asked.say(sentence) for code, sentence in words.LIMITS.items()}
    entries_of = statements.ALL_ENTRIES if asked.whole_city else statements.ENTRIES
    statement = text(entries_of).execution_options(yield_per=_BATCH)
    with asked.uow.session.execute(statement, _of(asked)) as entries:
        for row in entries:
            yield _shown(row, names, categories, limits)


def _shown(
    row: Row[Any],
    names: dict[tuple[UUID, str], str],
    categories: dict[str, str],
    limits: dict[str, str],
) -> Sequence[Value]:
    return (
        row.member_no,
        row.name,
        row.branch,
        row.occurred_at,
        row.title,
        row.rule_code,
        names.get((row.rule_set_id, row.rule_code), ""),
        categories.get(row.category, row.category),
        words.points(row.points),
        words.points(row.worth),
        limits.get(row.limited_by, ""),
        row.posted_at,
        str(row.id),
        str(row.reverses) if row.reverses else "",
    )


def _rule_names(asked: Asked) -> dict[tuple[UUID, str], str]:
    rows = asked.uow.session.scalars(select(RuleRow))
    return {
        (row.rule_set_id, row.code): asked.say(Text(row.body["name_zh"], row.body["name_en"]))
        for row in rows
    }
