"""Who watches an event sees each change within a second or two, whoever else watches."""

import json
from collections.abc import Callable, Iterator
from threading import Barrier, Thread
from threading import enumerate as enumerate_threads
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import pytest
from apiflask import APIFlask
from redis import Redis
from redis.exceptions import RedisError

from services.events.codes import live_tickets
from services.events.live import figures, hub
from services.events.live.hub import Hub
from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from shared.messaging.relay import Relay
from tests.events.catalogue.people import refused
from tests.events.door import Door, Event, MakeEvent, check_ins

Json = dict[str, Any]
OURS = {"live_follow", "live_count"}


class Hall:
    """An event on now, and the relay that a worker would run."""

    def __init__(self, door: Door, event: Event, database: Database, redis: Redis) -> None:
        self.door = door
        self.event = event
        self.relay = Relay(database, redis)

    def scan(self, member: UUID) -> None:
        answer = self.door.scan(member, code=self.door.code(self.event)["code"])
        assert answer.status_code == 201, answer.text
        self.relay.relay_once()

    def ticket(self, member: UUID) -> Any:
        return self.door.client.post(
            f"/api/v1/events/{self.event.id}/live-tickets", headers=self.door.headers(member)
        )


@pytest.fixture
def hall(door: Door, make_event: MakeEvent, database: Database, redis_client: Redis) -> Hall:
    return Hall(door, make_event(), database, redis_client)


def wait_until_nothing_runs() -> None:
    until = monotonic() + 10
    while OURS & {thread.name for thread in enumerate_threads()}:
        assert monotonic() < until
        sleep(0.05)


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch, redis_client: Redis) -> Iterator[None]:
    """Let a second be a tenth; end before the servers do."""
    monkeypatch.setattr(hub, "EVERY", 0.1)
    monkeypatch.setattr(hub, "_BLOCK_MS", 50)
    yield
    wait_until_nothing_runs()


def shown(stream: Iterator[bytes]) -> Json:
    """Return the next figures of a stream, past signs of life."""
    for each in stream:
        if each.startswith(b"data: "):
            found: Json = json.loads(each.removeprefix(b"data: "))
            return found
    raise AssertionError("the stream ended")


def shows(stream: Iterator[bytes], present: int) -> Json:
    """Return the figures of a stream as soon as so many are there."""
    while (figure := shown(stream))["present"] != present:
        pass
    return figure


def test_the_organisers_ticket_opens_the_stream_and_no_header_is_needed(
    hall: Hall, app: APIFlask, add_member: Callable[[], UUID]
) -> None:
    hall.scan(add_member())
    url = hall.ticket(hall.event.secretary).json["url"]
    answer = hall.door.client.get(url)
    assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert answer.headers["Cache-Control"] == "no-store"
    figure = shown(iter(answer.response))
    answer.close()
    assert (figure["event_id"], figure["present"]) == (str(hall.event.id), 1)
    assert [s["present"] for s in figure["sessions"]] == [1]


def test_who_does_not_run_it_gets_no_ticket(hall: Hall, add_member: Callable[[], UUID]) -> None:
    refused(hall.ticket(add_member()), 403, "not_your_event")


@pytest.mark.parametrize("wrong", ["foreign", "expired", "nonsense"])
def test_without_a_good_ticket_there_is_no_stream(
    hall: Hall, clock: FixedClock, wrong: str
) -> None:
    ticket = hall.ticket(hall.event.secretary).json["url"].partition("=")[2]
    if wrong == "foreign":
        ticket = live_tickets.issue(b"another key", hall.event.id, clock.now())
    elif wrong == "nonsense":
        ticket = "nonsense"
    else:
        clock.advance(live_tickets.LIFETIME.total_seconds())
    answer = hall.door.client.get(f"/api/v1/live-attendance?ticket={ticket}")
    refused(answer, 401, "live_ticket_invalid")


def test_each_change_is_shown_and_names_are_not(
    hall: Hall, app: APIFlask, add_member: Callable[[], UUID], database: Database
) -> None:
    stream = app.extensions["live"].watch(hall.event.id)
    assert shown(stream)["present"] == 0
    members = [add_member() for _ in range(3)]
    for number, member in enumerate(members, 1):
        hall.scan(member)
        figure = shows(stream, number)
        assert str(member) not in json.dumps(figure)
    undone = hall.door.client.post(
        f"/api/v1/check-ins/{check_ins(database)[0]['id']}/annul",
        json={"reason": "点错了"},
        headers=hall.door.headers(hall.event.secretary),
    )
    assert undone.status_code == 200, undone.text
    hall.relay.relay_once()
    shows(stream, 2)
    stream.close()


def test_an_event_where_nothing_happens_gives_signs_of_life_and_is_not_counted_again(
    hall: Hall, app: APIFlask, counted: list[UUID]
) -> None:
    stream = app.extensions["live"].watch(hall.event.id, beat=0.05, lasts=2)
    assert shown(stream)["present"] == 0
    sleep(0.5)
    # At first, and once the reader stands where nothing more escapes it.
    before = len(counted)
    assert before <= 2
    assert set(stream) == {b": \n\n"}
    assert len(counted) == before


def test_while_nobody_watches_nothing_runs(hall: Hall, app: APIFlask) -> None:
    stream = app.extensions["live"].watch(hall.event.id)
    shown(stream)
    assert {thread.name for thread in enumerate_threads()} >= OURS
    stream.close()
    wait_until_nothing_runs()
    again = app.extensions["live"].watch(hall.event.id)
    assert shown(again)["present"] == 0
    again.close()


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The events that were counted, in order."""
    found: list[UUID] = []
    read = figures.read

    def counting(uow: Any, event_id: UUID) -> Any:
        found.append(event_id)
        return read(uow, event_id)

    monkeypatch.setattr(figures, "read", counting)
    return found


def test_fifty_watchers_cost_the_database_what_one_does(
    hall: Hall,
    app: APIFlask,
    add_member: Callable[[], UUID],
    make_event: MakeEvent,
    counted: list[UUID],
) -> None:
    live: Hub = app.extensions["live"]
    arrived, last = 12, []
    together = Barrier(51)

    def watch() -> None:
        stream = live.watch(hall.event.id)
        shown(stream)
        together.wait(20)
        last.append(shows(stream, arrived)["present"])
        stream.close()

    watchers = [Thread(target=watch) for _ in range(50)]
    for watcher in watchers:
        watcher.start()
    together.wait(20)
    began = monotonic()
    for _ in range(arrived):
        hall.scan(add_member())
    for watcher in watchers:
        watcher.join(20)
    assert last == [arrived] * 50
    # Once at first, and then each tenth of a second at most.
    assert len(counted) <= 3 + (monotonic() - began) / hub.EVERY
    assert set(counted) == {hall.event.id}
    # Nobody watches any more, so nothing is counted any more.
    before = len(counted)
    hall.scan(add_member())
    sleep(0.3)
    assert len(counted) == before


def test_what_happened_while_redis_was_away_is_shown_when_it_is_back(
    hall: Hall, database: Database, redis_client: Redis, add_member: Callable[[], UUID]
) -> None:
    class Away:
        """Redis, which may be away."""

        away = False

        def __getattr__(self, name: str) -> Any:
            if self.away:
                raise RedisError(name)
            return getattr(redis_client, name)

    redis = Away()
    stream = Hub(database, redis).watch(hall.event.id)  # type: ignore[arg-type] # stands for one
    assert shown(stream)["present"] == 0
    redis.away = True
    sleep(0.2)
    hall.scan(add_member())
    redis.away = False
    shows(stream, 1)
    stream.close()


def test_an_event_that_is_gone_is_said_to_be(app: APIFlask) -> None:
    stream = app.extensions["live"].watch(new_id())
    assert next(stream) == b"retry: 2000\n\n"
    assert next(stream) == b"data: null\n\n"
    stream.close()
