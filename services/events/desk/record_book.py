"""The record book (台账): an organisation's events of a span, and who was at them."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from services.events.catalogue.categories import CATEGORIES
from services.events.desk.permissions import RECORD_BOOK
from services.events.roster_copy.models import OrganisationCopy
from shared.auth import Principal
from shared.clock import start_of_day
from shared.database import UnitOfWork
from shared.documents import Column, Document, Section, Value
from shared.errors import NotFound, Unprocessable
from shared.text import Text

LONGEST: Final = timedelta(days=366)

# What is over or on: drafts and what was called off are no record.
_EVENTS = text("""
    SELECT e.id, e.title, e.category, e.place, e.starts_at, e.ends_at, o.name AS organisation,
        (SELECT string_agg(m.name, '、' ORDER BY m.member_no) FROM event_roles r
            JOIN roster_members m ON m.id = r.member_id
            WHERE r.event_id = e.id AND r.role = 'lecturer') AS lecturers,
        (SELECT count(DISTINCT c.member_id) FROM check_ins c
            WHERE c.event_id = e.id AND c.state = 'present') AS present
    FROM events e LEFT JOIN roster_organisations o ON o.id = e.organisation_id
    WHERE e.organisation_path ^@ :path AND e.state IN ('published', 'open', 'closed')
        AND e.starts_at >= :begins AND e.starts_at < :ends
    ORDER BY e.starts_at, e.id
""")
_PEOPLE = text("""
    SELECT e.starts_at, e.title, m.member_no, m.name, c.role, c.method, c.checked_in_at,
        c.checked_out_at, c.minutes
    FROM events e JOIN check_ins c ON c.event_id = e.id AND c.state = 'present'
    LEFT JOIN roster_members m ON m.id = c.member_id
    WHERE e.organisation_path ^@ :path AND e.state IN ('published', 'open', 'closed')
        AND e.starts_at >= :begins AND e.starts_at < :ends
    ORDER BY e.starts_at, e.id, m.member_no, c.checked_in_at
""")
_ROLES: Final = {
    "participant": Text("参加", "took part"),
    "lecturer": Text("主讲", "lectured"),
    "helper": Text("工作人员", "helped"),
}


def build(
    uow: UnitOfWork,
    principal: Principal,
    organisation_id: UUID,
    span: tuple[date, date],
    language: str,
) -> Document:
    """Return the record book of an organisation and all below it, both days included.

    Raises:
        NotFound: `organisation_unknown`.
        Forbidden: `out_of_reach`.
        Unprocessable: `span_wrong`.
    """
    organisation = uow.session.get(OrganisationCopy, organisation_id)
    if organisation is None:
        raise NotFound(
            "organisation_unknown",
            Text("没有这个组织，请重新选择。", "There is no such organisation; choose again."),
        )
    principal.require(RECORD_BOOK, organisation.path)
    first, last = span
    if not timedelta(0) <= last - first <= LONGEST:
        raise Unprocessable(
            "span_wrong",
            Text(
                f"请选择不超过 {LONGEST.days} 天的起止日期。",
                f"Choose a first and a last day, at most {LONGEST.days} days apart.",
            ),
        )

    def say(words: Text) -> str:
        return words.in_language(language)

    values = {
        "path": organisation.path,
        "begins": start_of_day(first),
        "ends": start_of_day(last + timedelta(days=1)),
    }
    title = say(Text(f"{organisation.name} 组织生活台账", f"{organisation.name}: record book"))
    about: list[tuple[str, Value]] = [
        (say(Text("起", "From")), first),
        (say(Text("止", "To")), last),
    ]
    sections = (_events(uow, values, say), _people(uow, values, say))
    return Document("record-book", title, about, sections, language)


def _events(uow: UnitOfWork, values: dict[str, Any], say: Any) -> Section:
    columns = (
        Column("starts_at", say(Text("开始", "Begins")), 16, "moment"),
        Column("ends_at", say(Text("结束", "Ends")), 16, "moment"),
        Column("title", say(Text("活动", "Event")), 30),
        Column("category", say(Text("类别", "Category")), 16),
        Column("organisation", say(Text("举办组织", "Held by")), 24),
        Column("place", say(Text("地点", "Place")), 18),
        Column("lecturers", say(Text("主讲", "Lecturer")), 14),
        Column("present", say(Text("实到", "Present")), 8, "number"),
    )

    def rows() -> Iterator[tuple[Value, ...]]:
        for row in _each(uow, _EVENTS, values):
            category = CATEGORIES.get(row.category)
            yield (
                row.starts_at, row.ends_at, row.title, say(category.name) if category else "",
                row.organisation, row.place, row.lecturers, row.present,
            )  # fmt: skip

    return Section("events", say(Text("活动", "Events")), columns, rows())


def _people(uow: UnitOfWork, values: dict[str, Any], say: Any) -> Section:
    columns = (
        Column("starts_at", say(Text("活动时间", "Event of")), 16, "moment"),
        Column("title", say(Text("活动", "Event")), 30),
        Column("member_no", say(Text("编号", "Number")), 16),
        Column("name", say(Text("姓名", "Name")), 12),
        Column("role", say(Text("身份", "As")), 12),
        Column("checked_in_at", say(Text("签到", "In")), 16, "moment"),
        Column("checked_out_at", say(Text("签退", "Out")), 16, "moment"),
        Column("minutes", say(Text("分钟", "Minutes")), 8, "number"),
    )

    def rows() -> Iterator[tuple[Value, ...]]:
        for row in _each(uow, _PEOPLE, values):
            yield (
                row.starts_at, row.title, row.member_no, row.name, say(_ROLES[row.role]),
                row.checked_in_at, row.checked_out_at, row.minutes,
            )  # fmt: skip

    return Section("people", say(Text("到会人员", "Present")), columns, rows())


def _each(uow: UnitOfWork, query: Any, values: dict[str, Any]) -> Iterator[Row[Any]]:
    yield from uow.session.execute(query, values, execution_options={"yield_per": 2000})
