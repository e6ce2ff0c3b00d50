"""A city of one committee, one unit and two branches, for the tests of points."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.points.checker.check import check
from services.points.checker.decisions import NAMES_ITS_DECISION
from services.points.checker.proof import Violation
from services.points.ledger.membership import MembershipPosting
from services.points.roster import history
from services.points.roster.models import Member
from services.points.rules.presets import install_preset
from shared.contracts.attendance import RECORDED_V1
from shared.contracts.notices import STREAM as NOTICES
from shared.contracts.roster import MEMBERS_V1
from shared.database import Database, UnitOfWork
from shared.ids import new_id
from shared.messaging.consumer import Handler
from shared.messaging.envelope import Envelope

CITY, UNIT, BRANCH, OTHER = (new_id() for _ in range(4))
_ORGANISATIONS = (
    (CITY, "city", "市直机关工委", "committee", None, "/city/"),
    (UNIT, "u001", "机关党委", "unit", CITY, "/city/u001/"),
    (BRANCH, "b0001", "第一党支部", "branch", UNIT, "/city/u001/b0001/"),
    (OTHER, "b0002", "第二党支部", "branch", UNIT, "/city/u001/b0002/"),
)


def found(database: Database, preset: str = "preset_a") -> None:
    """Make the organisations, and put a preset in force."""
    with database.unit_of_work() as uow:
        for row in _ORGANISATIONS:
            uow.session.execute(
                text(
                    "INSERT INTO organisations (id, code, name, kind, parent_id, path)"
                    " VALUES (:id, :code, :name, :kind, :parent, :path)"
                ),
                dict(zip(("id", "code", "name", "kind", "parent", "path"), row, strict=True)),
            )
        install_preset(uow, preset)
        uow.commit()


def join(
    database: Database, branch: UUID = BRANCH, *, scored: bool = True, name: str = "张三"
) -> UUID:
    """Add a member; return the id."""
    member = new_id()
    with database.unit_of_work() as uow:
        uow.session.execute(
            text(
                "INSERT INTO members (id, member_no, name, organisation_id, status, scored)"
                " VALUES (:id, :no, :name, :branch, 'full', :scored)"
            ),
            {
                "id": member,
                "no": member.hex[-12:],
                "name": name,
                "branch": branch,
                "scored": scored,
            },
        )
        uow.commit()
    return member


def deliver(
    database: Database, handler: Handler, *messages: dict[str, Any], kind: str = RECORDED_V1
) -> None:
    """Post messages in one batch, as the consumer would."""
    now = database.clock.now()
    envelopes = [Envelope(new_id(), kind, "", now, message) for message in messages]
    with database.unit_of_work() as uow:
        handler(uow, envelopes)
        uow.commit()


def change_member(database: Database, member: UUID, *, scored: bool, branch: UUID = BRANCH) -> None:
    """Change what the roster says of a member. The ledger learns of it by `tell_of`."""
    with database.unit_of_work() as uow:
        row = uow.session.get_one(Member, member)
        if row.scored != scored:
            history.scoring_change(uow, member, scored=scored)
        row.scored, row.organisation_id = scored, branch
        uow.session.flush()
        uow.commit()


def tell_of(database: Database, member: UUID) -> None:
    """Let the news that a member changed arrive, as the consumer would."""
    news = {"members": [{"id": str(member)}]}
    with database.unit_of_work() as uow:
        MembershipPosting()(uow, [Envelope(new_id(), MEMBERS_V1, "", database.clock.now(), news)])
        uow.commit()


def told(database: Database, member: UUID) -> list[dict[str, Any]]:
    """Return what a member was told, oldest first, each thing once, as the inbox keeps it."""
    query = text(
        "SELECT data FROM outbox WHERE stream = :stream AND data->'member_ids' ? :member ORDER BY id"
    )
    with database.unit_of_work() as uow:
        notices = uow.session.scalars(query, {"stream": NOTICES, "member": str(member)}).all()
    once: dict[str, dict[str, Any]] = {}
    for notice in notices:
        once.setdefault(notice["key"], notice | {"text": notice["en"]})
    return list(once.values())


def unsound(uow: UnitOfWork) -> list[Violation]:
    """Return what the checker finds, where a test posted facts that nobody decided on."""
    found = check(uow).violations
    return [violation for violation in found if violation.rule != NAMES_ITS_DECISION]
