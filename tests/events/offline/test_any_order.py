"""Whoever tells first, in whatever order and how often: it comes to one outcome."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from services.events.codes import rotating
from services.events.offline.schemas import MarksIn
from services.events.offline.telling import tell
from shared.auth import Grant, Principal
from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from tests.events.check_ins.test_changes_meanwhile import wait_for_a_lock
from tests.events.door import BRANCH, check_ins, news
from tests.events.offline.conftest import KEY, Device, Field, Json, add_members

# Minutes from now, of which those before -40 and after 180 lie outside the window.
MINUTES = st.integers(-60, 200)
MEMBERS = 3


@dataclass(frozen=True)
class Noted:
    """What somebody will tell: a device of staff (0 or 1), or the member's own phone (2)."""

    teller: int
    member: int
    minute: int


NOTED = st.builds(Noted, st.integers(0, 2), st.integers(0, MEMBERS - 1), MINUTES).filter(
    # A phone scans what a screen shows, while the session takes check-ins.
    lambda noted: noted.teller < 2 or 0 <= noted.minute <= 180
)


@st.composite
def tellings(draw: st.DrawFn) -> tuple[list[Noted], list[list[list[int]]]]:
    """What there is to tell, and three ways to tell it: batches of indexes, some of them twice."""
    noted = draw(st.lists(NOTED, min_size=1, max_size=8))
    ways = []
    for _ in range(3):
        order = draw(st.permutations(range(len(noted))))
        again = draw(st.lists(st.sampled_from(range(len(noted))), max_size=4))
        flat = [*order, *again]
        cuts = sorted(draw(st.sets(st.integers(1, len(flat)), max_size=4)) | {len(flat)})
        ways.append([flat[a:b] for a, b in zip([0, *cuts], cuts, strict=False)])
    return noted, ways


def expected(noted: list[Noted], now: datetime) -> dict[int, tuple[str, datetime]]:
    """What staff saw within the window is true from the first time on; all else waits."""
    found = {}
    for member in {n.member for n in noted}:
        own = [n for n in noted if n.member == member]
        seen = [n.minute for n in own if n.teller < 2 and -40 <= n.minute <= 180]
        state, minute = ("present", min(seen)) if seen else ("pending", min(n.minute for n in own))
        found[member] = state, now + timedelta(minutes=minute)
    return found


@settings(
    max_examples=25,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(tellings())
def test_any_order_of_devices_and_phones_comes_to_one_outcome(
    hill: Field, clock: FixedClock, drawn: tuple[list[Noted], list[list[list[int]]]]
) -> None:
    noted, ways = drawn
    begin, members = clock.now(), hill.members[:MEMBERS]
    wanted = {members[m]: outcome for m, outcome in expected(noted, begin).items()}
    devices, told, ids = (hill.device, hill.other_device()), _told(hill, noted, begin), set()
    clock.advance(4 * 3600)
    for way in ways:
        hill.execute("DELETE FROM check_in_marks")
        hill.execute("DELETE FROM check_ins")
        hill.execute("DELETE FROM outbox")
        for batch in way:
            _tell(hill, devices, [told[n] for n in batch], [noted[n] for n in batch])
        rows = check_ins(hill.database)
        assert {r["member_id"]: (r["state"], r["checked_in_at"]) for r in rows} == wanted
        # All are told, once for each revision, and of those who wait nothing.
        news_of = [m["check_in_id"] for m in news(hill.database)]
        assert {str(r["id"]): r["revision"] for r in rows if r["revision"]} == {
            id_: news_of.count(id_) for id_ in news_of
        }
        ids.add(tuple(sorted(str(r["flags"]) for r in rows)))
    assert len(ids) == 1
    clock.advance(-4 * 3600)


def _told(hill: Field, noted: list[Noted], begin: datetime) -> list[Json]:
    """Return what is sent for each, the same however often it is sent."""
    with hill.database.unit_of_work() as uow:
        short_id = uow.session.scalar(text("SELECT short_id FROM event_sessions"))
    found = []
    for one in noted:
        at = begin + timedelta(minutes=one.minute)
        if one.teller < 2:
            what = {"member_id": str(hill.members[one.member]), "direction": "in"}
            sent = what | {"at": at.isoformat()}
        else:
            sent = {"code": rotating.issue(KEY, short_id, at), "scanned_at": at.isoformat()}
        found.append({"client_ref": str(new_id())} | sent)
    return found


def _tell(
    hill: Field, devices: tuple[Device, Device], batch: list[Json], noted: list[Noted]
) -> None:
    for teller, device in enumerate(devices):
        marks = {
            mark["client_ref"]: mark
            for mark, one in zip(batch, noted, strict=True)
            if one.teller == teller
        }
        if marks:
            assert {item["code"] for item in device.told(list(marks.values()))} == {None}
    for body, one in zip(batch, noted, strict=True):
        if one.teller == 2:
            headers = hill.device.door.headers(hill.members[one.member])
            answer = hill.device.client.post("/api/v1/check-ins", json=body, headers=headers)
            assert answer.status_code in (200, 201), answer.text


@pytest.fixture
def crowd(database: Database, organisation: UUID) -> list[UUID]:
    return add_members(database, organisation, 500)


def noted_by_both(hill: Field, crowd: list[UUID]) -> tuple[Device, Device, dict[UUID, datetime]]:
    """Let two devices note all of a crowd, each a few minutes apart; return when each member came."""
    random, here, there = Random(9), hill.device, hill.other_device()
    came: dict[UUID, datetime] = {}
    for member in crowd:
        for device in (here, there):
            at = here.clock.now() + timedelta(seconds=random.randrange(3600))
            device.note(member, at=at.isoformat())
            came[member] = min(at, came.get(member, at))
    here.clock.advance(4 * 3600)
    return here, there, came


def test_five_hundred_noted_by_two_devices_told_twice_and_shuffled_are_five_hundred_once(
    hill: Field, crowd: list[UUID]
) -> None:
    here, there, came = noted_by_both(hill, crowd)
    random = Random(1)
    for _ in range(2):
        for device in (there, here):
            random.shuffle(device.marks)
            half = len(device.marks) // 2
            for part in (device.marks[:half], device.marks[half:], device.marks[:half]):
                assert {item["outcome"] for item in device.told(part)} == {"present"}
    rows = check_ins(hill.database)
    assert {row["member_id"]: row["checked_in_at"] for row in rows} == came
    assert {(row["state"], row["revision"]) for row in rows} == {("present", 1)}
    assert sorted(m["check_in_id"] for m in news(hill.database)) == sorted(
        str(r["id"]) for r in rows
    )


def test_the_same_ids_come_out_whichever_device_tells_first(hill: Field, crowd: list[UUID]) -> None:
    here, there, _ = noted_by_both(hill, crowd[:20])
    outcomes = []
    for order in ((here, there), (there, here)):
        for table in ("check_in_marks", "check_ins", "outbox"):
            hill.execute(f"DELETE FROM {table}")
        for device in order:
            device.told()
        rows = check_ins(hill.database)
        outcomes.append(sorted((r["id"], r["checked_in_at"], r["recorded_by"]) for r in rows))
    assert outcomes[0] == outcomes[1]


def test_a_device_that_tells_while_another_does_loses_nothing_of_it(
    hill: Field, crowd: list[UUID]
) -> None:
    few = crowd[:50]
    here, there, came = noted_by_both(hill, few)
    # All have scanned as well, after staff saw them: both devices move the same rows.
    hill.execute(
        "INSERT INTO check_ins (id, event_id, session_id, member_id, role, method, client_ref,"
        " request_hash, checked_in_at) SELECT gen_random_uuid(), :event, :session, m, 'participant',"
        " 'code', gen_random_uuid(), '', :at FROM unnest(CAST(:members AS uuid[])) m",
        event=hill.event.id, session=hill.event.session_id, at=here.clock.now(), members=few,
    )  # fmt: skip
    principal = Principal(here.staff, "书记", BRANCH, (Grant("member", BRANCH),))
    with ThreadPoolExecutor(1) as pool, hill.database.unit_of_work() as uow:
        tell(uow, principal, KEY, hill.event.id, MarksIn().load(here.body()))
        waiting = pool.submit(there.told)
        wait_for_a_lock(hill.database)
        uow.commit()
        assert {item["outcome"] for item in waiting.result(30)} == {"present"}
    rows = check_ins(hill.database)
    assert {row["member_id"]: row["checked_in_at"] for row in rows} == came
    assert news(hill.database) == []
