"""The lines of a branch's month, read from the ledger.

A line holds what a member's facts of this branch came to: points earned in another branch stay on
that branch's statements. A fact's entries and reversals are taken together, so a check-in that was
annulled is no deduction. Members whose membership is not scored attend like everybody else and
are listed with `scored` false, for a roll that left them out would say they do not belong.

Names are shown whole, also those hidden on boards: a public notice inside the branch serves to let
its members check each other's points, which a masked name would defeat.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text

from services.points.statements.names import name_key
from services.points.statements.policy import Month
from shared.database import UnitOfWork

# Whoever has entries that name the branch belonged to it, or belongs to it now.
OF_BRANCH: Final = """
    of_branch AS (
        SELECT member_id FROM memberships WHERE organisation_id = :organisation
        UNION SELECT id FROM members WHERE organisation_id = :organisation
    )
"""
_LINES = text(f"""
    WITH {OF_BRANCH}, by_fact AS (
        SELECT e.member_id, e.occurred_at >= :start AS within, sum(e.points) AS points
        FROM of_branch JOIN ledger_entries e USING (member_id)
        WHERE e.organisation_id = :organisation AND e.year = :year AND e.occurred_at < :end
            AND (CAST(:member AS uuid) IS NULL OR e.member_id = :member)
        GROUP BY e.member_id, e.fact_id, within
    ), sums AS (
        SELECT member_id, bool_or(within) AS within,
            coalesce(sum(points) FILTER (WHERE NOT within), 0)::integer AS before,
            coalesce(sum(points) FILTER (WHERE within AND points > 0), 0)::integer AS gained,
            coalesce(sum(points) FILTER (WHERE within AND points < 0), 0)::integer AS deducted
        FROM by_fact GROUP BY member_id
    )
    SELECT m.id, m.name, m.scored, coalesce(s.before, 0), coalesce(s.gained, 0),
        coalesce(s.deducted, 0)
    FROM of_branch b JOIN members m ON m.id = b.member_id LEFT JOIN sums s USING (member_id)
    WHERE (CAST(:member AS uuid) IS NULL OR m.id = :member) AND (s.within OR EXISTS (
        SELECT FROM memberships h
        WHERE h.member_id = m.id AND h.organisation_id = :organisation
            AND h.since < :end AND (h.until IS NULL OR h.until > :start)
    ))
""")  # noqa: S608 - put together from constants


@dataclass(frozen=True, slots=True)
class Line:
    """A member's line; points in tenths, `deducted` zero or below.

    Attributes:
        before: what the year had brought before the month.
        announced: the total as it was put on notice; None before the notice, and for who was
            not on it.
    """

    member_id: UUID
    name: str
    scored: bool
    before: int
    gained: int
    deducted: int
    announced: int | None = None

    @property
    def total(self) -> int:
        return self.before + self.gained + self.deducted


def read_lines(
    uow: UnitOfWork, organisation_id: UUID, month: Month, member_id: UUID | None = None
) -> list[Line]:
    """Return the lines of all who belonged to the branch in the month, in name order.

    With a `member_id`: that member's line alone, if there is one.
    """
    values = {
        "organisation": organisation_id,
        "year": month.year,
        "start": month.start,
        "end": month.end,
        "member": member_id,
    }
    lines = [Line(*row) for row in uow.session.execute(_LINES, values)]
    return sorted(lines, key=lambda line: (name_key(line.name), line.member_id))


_EARLIER = text(f"""
    WITH {OF_BRANCH}
    SELECT min(to_char(e.occurred_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM'))
    FROM of_branch JOIN ledger_entries e USING (member_id)
    WHERE e.organisation_id = :organisation AND e.year = :year AND e.occurred_at < :start
        AND NOT EXISTS (
            SELECT FROM closed_months c WHERE c.organisation_id = :organisation
            AND c.month = to_char(e.occurred_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')
        )
""")  # noqa: S608 - put together from constants


def earlier_open_month(uow: UnitOfWork, organisation_id: UUID, month: Month) -> str | None:
    """Return the first month of the year before this one that has entries and is not closed."""
    values = {"organisation": organisation_id, "year": month.year, "start": month.start}
    found: str | None = uow.session.scalar(_EARLIER, values)
    return found


_LATER = text(f"""
    WITH {OF_BRANCH}
    SELECT e.id, e.member_id, m.name, f.title, e.rule_code, e.points, e.reverses, e.occurred_at,
        e.posted_at, CASE WHEN e.reverses IS NOT NULL THEN f.reason ELSE coalesce(
            (SELECT a.reason FROM adjustments a WHERE a.id = f.id),
            (SELECT p.decision_reason FROM appeals p WHERE p.id = f.id),
            (SELECT h.reason FROM held_facts h WHERE h.member_id = f.member_id
                AND h.fact_id = f.id AND h.decision = 'released'
                ORDER BY h.revision DESC LIMIT 1)
        ) END AS reason
    FROM of_branch JOIN members m ON m.id = of_branch.member_id
    JOIN ledger_entries e USING (member_id)
    JOIN facts f ON f.member_id = e.member_id AND f.id = e.fact_id
    WHERE e.organisation_id = :organisation AND e.year = :year
        AND e.occurred_at >= :start AND e.occurred_at < :end AND e.posted_at > :closed_at
    ORDER BY e.posted_at, e.id
""")  # noqa: S608 - put together from constants


def later_corrections(
    uow: UnitOfWork, organisation_id: UUID, month: Month, closed_at: datetime
) -> list[dict[str, object]]:
    """Return the entries of the branch's month that were posted after its statement was closed."""
    values = {
        "organisation": organisation_id,
        "year": month.year,
        "start": month.start,
        "end": month.end,
        "closed_at": closed_at,
    }
    return [dict(row) for row in uow.session.execute(_LATER, values).mappings()]
