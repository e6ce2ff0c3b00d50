"""A branch whose October is to be put on notice, and those who do it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import text

from services.points.statements import verify
from shared.clock import SHANGHAI, FixedClock
from shared.database import Database
from shared.ids import new_id
from shared.testing.plugin import TokenFor
from tests.points.city import BRANCH, unsound

MONTH = "2026-10"
HERE, THERE = "/city/u001/b0001/", "/city/u001/b0002/"
SECRETARY = new_id()


class Office:
    """The branch's secretary, its members, and those above."""

    def __init__(
        self, client: FlaskClient, token_for: TokenFor, city: Database, clock: FixedClock
    ) -> None:
        self.client, self.token_for, self.city, self.clock = client, token_for, city, clock

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        who: UUID = SECRETARY,
        role: str | None = "branch_secretary",
        home: str = HERE,
        at: str | None = None,
        language: str = "en",
    ) -> Any:
        """Send a request as somebody: by default as the branch's secretary."""
        token = self.token_for(who, home, [(role, at or home)] if role else [])
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=headers)

    def as_member(self, who: UUID, method: str, path: str, body: Any = None, **more: Any) -> Any:
        return self.call(method, path, body, who=who, role=None, **more)

    def as_admin(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        at = more.pop("at", "/city/u001/")
        return self.call(method, path, body, who=new_id(), role="unit_admin", at=at, **more)

    def prepared(self, month: str = MONTH, organisation: UUID = BRANCH) -> str:
        body = {"organisation_id": str(organisation), "month": month}
        answer = self.as_admin("POST", "/statements", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def published(self, month: str = MONTH, organisation: UUID = BRANCH) -> str:
        statement = self.prepared(month, organisation)
        answer = self.as_admin("POST", f"/statements/{statement}/publish", {})
        assert answer.status_code == 200, answer.text
        return statement

    def closed(self, month: str = MONTH) -> dict[str, Any]:
        """Publish, let the notice pass, close; return what was answered."""
        statement = self.published(month)
        self.let_pass(days=14)
        answer = self.call("POST", f"/statements/{statement}/close")
        assert answer.status_code == 200, answer.text
        return dict(answer.json)

    def read(self, statement: str) -> dict[str, Any]:
        answer = self.call("GET", f"/statements/{statement}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json)

    def let_pass(self, *, days: float) -> None:
        self.clock.advance(days * 86_400)

    def set_clock(self, moment: str) -> None:
        at = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
        self.clock.advance((at - self.clock.now()).total_seconds())

    def broken(self) -> list[verify.Broken]:
        """Return what the checker finds in closed statements; in the ledger it finds nothing."""
        with self.city.unit_of_work() as uow:
            found = unsound(uow)
            found = [v for v in found if not v.rule.startswith("a closed statement")]
            assert found == []
            return list(verify.broken(uow))


def belong(
    city: Database, member: UUID, branch: UUID, since: str, until: str | None = None
) -> None:
    """Let a member belong to a branch from a day until another."""
    with city.unit_of_work() as uow:
        uow.session.execute(
            text(
                "INSERT INTO memberships (member_id, organisation_id, since, until)"
                " VALUES (:member, :branch, CAST(:since AS timestamptz), CAST(:until AS timestamptz))"
            ),
            {
                "member": member,
                "branch": branch,
                "since": f"{since}T00:00+08",
                "until": until and f"{until}T00:00+08",
            },
        )
        uow.commit()
