"""A branch with a group and a secretary, and members who claim."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from services.points.checker.check import check
from shared.database import Database
from shared.ids import new_id
from shared.testing.plugin import TokenFor
from tests.points.city import BRANCH, join, told

BRANCH_PATH, UNIT_PATH = "/city/u001/b0001/", "/city/u001/"
GROUP_PATH = f"{BRANCH_PATH}g1/"
SERVICE = {"kind": "community_service", "day": "2026-11-20", "title": "社区值守"}

Json = dict[str, Any]


class Branch:
    """People of one branch, and their requests.

    `member` belongs to a group that `leader` leads; `loner` has no group; `secretary` is a member
    of the branch, `other_secretary` and `unit_admin` are not in its groups either.
    """

    def __init__(self, database: Database, client: FlaskClient, token_for: TokenFor) -> None:
        self.database = database
        self.client = client
        self._token_for = token_for
        self.group = new_id()
        self.member, self.leader, self.loner, self.secretary, self.other_secretary = (
            join(database, BRANCH, name=name) for name in ("张三", "李四", "王五", "赵六", "钱七")
        )
        self.unit_admin = new_id()
        self._roles = {
            self.leader: [("group_leader", GROUP_PATH)],
            self.secretary: [("branch_secretary", BRANCH_PATH)],
            self.other_secretary: [("branch_secretary", BRANCH_PATH)],
            self.unit_admin: [("unit_admin", UNIT_PATH)],
        }
        self.run(
            "INSERT INTO organisations (id, code, name, kind, parent_id, path)"
            " VALUES (:group, 'g1', '第一党小组', 'group', :branch, :path)",
            group=self.group,
            branch=BRANCH,
            path=GROUP_PATH,
        )
        self.run(
            "UPDATE members SET group_id = :group WHERE id IN (:member, :leader)",
            group=self.group,
            member=self.member,
            leader=self.leader,
        )
        self.lead(self.leader)

    def run(self, statement: str, **values: Any) -> None:
        with self.database.unit_of_work() as uow:
            uow.session.execute(text(statement), values)
            uow.commit()

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.database.unit_of_work() as uow:
            return [tuple(row) for row in uow.session.execute(text(query), values)]

    def lead(self, who: UUID) -> None:
        """Make somebody a leader of the group, as the roster says it."""
        self._roles[who] = [("group_leader", GROUP_PATH)]
        self.run(
            "INSERT INTO role_assignments (id, member_id, role, organisation_id)"
            " VALUES (gen_random_uuid(), :who, 'group_leader', :group)",
            who=who,
            group=self.group,
        )

    def call(self, who: UUID, method: str, path: str, body: Any = None, **more: Any) -> Any:
        token = self._token_for(who, BRANCH_PATH, self._roles.get(who))
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        headers |= more.pop("headers", {})
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=headers, **more)

    def claim(self, who: UUID | None = None, **changes: Any) -> Json:
        answer = self.call(who or self.member, "POST", "/claims", SERVICE | changes)
        assert answer.status_code == 201, answer.text
        return answer.json  # type: ignore[no-any-return]

    def review(self, who: UUID, claim: Json, decision: str, reason: str = "") -> Any:
        body = {"decision": decision, "reason": reason}
        return self.call(who, "POST", f"/claims/{claim['id']}/review", body)

    def read(self, claim: Json, who: UUID | None = None) -> Json:
        answer = self.call(who or UUID(claim["member_id"]), "GET", f"/claims/{claim['id']}")
        assert answer.status_code == 200, answer.text
        return answer.json  # type: ignore[no-any-return]

    def forwarded(self, **changes: Any) -> Json:
        """Return a claim of the member's that waits for the branch."""
        claim = self.claim(**changes)
        answer = self.review(self.leader, claim, "forward")
        assert answer.status_code == 200, answer.text
        return answer.json  # type: ignore[no-any-return]

    def approved(self, **changes: Any) -> Json:
        answer = self.review(self.secretary, self.forwarded(**changes), "approve")
        assert answer.status_code == 200, answer.text
        return answer.json  # type: ignore[no-any-return]

    def told(self, who: UUID) -> list[Json]:
        return told(self.database, who)

    def stored(self) -> list[tuple[Any, ...]]:
        """Everything there is of claims and points, to see that a refusal changed nothing."""
        tables = ("claims", "claim_steps", "attachments", "facts", "ledger_entries", "outbox")
        return [row for t in tables for row in self.rows(f"SELECT x::text FROM {t} x ORDER BY 1")]

    def without_rule(self, code: str) -> None:
        """Make the city one whose rules have always lacked one."""
        with self.database.unit_of_work() as uow:
            uow.session.execute(text("SET LOCAL session_replication_role = replica"))
            uow.session.execute(text("DELETE FROM rules WHERE code = :code"), {"code": code})
            uow.commit()

    def proof(self) -> Any:
        with self.database.unit_of_work() as uow:
            return check(uow)


@pytest.fixture
def branch(city: Database, client: FlaskClient, token_for: TokenFor) -> Branch:
    return Branch(city, client, token_for)


@pytest.fixture
def refused(branch: Branch) -> Callable[..., None]:
    """Call something that must be refused, in both languages, and change nothing."""

    def call(
        status: int, code: str, who: UUID, method: str, path: str, *body: Any, **more: Any
    ) -> Any:
        before = branch.stored()
        details = set()
        for language in ("en", "zh"):
            headers = {**more.get("headers", {}), "Accept-Language": language}
            answer = branch.call(who, method, path, *body, **{**more, "headers": headers})
            assert (answer.status_code, answer.json.get("code")) == (status, code), answer.text
            details.add(answer.json["detail"])
        assert len(details) == 2
        assert branch.stored() == before
        return answer.json

    return call
