"""Two devices without network noted the same 5,000 members: told twice each, shuffled, by the edge.

Print a table: ``python -m tests.bench offline``.
"""

import time
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import psycopg

from shared.auth import Grant, Principal
from shared.ids import new_id
from tests.bench.check_in import BRANCH, Site, add_sessions, site
from tests.bench.client import Client

MEMBERS = 5000


class Device:
    """What one member of staff noted, and how it is sent."""

    def __init__(self, running: Site, event: UUID, name: str) -> None:
        self._client = Client(f"http://127.0.0.1:{running.edge_port}")
        grants = (Grant("member", BRANCH), Grant("branch_secretary", BRANCH))
        secretary = Principal(new_id(), "书记", BRANCH, grants)
        self._token = running.signer.sign(secretary, datetime.now(UTC))
        self._path, self._name = f"/events/{event}", name
        self.marks: list[dict[str, str]] = []
        self.list: dict[str, Any] = {}

    def take(self) -> float:
        began = time.monotonic()
        path = f"{self._path}/offline-list?device={self._name}"
        self.list = self._client.call(self._token, "GET", path)
        return time.monotonic() - began

    def tell(self) -> float:
        """Send all marks; return the seconds until the answer, which must be that all are in."""
        body = {
            "list_token": self.list["list_token"],
            "device": self._name,
            "device_now": datetime.now(UTC).isoformat(),
            "marks": self.marks,
        }
        began = time.monotonic()
        answer = self._client.call(
            self._token, "POST", f"{self._path}/offline-check-ins", json=body
        )
        seconds = time.monotonic() - began
        if {item["outcome"] for item in answer["items"]} != {"present"}:
            raise AssertionError(answer["items"][:3])
        return seconds


def measure() -> dict[str, float]:
    """Return seconds: the list taken along, each telling, and CPU of service and PostgreSQL."""
    with site() as running:
        ((session, _),) = add_sessions(running.url, 1)
        with psycopg.connect(running.url.replace("+psycopg", "")) as connection:
            event = _fill(connection, session)
            devices = [Device(running, event, f"device-of-staff-{n}") for n in (1, 2)]
            figures = {"list": sum(device.take() for device in devices) / len(devices)}
            came = _note(devices)
            before = running.cpu()
            for turn in ("first", "again"):
                for number, device in enumerate(devices, start=1):
                    Random(turn).shuffle(device.marks)
                    figures[f"{turn}_device_{number}"] = device.tell()
            after = running.cpu()
            _check(connection, came)
    figures["cpu_events"] = after["events"] - before["events"]
    figures["cpu_postgres"] = after["postgres"] - before["postgres"]
    return figures


def _fill(connection: psycopg.Connection[Any], session: UUID) -> UUID:
    connection.execute(
        "INSERT INTO roster_members (id, member_no, name, organisation_id, path, cross_paths,"
        " status, scored, version) SELECT gen_random_uuid(), n::text, '欧阳' || n, o.id, o.path, '{}',"
        " 'full', true, 1 FROM roster_organisations o, generate_series(1, %s) n",
        (MEMBERS,),
    )
    row = connection.execute(
        "SELECT event_id FROM event_sessions WHERE id = %s", (session,)
    ).fetchone()
    connection.commit()
    connection.execute("ANALYZE")
    connection.commit()
    assert row
    return row[0]  # type: ignore[no-any-return]


def _note(devices: list[Device]) -> dict[str, datetime]:
    """Let every device note every member; return when each came."""
    random, begin = Random(5), datetime.now(UTC).replace(microsecond=0)
    came: dict[str, datetime] = {}
    for device in devices:
        for member in device.list["members"]:
            at = begin + timedelta(microseconds=random.randrange(1000))
            mark = {"client_ref": str(new_id()), "member_id": member["member_id"]}
            device.marks.append(mark | {"direction": "in", "at": at.isoformat()})
            came[member["member_id"]] = min(at, came.get(member["member_id"], at))
    return came


def _check(connection: psycopg.Connection[Any], came: dict[str, datetime]) -> None:
    found = connection.execute("SELECT member_id::text, checked_in_at, state FROM check_ins")
    rows = found.fetchall()
    told = connection.execute("SELECT count(*) FROM outbox").fetchone()
    assert {state for _, _, state in rows} == {"present"}
    assert len(rows) == len(came) == MEMBERS
    assert told == (MEMBERS,), told
