"""Entries that may be one person entered twice, and the word of whoever has looked at them."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, text

from services.points.roster import members, refusals
from services.points.roster.permissions import MEMBERS_WRITE
from shared.auth import Principal
from shared.database import UnitOfWork

# One name (spaces aside), and one day of joining or one branch. Who has left is no second entry:
# a transfer out of the city and back again is one person's history.
_PAGE: Final = text("""
    WITH people AS MATERIALIZED (
        SELECT m.id, m.member_no, translate(m.name, ' \u3000', '') AS plain, m.name, m.joined_on,
            m.status, m.organisation_id, o.name AS organisation_name
        FROM members m JOIN organisations o ON o.id = m.organisation_id
        WHERE m.status <> 'left' AND o.path ^@ ANY (CAST(:reaches AS text[]))
    ), pairs AS (
        SELECT a.member_no AS first_no, b.member_no AS second_no
        FROM people a JOIN people b USING (plain, joined_on) WHERE a.member_no < b.member_no
        UNION
        SELECT a.member_no, b.member_no
        FROM people a JOIN people b USING (plain, organisation_id) WHERE a.member_no < b.member_no
    )
    SELECT a.id AS first_id, a.member_no AS first_no, a.name AS first_name,
        a.joined_on AS first_joined_on, a.status AS first_status,
        a.organisation_name AS first_organisation_name,
        b.id AS second_id, b.member_no AS second_no, b.name AS second_name,
        b.joined_on AS second_joined_on, b.status AS second_status,
        b.organisation_name AS second_organisation_name,
        coalesce(a.joined_on = b.joined_on, false) AS same_day,
        a.organisation_id = b.organisation_id AS same_branch
    FROM pairs
    JOIN people a ON a.member_no = first_no JOIN people b ON b.member_no = second_no
    WHERE NOT EXISTS (
        SELECT FROM namesakes n
        WHERE n.first_id = least(a.id, b.id) AND n.second_id = greatest(a.id, b.id)
    ) AND (first_no, second_no) > (:first_no, :second_no)
    ORDER BY first_no, second_no LIMIT :limit
""")
_SHOWN: Final = ("id", "no", "name", "joined_on", "status", "organisation_name")

_TELL_APART: Final = text("""
    INSERT INTO namesakes (first_id, second_id, told_apart_by, told_apart_at)
    VALUES (:first, :second, :by, :now) ON CONFLICT DO NOTHING
""")
_TAKE_BACK: Final = text("DELETE FROM namesakes WHERE first_id = :first AND second_id = :second")


def page(
    uow: UnitOfWork, principal: Principal, after: tuple[str, str], limit: int
) -> list[dict[str, Any]]:
    """Return pairs within the principal's reach that nobody has told apart, by number."""
    values = {
        "reaches": list(principal.paths(MEMBERS_WRITE)),
        "first_no": after[0],
        "second_no": after[1],
        "limit": limit,
    }
    return [_pair(row) for row in uow.session.execute(_PAGE, values).mappings()]


def tell_apart(uow: UnitOfWork, principal: Principal, one: UUID, other: UUID) -> None:
    """Note that two entries are two people. Noting it again changes nothing."""
    first, second = _reached(uow, principal, one, other)
    values = {
        "first": first,
        "second": second,
        "by": principal.member_id,
        "now": uow.clock.now(),
    }
    uow.session.execute(_TELL_APART, values)


def take_back(uow: UnitOfWork, principal: Principal, one: UUID, other: UUID) -> None:
    """Look at two entries again after all."""
    first, second = _reached(uow, principal, one, other)
    uow.session.execute(_TAKE_BACK, {"first": first, "second": second})


def _reached(uow: UnitOfWork, principal: Principal, one: UUID, other: UUID) -> tuple[UUID, UUID]:
    if one == other:
        raise refusals.one_entry_only()
    for member_id in (one, other):
        principal.require(MEMBERS_WRITE, members.find(uow, member_id).organisation.path)
    return min(one, other), max(one, other)


def _pair(row: RowMapping) -> dict[str, Any]:
    sides = {side: {name: row[f"{side}_{name}"] for name in _SHOWN} for side in ("first", "second")}
    return {**sides, "alike": [name for name in ("same_day", "same_branch") if row[name]]}
