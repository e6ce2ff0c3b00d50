"""Finding people whom somebody names."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, tuple_

from services.events.roster_copy.models import MemberCopy
from shared.database import UnitOfWork
from shared.errors import Unprocessable
from shared.text import Text


def find(uow: UnitOfWork, named: Sequence[dict[str, Any]]) -> list[UUID]:
    """Return the ids of members named by id, or by number and name together (`WhoIn`), each once.

    Both together, so that nobody finds out names by trying numbers.

    Raises:
        Unprocessable: `member_unknown`, with the places in the list of those nobody here is.
    """
    ids = [who["member_id"] for who in named if "member_id" in who]
    numbers = [(who["member_no"], who["name"]) for who in named if "member_no" in who]
    key = tuple_(MemberCopy.member_no, MemberCopy.name)
    rows = uow.session.execute(
        select(MemberCopy.id, MemberCopy.member_no, MemberCopy.name).where(
            or_(MemberCopy.id.in_(ids), key.in_(numbers)), MemberCopy.status != "left"
        )
    ).all()
    by_id = {row.id for row in rows}
    by_number = {(row.member_no, row.name): row.id for row in rows}
    found: list[UUID | None] = [
        (who["member_id"] if who["member_id"] in by_id else None)
        if "member_id" in who
        else by_number.get((who["member_no"], who["name"]))
        for who in named
    ]
    missing = [place for place, member in enumerate(found) if member is None]
    if missing:
        raise Unprocessable(
            "member_unknown",
            Text(
                zh="名册中没有这位党员，请核对编号和姓名。",
                en="The roster has no such member; check number and name.",
            ),
            extra={"places": missing},
        )
    return list(dict.fromkeys(member for member in found if member is not None))
