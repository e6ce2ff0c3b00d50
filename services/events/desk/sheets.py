"""The sheet people sign by hand: everybody who is expected, and lines for those who come besides."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import select

from services.events.catalogue.models import EventRow
from services.events.expected import sources
from services.events.roster_copy.models import MemberCopy, OrganisationCopy
from shared.database import UnitOfWork
from shared.documents import Column, Document, Section, Value
from shared.errors import Unprocessable
from shared.names import syllables
from shared.text import Text

MOST: Final = 5_000
_FREE_LINES: Final = 10


def build(uow: UnitOfWork, event: EventRow, language: str) -> Document:
    """Return an event's sheet, in the order of names.

    Raises:
        Unprocessable: `sheet_too_long`.
    """
    ids = sources.expected(event, sources.basis_of(uow, event))
    members: list[tuple[str, str, str | None]] = []
    if ids is not None:
        query = (
            select(MemberCopy.name, MemberCopy.member_no, OrganisationCopy.name)
            .outerjoin(OrganisationCopy, OrganisationCopy.id == MemberCopy.organisation_id)
            .where(MemberCopy.id.in_(ids))
            .limit(MOST + 1)
        )
        members = [(name, number, branch) for name, number, branch in uow.session.execute(query)]
    if len(members) > MOST:
        raise Unprocessable(
            "sheet_too_long",
            Text(
                f"应到超过 {MOST} 人，请按支部分别打印。",
                f"More than {MOST} are expected; print a sheet for each branch.",
            ),
        )
    members.sort(key=lambda row: (syllables(row[0]), row[1]))

    def say(text: Text) -> str:
        return text.in_language(language)

    columns = (
        Column("place", say(Text("序号", "No.")), 6, "number"),
        Column("name", say(Text("姓名", "Name")), 14),
        Column("member_no", say(Text("编号", "Number")), 16),
        Column("organisation", say(Text("支部", "Branch")), 26),
        Column("signature", say(Text("签名", "Signature")), 20),
        Column("time", say(Text("时间", "Time")), 10),
    )
    about: list[tuple[str, Value]] = [
        (say(Text("时间", "When")), event.starts_at),
        (say(Text("地点", "Where")), event.place),
        (say(Text("应到", "Expected")), len(members) or None),
    ]
    title = say(Text(f"{event.title} 签到表", f"{event.title}: sign-in sheet"))
    section = Section("sheet", title, columns, list(_rows(members)))
    return Document("sign-in-sheet", title, about, (section,), language)


def _rows(members: list[tuple[str, str, str | None]]) -> Iterator[tuple[Value, ...]]:
    for place, (name, number, branch) in enumerate(members, 1):
        yield place, name, number, branch, None, None
    for place in range(len(members) + 1, len(members) + 1 + _FREE_LINES):
        yield place, None, None, None, None, None
