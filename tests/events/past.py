"""Events that are over and who was at them, put there as they would stand afterwards."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.clock import SHANGHAI
from shared.database import Database
from shared.ids import new_id
from tests.events.city import City

_EVENT = text("""
    INSERT INTO events (
        id, title, category, tags, organisation_id, organisation_path, audience, starts_at,
        ends_at, state, cancel_reason, created_by, created_at, published_at
    )
    VALUES (
        :id, :title, :category, :tags, :organisation, :path, 'organisation', :starts, :ends,
        :state, CASE :state WHEN 'cancelled' THEN '雨' END, :id, :starts,
        CASE WHEN :state <> 'draft' THEN CAST(:starts AS timestamptz) END
    )
""")
_SESSION = text("""
    INSERT INTO event_sessions (id, event_id, starts_at, ends_at, opens_at, closes_at)
    VALUES (:id, :event, :starts, :ends, :starts, :ends)
""")
_CHECK_IN = text("""
    INSERT INTO check_ins (
        id, event_id, session_id, member_id, role, method, client_ref, request_hash,
        checked_in_at, minutes, state, flags, revision, annulled_by, annulled_at
    )
    VALUES (
        :id, :event, :session, :member, 'participant', 'code', :id, '', :at, :minutes, :state,
        CASE :state WHEN 'pending' THEN ARRAY['late'] ELSE '{}' END,
        CASE :state WHEN 'pending' THEN 0 ELSE 1 END,
        CASE :state WHEN 'annulled' THEN CAST(:member AS uuid) END,
        CASE :state WHEN 'annulled' THEN CAST(:at AS timestamptz) END
    )
""")


def local(moment: str) -> datetime:
    """Return a moment written as Shanghai reads it: 2026-03-01 14:00."""
    return datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)


class Past:
    def __init__(self, database: Database, city: City) -> None:
        self._database = database
        self._city = city

    def held(
        self,
        at: str,
        category: str,
        starts: str,
        who: Iterable[UUID] = (),
        *,
        minutes: int = 120,
        **more: Any,
    ) -> UUID:
        """Hold an event of one session; return its id. `stay` and `came` are of its check-ins."""
        begins = local(starts)
        spans = [(begins, begins + timedelta(minutes=minutes))]
        return self.held_in(at, category, spans, [list(who)], **more)

    def held_in(
        self,
        at: str,
        category: str,
        spans: Sequence[tuple[datetime, datetime]],
        who: Sequence[Sequence[UUID]],
        *,
        tags: Sequence[str] = (),
        state: str = "closed",
        stay: int | None = None,
        came: str = "",
        check_in: str = "present",
        title: str = "",
    ) -> UUID:
        """Hold an event of several sessions, each with who was there."""
        event = new_id()
        with self._database.unit_of_work() as uow:
            uow.session.execute(
                _EVENT,
                {
                    "id": event,
                    "title": title or category,
                    "category": category,
                    "tags": list(tags),
                    "organisation": self._city.organisations[at],
                    "path": at,
                    "starts": min(starts for starts, _ in spans),
                    "ends": max(ends for _, ends in spans),
                    "state": state,
                },
            )
            for (starts, ends), members in zip(spans, who, strict=True):
                session = new_id()
                times = {"starts": starts, "ends": ends}
                uow.session.execute(_SESSION, {"id": session, "event": event, **times})
                for member in members:
                    uow.session.execute(
                        _CHECK_IN,
                        {
                            "id": new_id(),
                            "event": event,
                            "session": session,
                            "member": member,
                            "at": local(came) if came else starts,
                            "minutes": stay,
                            "state": check_in,
                        },
                    )
            uow.commit()
        return event

    def run(self, statement: str, **values: Any) -> None:
        with self._database.unit_of_work() as uow:
            uow.session.execute(text(statement), values)
            uow.commit()
