"""Every way into a session, driven over HTTP as people do."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text

from services.events.codes import claims, digits, passes, rotating, static
from services.events.roster_copy.models import MemberCopy
from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from shared.testing.plugin import TokenFor
from tests.events.door import BRANCH, Door, Event

KEY: Final = b"test-code-key"
BY_PHONE: Final = ("code", "claim", "digits", "static")
BY_STAFF: Final = ("pass", "desk", "list")
ALL: Final = BY_PHONE + BY_STAFF


class Ways:
    """Members of the roster, and how they get in."""

    def __init__(
        self, app: APIFlask, database: Database, token_for: TokenFor, clock: FixedClock
    ) -> None:
        self.app, self.database, self.clock = app, database, clock
        self.client: FlaskClient = app.test_client()
        self.door = Door(self.client, token_for)

    def member(self, path: str = BRANCH, **changes: Any) -> UUID:
        identity = new_id()
        fields = {
            "member_no": identity.hex[-12:],
            "name": "李四",
            "organisation_id": new_id(),
            "path": path,
            "group_path": None,
            "cross_paths": [],
            "status": "full",
            "scored": True,
            "version": 1,
        }
        with self.database.unit_of_work() as uow:
            uow.session.add(MemberCopy(id=identity, **(fields | changes)))
            uow.commit()
        return identity

    def switch_on(self, event: Event) -> None:
        """Have the session's printed code on, whatever state the event is in."""
        with self.database.unit_of_work() as uow:
            uow.session.execute(
                text("UPDATE event_sessions SET static_version = version, version = version + 1"
                     " WHERE id = :id AND static_version IS NULL"),
                {"id": event.session_id},
            )  # fmt: skip
            uow.commit()

    def session(self, event: Event) -> Any:
        with self.database.unit_of_work() as uow:
            return uow.session.execute(
                text("SELECT * FROM event_sessions WHERE id = :id"), {"id": event.session_id}
            ).one()

    def pass_of(self, member: UUID, version: int = 1) -> str:
        return passes.issue(KEY, member, version)

    def go(
        self, way: str, event: Event, member: UUID, path: str = BRANCH, **more: Any
    ) -> dict[str, Any]:
        """Check a member in; return the check-in, or the problem."""
        session, now = self.session(event), self.clock.now()
        if way in BY_PHONE:
            value = {
                "code": lambda: rotating.issue(KEY, session.short_id, now),
                "claim": lambda: claims.issue(KEY, session.short_id, now),
                "digits": lambda: digits.issue(KEY, session.short_id, now),
                "static": lambda: static.issue(KEY, session.short_id, session.static_version or 0),
            }[way]()
            sent = {"code" if way == "static" else way: value} | more
            return self.read(self.door.scan(member, path=path, **sent))
        body: dict[str, Any] = {"session_id": str(event.session_id)}
        body |= {
            "pass": {"pass": self.pass_of(member)},
            "desk": {"member_id": str(member), "reason": "手机没电"},
            "list": {"members": [str(member)], "reason": "纸质签到表"},
        }[way]
        address = f"/events/{event.id}/check-ins{'/bulk' if way == 'list' else ''}"
        return self.read(self.staff(event, "POST", address, body | more))

    def staff(
        self,
        event: Event,
        method: str,
        address: str,
        body: Any = None,
        *,
        by: UUID | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Call as who runs the event, or as another member."""
        return self.client.open(
            f"/api/v1{address}",
            method=method,
            json=body,
            headers=self.door.headers(by or event.secretary) | (headers or {}),
        )

    def read(self, answer: Any) -> dict[str, Any]:
        """Return the check-in as it is stored now, or the problem that was answered."""
        body: dict[str, Any] = answer.json
        if answer.status_code >= 400:
            return body
        line = body["items"][0] if "items" in body else body["check_in"]
        identity = line.get("check_in_id") or line["id"]
        with self.database.unit_of_work() as uow:
            row = uow.session.execute(
                text("SELECT * FROM check_ins WHERE id = :id"), {"id": identity}
            ).one()
        told = {name: body.get(name) for name in ("replayed", "already", "returned", "member")}
        return {**row._mapping, **told, "code": None, "status": answer.status_code}

    def later(self, **span: float) -> None:
        self.clock.advance(timedelta(**span).total_seconds())
