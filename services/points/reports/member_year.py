"""A member's own year: total, categories and rules with their limits, every entry with its why."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from services.points.ledger.service import ledger_of, points_of
from services.points.reports import words
from shared.clock import local_day
from shared.database import UnitOfWork
from shared.documents import Column, Document, Section, Value
from shared.text import Text

FORMATS: Final = ("json", "xlsx", "pdf")
_PAGE: Final = 500
_NOTE: Final = Text(
    "上限为现行规则的年度上限；说明按入账时的规则；冲正以新记录入账，原记录保留。",
    "Limits are those of the rules in force now; each entry says what the rules of its time gave."
    " A reversal is an entry of its own, and what it reverses stays.",
)
_WHO: Final = text("""
    SELECT m.name, m.member_no, o.name AS branch
    FROM members m JOIN organisations o ON o.id = m.organisation_id WHERE m.id = :member
""")


def build(
    uow: UnitOfWork, member_id: UUID, year: int | None, language: str
) -> tuple[Document, str]:
    """Return a member's year, the present one when `year` is None, and a name for its file."""
    points = points_of(uow, member_id, year)
    maker = _Maker(language)
    say, year = maker.say, points["year"]
    document = Document(
        "year",
        say(f"{year}年个人积分", f"My points, {year}"),
        [
            *_who(uow, member_id, maker),
            (say("年度积分", "Points of the year"), words.points(points["points"])),
            (say("制表时间", "Made at"), uow.clock.now()),
            (say("说明", "How to read it"), _NOTE.in_language(language)),
        ],
        [maker.categories(points), maker.rules(points), maker.entries(uow, member_id, year)],
        language,
    )
    return document, f"my-year-{year}"


def _who(uow: UnitOfWork, member_id: UUID, maker: "_Maker") -> list[tuple[str, Value]]:
    """Return name, number and branch; nothing of a member who is not in the roster yet."""
    row = uow.session.execute(_WHO, {"member": member_id}).one_or_none()
    if row is None:
        return []
    return [
        (maker.say("姓名", "Name"), row.name),
        (maker.say("党员编号", "Member no."), row.member_no),
        (maker.say("党支部", "Branch"), row.branch),
    ]


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the tables in one language."""

    language: str

    def say(self, zh: str, en: str) -> str:
        return Text(zh, en).in_language(self.language)

    def categories(self, points: dict[str, Any]) -> Section:
        return Section(
            "categories",
            self.say("各类别", "By category"),
            [self._category_column(), *self._figures()],
            [
                (self._category(of["category"]), words.points(of["points"]), _cap(of["cap"]))
                for of in points["categories"]
            ],
        )

    def rules(self, points: dict[str, Any]) -> Section:
        return Section(
            "rules",
            self.say("各规则", "By rule"),
            [
                Column("rule", self.say("规则", "Rule"), 7),
                Column("name", self.say("名称", "Name"), 30),
                self._category_column(),
                *self._figures(),
            ],
            [
                (
                    of["code"],
                    of["name"].in_language(self.language),
                    self._category(of["category"]),
                    words.points(of["points"]),
                    _cap(of["cap"]),
                )
                for of in points["rules"]
            ],
        )

    def entries(self, uow: UnitOfWork, member_id: UUID, year: int) -> Section:
        found = sorted(_entries(uow, member_id, year), key=lambda e: (e["occurred_at"], e["id"]))
        return Section(
            "entries",
            self.say("积分明细", "Entries"),
            [
                Column("day", self.say("日期", "Day"), 10, "day"),
                Column("title", self.say("事项", "Matter"), 27),
                Column("rule", self.say("规则", "Rule"), 6),
                Column("points", self.say("得分", "Points"), 6, "number"),
                Column("why", self.say("说明", "Why"), 36),
                Column("posted_on", self.say("入账", "Posted"), 10, "day"),
            ],
            [
                (
                    local_day(entry["occurred_at"]),
                    entry["title"],
                    entry["rule_code"],
                    words.points(entry["points"]),
                    entry["why"].in_language(self.language),
                    local_day(entry["posted_at"]),
                )
                for entry in found
            ],
        )

    def _category_column(self) -> Column:
        return Column("category", self.say("类别", "Category"), 22)

    def _figures(self) -> list[Column]:
        return [
            Column("points", self.say("得分", "Points"), 8, "number"),
            Column("cap", self.say("年度上限", "Year's limit"), 12, "number"),
        ]

    def _category(self, code: str) -> str:
        named = words.CATEGORIES.get(code)
        return named.in_language(self.language) if named else code


def _entries(uow: UnitOfWork, member_id: UUID, year: int) -> Iterator[dict[str, Any]]:
    before = None
    while page := ledger_of(uow, member_id, year, _PAGE, before):
        yield from page
        before = page[-1]["id"]


def _cap(tenths: int | None) -> int | float | None:
    return None if tenths is None else words.points(tenths)
