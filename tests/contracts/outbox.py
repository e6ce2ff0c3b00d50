"""What a service has told, and what must hold of all it tells."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from shared.contracts import attendance, notices, points, results, roster, study
from shared.database import Database
from tests.contracts.wire import Data, assert_fits

STREAMS: Final = (
    attendance.STREAM,
    notices.STREAM,
    points.STREAM,
    results.STREAM,
    roster.STREAM,
    study.STREAM,
)
# A type of message, and the fields that matter of each of its entries.
Wanted = tuple[str, list[Data]]


@dataclass(frozen=True)
class Told:
    """A row of the outbox."""

    stream: str
    type: str
    key: str
    data: Data

    @property
    def entries(self) -> list[Data]:
        return ABOUT[self.type].entries(self.data)


@dataclass(frozen=True)
class About:
    """How messages of one type are read: by whom they go, what they hold, which is newer.

    What has no version is told once.
    """

    key: Callable[[Data], str]
    entries: Callable[[Data], list[Data]]
    identity: tuple[str, ...]
    version: str | None


ABOUT: Final = {
    attendance.RECORDED_V1: About(
        lambda data: data["member_id"], lambda data: [data], ("check_in_id",), "revision"
    ),
    results.RECORDED_V1: About(
        lambda data: data["member_id"], lambda data: [data], ("result_id",), "revision"
    ),
    notices.REQUESTED_V1: About(
        lambda data: data["subject_id"],
        lambda data: [data | {"member_id": member} for member in data["member_ids"]],
        ("member_id", "key"),
        None,
    ),
    roster.ORGANISATIONS_V1: About(
        lambda _: "organisations", lambda data: data["organisations"], ("id",), "version"
    ),
    roster.MEMBERS_V1: About(lambda _: "members", lambda data: data["members"], ("id",), "version"),
    study.RECORDED_V1: About(
        lambda data: data["member_id"], lambda data: [data], ("fact_id",), "revision"
    ),
    points.CHANGED_V1: About(
        lambda _: "batch", lambda data: data["changes"], ("member_id", "year"), "version"
    ),
}


def told(database: Database) -> list[Told]:
    """Return everything the outbox holds, in the order in which the relay sends it."""
    with database.unit_of_work() as uow:
        rows = uow.session.execute(text("SELECT stream, type, key, data FROM outbox ORDER BY id"))
        return [Told(*row) for row in rows]


def assert_told(database: Database, wanted: Sequence[Wanted], *, after: int = 0) -> None:
    """Hold everything told to the contracts, and what was told since to what is wanted."""
    messages = told(database)
    for message in messages:
        _assert_whole(message)
    _assert_versions_rise(messages)
    since = messages[after:]
    assert [message.type for message in since] == [kind for kind, _ in wanted]
    for message, (_, entries) in zip(since, wanted, strict=True):
        assert len(message.entries) == len(entries)
        for entry, fields in zip(message.entries, entries, strict=True):
            assert {name: entry[name] for name in fields} == fields


def _assert_whole(message: Told) -> None:
    assert_fits(message.type, message.data)
    assert message.type.startswith(f"{message.stream}.")
    assert message.stream in STREAMS
    assert message.key == ABOUT[message.type].key(message.data)
    assert message.entries, "a message about nothing"
    if message.type == points.CHANGED_V1:
        _assert_periods(message.entries)


def _assert_versions_rise(messages: Sequence[Told]) -> None:
    """No two messages say different things of one version, and no older one comes after."""
    newest: dict[Any, int] = {}
    for message in messages:
        about = ABOUT[message.type]
        for entry in message.entries:
            key = (message.type, *(entry[name] for name in about.identity))
            version = entry[about.version] if about.version else 1
            assert version > newest.get(key, 0), (key, entry)
            newest[key] = version


def _assert_periods(changes: Sequence[Data]) -> None:
    for change in changes:
        UUID(change["member_id"])
        period = re.compile(rf"{change['year']}(-Q[1-4]|-(0[1-9]|1[0-2]))?")
        assert change["periods"], change
        assert all(period.fullmatch(name) for name in change["periods"]), change
