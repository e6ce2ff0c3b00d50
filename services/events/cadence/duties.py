"""The duty list (清单制+责任制): who answers for a rule in an organisation, and by when."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from services.events.cadence import refusals, statements
from services.events.cadence.permissions import CADENCE_KEEP
from services.events.cadence.rules import RULES
from services.events.roster_copy.models import MemberCopy, OrganisationCopy
from shared.auth import Principal
from shared.database import UnitOfWork

_DEFAULTS: Final = text(statements.DEFAULT_OWNERS)
_NAMED: Final = text(statements.NAMED_OWNERS)
_PUT: Final = text("""
    INSERT INTO cadence_duties AS known (
        organisation_id, rule, member_id, due_day, set_by, set_at, version
    )
    VALUES (:organisation, :rule, :member, :due_day, :by, :now, 1)
    ON CONFLICT (organisation_id, rule) DO UPDATE SET
        member_id = excluded.member_id, due_day = excluded.due_day, set_by = excluded.set_by,
        set_at = excluded.set_at, version = known.version + 1
""")
_VERSION: Final = text("""
    SELECT version FROM cadence_duties
    WHERE organisation_id = :organisation AND rule = :rule
""")


@dataclass(frozen=True, slots=True)
class Duty:
    """Who answers for a rule.

    Attributes:
        member_id, name: nobody, where there is no secretary and nobody is named.
        named: whether somebody was named; otherwise it is the secretary, or who leads the group.
        due_day: the day of a period's last month by which it is wanted; None for its end.
        version: how often it was set.
    """

    member_id: UUID | None
    name: str | None
    named: bool
    due_day: int | None = None
    version: int = 0

    def shown(self) -> dict[str, Any]:
        return {
            "member_id": self.member_id,
            "name": self.name,
            "named": self.named,
            "due_day": self.due_day,
            "version": self.version,
        }


class Duties:
    """The duties of all organisations at and below a path, as they now are."""

    def __init__(self, uow: UnitOfWork, path: str) -> None:
        values = {"path": path}
        self._defaults = {
            row.organisation_id: Duty(row.member_id, row.name, named=False)
            for row in uow.session.execute(_DEFAULTS, values)
        }
        self._named = {
            (row.organisation_id, row.rule): row for row in uow.session.execute(_NAMED, values)
        }

    def of(self, organisation_id: UUID, rule: str) -> Duty:
        """Return who answers for a rule; whoever has left is followed by the default."""
        usual = self._defaults.get(organisation_id, Duty(None, None, named=False))
        row = self._named.get((organisation_id, rule))
        if row is None:
            return usual
        named = row.member_id is not None
        member_id, name = (row if named else usual).member_id, (row if named else usual).name
        return Duty(member_id, name, named, row.due_day, row.version)


def version_of(
    uow: UnitOfWork, principal: Principal, organisation: OrganisationCopy, rule: str
) -> int:
    """Return how often a duty was set, for somebody who may set it; the organisation is locked.

    Raises:
        NotFound: `rule_unknown`.
        Forbidden: `out_of_reach`.
        Unprocessable: `rule_of_others`, where the rule asks nothing of this kind of organisation.
    """
    principal.require(CADENCE_KEEP, organisation.path)
    found = RULES.get(rule)
    if found is None:
        raise refusals.rule_unknown()
    asked = "cross_cutting" if found.subject == "cross_cutting" else "branch"
    if organisation.kind != asked:
        raise refusals.rule_of_others(asked)
    return uow.session.scalar(_VERSION, {"organisation": organisation.id, "rule": rule}) or 0


def name(
    uow: UnitOfWork,
    principal: Principal,
    organisation: OrganisationCopy,
    rule: str,
    *,
    member_id: UUID | None,
    due_day: int | None,
) -> Duty:
    """Name who answers for a rule, or nobody in particular; the caller asked for `version_of`.

    Raises:
        Unprocessable: `member_elsewhere`.
    """
    if member_id is not None:
        member = uow.session.get(MemberCopy, member_id)
        if member is None or member.status == "left" or not _belongs(member, organisation.path):
            raise refusals.member_elsewhere()
    values = {
        "organisation": organisation.id,
        "rule": rule,
        "member": member_id,
        "due_day": due_day,
        "by": principal.member_id,
        "now": uow.clock.now(),
    }
    uow.session.execute(_PUT, values)
    return Duties(uow, organisation.path).of(organisation.id, rule)


def _belongs(member: MemberCopy, path: str) -> bool:
    places = (member.group_path, *member.cross_paths)
    return member.path.startswith(path) or path in places
