"""The people of a branch, its unit and the city, at their desks."""

import io
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import text

from services.points.checker.check import check
from shared.database import Database
from shared.ids import new_id
from shared.testing.plugin import TokenFor
from tests.points.city import join, told

Json = dict[str, Any]

# Administrators need no entry in the roster: their tokens say who they are.
SECRETARY, DEPUTY, UNIT_ADMIN, SECOND_UNIT_ADMIN, CITY_ADMIN = (new_id() for _ in range(5))
ROLES = {
    SECRETARY: ("branch_secretary", "/city/u001/b0001/"),
    DEPUTY: ("branch_secretary", "/city/u001/b0001/"),
    UNIT_ADMIN: ("unit_admin", "/city/u001/"),
    SECOND_UNIT_ADMIN: ("unit_admin", "/city/u001/"),
    CITY_ADMIN: ("city_admin", "/city/"),
}


class People:
    """Calls the API as one of them; whoever holds none of the roles calls as a member."""

    def __init__(self, city: Database, client: FlaskClient, token_for: TokenFor) -> None:
        self.city = city
        self._client = client
        self._token_for = token_for
        self.roles = dict(ROLES)
        self.member = join(city)

    def at(self, client: FlaskClient) -> "People":
        """Return the same people at a client of their own, for calls at once."""
        twin = object.__new__(People)
        twin.__dict__ = {**self.__dict__, "_client": client}
        return twin

    def call(self, who: UUID, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self._send(who, headers, f"/api/v1{path}", method=method, json=body)

    def bring(self, who: UUID, content: bytes) -> str:
        """Upload a file; return its id."""
        form = {"file": (io.BytesIO(content), "file")}
        answer = self._send(who, {}, "/api/v1/attachments", method="POST", data=form)
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def _send(self, who: UUID, headers: dict[str, str], address: str, **more: Any) -> Any:
        roles = [self.roles[who]] if who in self.roles else []
        home = roles[0][1] if roles else "/city/u001/b0001/"
        headers = {
            "Authorization": f"Bearer {self._token_for(who, home, roles)}",
            "Accept-Language": "en",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self._client.open(address, headers=headers, **more)

    def get(self, who: UUID, path: str) -> Json:
        answer = self.call(who, "GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json  # type: ignore[no-any-return]

    def post(self, who: UUID, path: str, body: Any = None, status: int = 200) -> Json:
        answer = self.call(who, "POST", path, body)
        assert answer.status_code == status, answer.text
        return answer.json  # type: ignore[no-any-return]

    def refused(self, who: UUID, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Send what must be refused, and change nothing; both languages say what to do next."""
        before = stored(self.city)
        english = self.call(who, method, path, body)
        chinese = self.call(who, method, path, body, Accept_Language="zh")
        assert stored(self.city) == before
        assert english.mimetype == "application/problem+json", english.text
        assert english.json["detail"].isascii(), english.json
        assert not chinese.json["detail"].isascii(), chinese.json
        return english.status_code, english.json["code"]

    def propose(self, who: UUID = SECRETARY, **more: Any) -> Json:
        return self.post(who, "/adjustments", self.proposal(**more), 201)

    def proposal(self, **more: Any) -> Json:
        body = {
            "member_id": str(self.member),
            "kind": "unexcused_absence",
            "day": "2026-11-20",
            "reason": "未请假缺席组织生活会",
        }
        return body | more

    def adjusted(self, who: UUID = SECRETARY, **more: Any) -> Json:
        """Return an adjustment that one proposed and the unit's administrator approved."""
        proposed = self.propose(who, **more)
        return self.post(UNIT_ADMIN, f"/adjustments/{proposed['id']}/approve")

    def correction(self, points: float, **more: Any) -> Json:
        return self.adjusted(kind="correction", points=points, reason="更正", **more)

    def points(self, member: UUID | None = None) -> float:
        found = self.get(CITY_ADMIN, f"/members/{member or self.member}/points")
        return float(found["points"])

    def ledger(self, member: UUID | None = None) -> list[Json]:
        """Return all entries of a member, oldest first."""
        found = self.get(CITY_ADMIN, f"/members/{member or self.member}/ledger?limit=200")
        entries: list[Json] = found["items"]
        return entries[::-1]

    def notices(self, member: UUID | None = None) -> list[Json]:
        """Return what a member was told, oldest first."""
        return told(self.city, member or self.member)

    def prove(self) -> None:
        with self.city.unit_of_work() as uow:
            assert check(uow).violations == []


def stored(database: Database) -> list[str]:
    """Everything that a decision could change, to see that a refusal changed nothing."""
    tables = (
        "adjustments", "appeals", "appeal_steps", "facts", "ledger_entries", "member_years",
        "period_points", "outbox",
    )  # fmt: skip
    with database.unit_of_work() as uow:
        return [
            str(uow.session.scalar(text(f"SELECT array_agg(t::text ORDER BY t::text) FROM {t} t")))
            for t in tables
        ]
