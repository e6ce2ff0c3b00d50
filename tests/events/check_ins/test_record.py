"""Several devices tell of the same people: one outcome, whatever the order and however often."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from services.events.catalogue.models import SessionRow
from services.events.catalogue.snapshot import SessionSnapshot, read_snapshots
from services.events.check_ins import record
from services.events.check_ins.record import MarkOutcome, hold_session, record_marks
from services.events.check_ins.stay import Mark
from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from tests.events.door import Event, MakeEvent, check_ins, news

MEMBERS = [UUID(int=n) for n in (1, 2, 3)]
STAFF = UUID(int=99)
SHOWN = (
    "state", "checked_in_at", "checked_out_at", "minutes", "auto_checked_out", "method", "role",
    "recorded_by", "device", "flags", "reason", "received_at", "annulled_by", "annulled_at",
)  # fmt: skip


@pytest.fixture
def session(database: Database, make_event: MakeEvent, clock: FixedClock) -> SessionSnapshot:
    event = make_event(category="volunteering")
    clock.advance(3000)
    with database.unit_of_work() as uow:
        return read_snapshots(uow, SessionRow.event_id == event.id)[0]


def mark(
    session: SessionSnapshot, number: int, member: UUID, direction: str, minute: int, **more: Any
) -> Mark:
    arrives, at = direction == "in", session.starts_at + timedelta(minutes=minute)
    return Mark(
        id=UUID(int=1000 + number),
        member_id=member,
        direction=direction,
        at=at,
        received_at=more.pop("received_at", at),
        request_hash=bytes([number]),
        role=more.pop("role", "participant") if arrives else None,
        method="pass" if arrives else None,
        recorded_by=STAFF,
        device=bytes([number]) * 8,
        **more,
    )


def outcome(
    database: Database, session: SessionSnapshot, calls: Iterable[Sequence[Mark]]
) -> dict[UUID, tuple[Any, ...]]:
    """Record marks in several calls; return what the check-ins show, and keep nothing."""
    with database.unit_of_work() as uow:
        held = hold_session(uow, session.session_id)
        for marks in calls:
            record_marks(uow, held, marks)
        uow.session.flush()
        rows = uow.session.execute(text("SELECT * FROM check_ins")).mappings()
        return {
            row["member_id"]: (row["revision"] > 0, *(row[name] for name in SHOWN)) for row in rows
        }


@st.composite
def told(draw: st.DrawFn) -> list[tuple[int, UUID, str, int, dict[str, Any]]]:
    marks = []
    count = draw(st.integers(1, 9))
    for number in range(1, count + 1):
        direction = draw(st.sampled_from(["in", "in", "in", "out", "out", "void"]))
        more: dict[str, Any] = {}
        if direction == "void":
            more["voids"] = UUID(int=1000 + draw(st.integers(1, count)))
        elif draw(st.integers(0, 4)) == 0:
            more["flags"] = ("late",)
        if direction == "in":
            more["role"] = draw(st.sampled_from(["participant", "helper"]))
        marks.append(
            (number, draw(st.sampled_from(MEMBERS)), direction, draw(st.integers(0, 20)), more)
        )
    return marks


def is_settled(marks: Sequence[Mark]) -> bool:
    """Leave out who is taken back while in doubt: that is decided by when it was told."""
    return not (any(m.flags for m in marks) and any(m.voids for m in marks))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(raw=told(), data=st.data())
def test_order_repetition_and_batches_change_nothing(
    database: Database,
    session: SessionSnapshot,
    raw: list[tuple[int, UUID, str, int, dict[str, Any]]],
    data: st.DataObject,
) -> None:
    marks = [mark(session, *parts, **more) for *parts, more in raw]
    if not is_settled(marks):
        return
    together = outcome(database, session, [marks])
    shuffled = data.draw(st.permutations([*marks, *data.draw(st.lists(st.sampled_from(marks)))]))
    cut = data.draw(st.integers(0, len(shuffled)))
    assert outcome(database, session, [shuffled[:cut], shuffled[cut:]]) == together
    assert outcome(database, session, [[m] for m in shuffled]) == together


def test_each_mark_is_told_what_became_of_it(database: Database, session: SessionSnapshot) -> None:
    first, second = MEMBERS[:2]
    came = mark(session, 1, first, "in", 5)
    left = mark(session, 2, first, "out", 30)
    alone = mark(session, 3, second, "out", 30)
    other = mark(session, 1, first, "in", 6, reason="x")
    changed = Mark(**{n: getattr(other, n) for n in Mark.__slots__} | {"request_hash": b"other"})
    with database.unit_of_work() as uow:
        held = hold_session(uow, session.session_id)
        results = record_marks(uow, held, [came, left, alone, came, changed])
        uow.commit()
    outcomes = [r.outcome for r in results]
    kept, again, reused = MarkOutcome.RECORDED, MarkOutcome.REPLAYED, MarkOutcome.REUSED
    assert outcomes == [kept, kept, kept, again, reused]
    assert results[2].check_in is None, "nobody arrived; the departure waits for the arrival"
    (row,) = check_ins(database)
    assert (row["minutes"], row["revision"]) == (25, 2)
    assert [(t["minutes"], t["revision"]) for t in news(database)] == [(None, 1), (25, 2)]


def test_a_reference_of_another_session_is_not_taken_for_this_one(
    database: Database, session: SessionSnapshot, make_event: MakeEvent
) -> None:
    other = make_event()
    came = mark(session, 1, MEMBERS[0], "in", 5)
    with database.unit_of_work() as uow:
        record_marks(uow, hold_session(uow, other.session_id), [came])
        (result,) = record_marks(uow, hold_session(uow, session.session_id), [came])
        assert (result.outcome, result.check_in) == (MarkOutcome.REUSED, None)


def test_somebody_in_doubt_is_told_of_once_something_else_says_so(
    database: Database, session: SessionSnapshot
) -> None:
    late = mark(session, 1, MEMBERS[0], "in", 5, flags=("late",))
    clean = mark(session, 2, MEMBERS[0], "in", 9)
    with database.unit_of_work() as uow:
        held = hold_session(uow, session.session_id)
        record_marks(uow, held, [late])
        uow.commit()
    assert [(r["state"], r["revision"]) for r in check_ins(database)] == [("pending", 0)]
    assert news(database) == []
    with database.unit_of_work() as uow:
        record_marks(uow, hold_session(uow, session.session_id), [clean])
        uow.commit()
    (row,) = check_ins(database)
    assert (row["state"], row["revision"], row["flags"]) == ("present", 1, [])
    assert row["checked_in_at"] == clean.at
    assert [(t["state"], t["revision"]) for t in news(database)] == [("present", 1)]


def test_marks_stand_as_they_were_written(database: Database, session: SessionSnapshot) -> None:
    marks = [mark(session, 1, MEMBERS[0], "in", 5), mark(session, 2, MEMBERS[0], "out", 9)]
    with database.unit_of_work() as uow:
        record_marks(uow, hold_session(uow, session.session_id), marks)
        uow.commit()
    with database.unit_of_work() as uow, pytest.raises(DatabaseError, match="append-only"):
        uow.session.execute(text("UPDATE check_in_marks SET at = at"))


def record_at_once(database: Database, session: SessionSnapshot, told: list[list[Mark]]) -> None:
    """Have several devices tell at the same moment, each of its own marks."""
    start = Barrier(len(told))

    def tell(marks: list[Mark]) -> None:
        with database.unit_of_work() as uow:
            start.wait()
            record_marks(uow, hold_session(uow, session.session_id), marks)
            uow.commit()

    with ThreadPoolExecutor(len(told)) as pool:
        list(pool.map(tell, told))


def arrivals_and_departures(session: SessionSnapshot) -> Iterator[tuple[Mark, Mark]]:
    for number in range(30):
        member = UUID(int=5000 + number)
        yield mark(session, 1, member, "in", 5), mark(session, 2, member, "out", 25)


def test_arrivals_and_departures_told_at_once_by_two_devices_come_together(
    database: Database, session: SessionSnapshot
) -> None:
    pairs = list(arrivals_and_departures(session))
    came, left = [p[0] for p in pairs], [p[1] for p in pairs]
    Random(4).shuffle(left)
    record_at_once(database, session, [came, left, came, left])
    rows = check_ins(database)
    assert len(rows) == 30
    assert {(row["minutes"], row["state"]) for row in rows} == {(20, "present")}


def test_the_test_above_would_see_it_if_they_did_not_take_turns(
    database: Database, session: SessionSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "_TAKE_TURNS", text("SELECT CAST(:id AS uuid)"))
    for attempt in range(20):
        members = [UUID(int=9000 + 100 * attempt + n) for n in range(30)]
        came = [mark(session, 1, member, "in", 5) for member in members]
        left = [mark(session, 2, member, "out", 25) for member in members]
        record_at_once(database, session, [came, left])
        if any(row["minutes"] is None for row in check_ins(database)):
            return
    raise AssertionError("departures were never lost, so that nothing was tried")


def test_an_event_that_was_imported_is_left_to_its_file(
    database: Database, event: Event, clock: FixedClock
) -> None:
    member = new_id()
    with database.unit_of_work() as uow:
        uow.session.execute(
            text("INSERT INTO check_ins (id, event_id, session_id, member_id, role, method,"
                 " client_ref, request_hash, checked_in_at, minutes) SELECT :id, :event_id, :session_id,"
                 " :member, 'participant', 'import', :id, '', now(), 90"),
            {"id": new_id(), "event_id": event.id, "session_id": event.session_id, "member": member},
        )  # fmt: skip
        held = hold_session(uow, event.session_id)
        record_marks(uow, held, [mark(held, 1, member, "out", 5)])
        uow.commit()
    assert [row["minutes"] for row in check_ins(database)] == [90]
    assert news(database) == []
