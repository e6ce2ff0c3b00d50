"""Dead letters: whoever sends them again, however often, each message takes effect once."""

import logging
from collections.abc import Callable, Iterator, Sequence
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis
from sqlalchemy import text

from shared.database import Database, UnitOfWork
from shared.errors import Conflict, NotFound
from shared.ids import new_id
from shared.messaging import letters
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import FIELD, Envelope, stream_key
from shared.messaging.relay import Relay
from shared.testing.plugin import MakeDatabase
from tests.session import eventually

ALL: dict[str, Any] = {"consumer": None, "stream": None, "state": None}


class Numbers:
    """A stream of numbers, and a reader that cannot apply those that are broken."""

    def __init__(self, database: Database, redis: Redis) -> None:
        self.database, self.redis = database, redis
        self.broken: set[int] = set()
        self.relay = Relay(database, redis)
        self.reader = Consumer(database, redis, "numbers", "readers", self._apply)
        self.reader.join()

    def _apply(self, uow: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
        for envelope in envelopes:
            number = envelope.data["n"]
            if number in self.broken:
                raise ValueError(f"{number} 王小明\nDETAIL: Failing row contains (王小明).")
            uow.session.execute(text("INSERT INTO effects VALUES (:n)"), {"n": number})

    def publish(self, *numbers: int) -> None:
        with self.database.unit_of_work() as uow:
            for number in numbers:
                uow.publish(
                    "numbers", "number.v1", str(new_id()), {"n": number, "about_id": str(new_id())}
                )
            uow.commit()
        self.relay.relay_once()

    def bury(self, *numbers: int) -> list[UUID]:
        """Publish numbers that cannot be applied; return their letters, in that order."""
        self.broken |= set(numbers)
        self.publish(*numbers)
        self.reader.consume_once()
        self.broken -= set(numbers)
        return [letter["id"] for letter in reversed(self.page(state="waiting"))]

    def page(self, **wanted: Any) -> list[dict[str, Any]]:
        with self.database.unit_of_work() as uow:
            return letters.page(uow, {**ALL, **wanted}, None, 1000)

    def do(self, work: Callable[..., Any], *given: Any, commit: bool = True) -> Any:
        """Do something to letters in a transaction, as a request does."""
        with self.database.unit_of_work() as uow:
            answer = work(uow, *given)
            if commit:
                uow.commit()
            return answer

    def redrive(self, letter: UUID, *, commit: bool = True) -> None:
        self.do(letters.redrive, self.redis, letter, commit=commit)

    def redrive_all(self, *, commit: bool = True, **which: Any) -> int:
        sent: int = self.do(
            lambda uow: letters.redrive_waiting(uow, self.redis, **which), commit=commit
        )
        return sent

    def on_stream(self) -> int:
        return int(self.redis.xlen(stream_key("numbers")))

    def effects(self) -> list[int]:
        with self.database.unit_of_work() as uow:
            return list(uow.session.scalars(text("SELECT n FROM effects ORDER BY n")))

    def begin_again(self) -> None:
        self.broken = set()
        self.redis.flushall()
        with self.database.unit_of_work() as uow:
            uow.session.execute(text("TRUNCATE outbox, inbox, dead_letters, effects"))
            uow.commit()


@pytest.fixture
def numbers(make_database: MakeDatabase, redis_client: Redis) -> Iterator[Numbers]:
    database = make_database("messaging")
    with database.unit_of_work() as uow:
        uow.session.execute(text("CREATE TABLE effects (n int)"))
        uow.commit()
    # A message that fails is logged six times with its trace.
    logging.disable(logging.ERROR)
    yield Numbers(database, redis_client)
    logging.disable(logging.NOTSET)


def test_what_is_shown_names_nobody(numbers: Numbers) -> None:
    (letter,) = numbers.bury(7)
    (shown,) = numbers.page()
    assert shown["error"] == "ValueError: 7 …"
    assert shown["ids"].keys() == {"about_id"}
    assert (shown["type"], shown["state"], shown["failures"]) == ("number.v1", "waiting", 1)
    assert UUID(shown["key"])
    assert (shown["id"], shown["applied"], shown["attempts"]) == (letter, False, 5)


def test_what_is_no_message_is_shown_without_being_read(numbers: Numbers) -> None:
    for message in (b"{broken", b'{"id": "\xe7\x8e\x8b"}', b"[]", b""):
        numbers.redis.xadd(stream_key("numbers"), {FIELD: message})
    numbers.reader.consume_once()
    shown = numbers.page()
    assert len(shown) == 4
    assert {(letter["message_id"], letter["type"], letter["applied"]) for letter in shown} == {
        (None, None, False)
    }


def test_a_letter_that_was_sent_again_says_whether_it_was_applied(numbers: Numbers) -> None:
    (letter,) = numbers.bury(7)
    numbers.redrive(letter)
    (shown,) = numbers.page()
    assert (shown["state"], shown["applied"]) == ("sent_again", False)
    numbers.reader.consume_once()
    (shown,) = numbers.page()
    assert (shown["state"], shown["applied"]) == ("sent_again", True)
    assert numbers.effects() == [7]


def test_a_message_that_fails_again_says_for_which_time(numbers: Numbers) -> None:
    (letter,) = numbers.bury(7)
    numbers.broken = {7}
    numbers.redrive(letter)
    numbers.reader.consume_once()
    again, first = numbers.page()
    assert (again["state"], again["failures"]) == ("waiting", 2)
    assert (first["id"], first["state"], first["failures"]) == (letter, "sent_again", 1)
    assert again["message_id"] == first["message_id"]


def test_lists_are_narrowed_by_reader_stream_and_state(numbers: Numbers) -> None:
    waiting, sent, aside = numbers.bury(1, 2, 3)
    numbers.redrive(sent)
    numbers.do(letters.set_aside, aside, "误发")
    for state, letter in (("waiting", waiting), ("sent_again", sent), ("set_aside", aside)):
        assert [shown["id"] for shown in numbers.page(state=state)] == [letter]
    assert len(numbers.page(consumer="readers:numbers", stream="numbers")) == 3
    assert numbers.page(consumer="others:numbers") == numbers.page(stream="letters") == []


def test_two_who_send_one_letter_at_once_send_it_once(numbers: Numbers) -> None:
    """The second waits for the first, and is then told; each guard removed sends it twice."""
    (letter,) = numbers.bury(7)
    before, outcome = numbers.on_stream(), list[str]()

    def second(work: Callable[[], object]) -> None:
        try:
            work()
        except Conflict as refusal:
            outcome.append(refusal.code)

    works = (
        lambda: numbers.redrive(letter),
        lambda: numbers.redrive_all(count=1),
        lambda: numbers.do(letters.set_aside, letter, "误发"),
    )
    with numbers.database.unit_of_work() as first:
        letters.redrive(first, numbers.redis, letter)
        threads = [Thread(target=second, args=[work]) for work in works]
        for thread in threads:
            thread.start()
        eventually(lambda: _waiting_for_locks(numbers.database), lambda n: n == len(threads), 10)
        first.commit()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == [
        "dead_letter_sent_again",
        "dead_letter_sent_again",
        "dead_letters_changed",
    ]
    assert numbers.on_stream() == before + 1


def _waiting_for_locks(database: Database) -> int:
    with database.unit_of_work() as uow:
        return uow.session.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
        )  # type: ignore[return-value]


def test_two_who_send_everything_at_once_send_each_once(numbers: Numbers) -> None:
    numbers.bury(*range(20))
    before, sent = numbers.on_stream(), list[int]()
    threads = [Thread(target=lambda: sent.append(numbers.redrive_all())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent) == [0, 0, 0, 20]
    assert numbers.on_stream() == before + 20


def test_sending_what_waits_takes_the_number_that_was_seen(numbers: Numbers) -> None:
    numbers.bury(1, 2)
    before = numbers.on_stream()
    with pytest.raises(Conflict, match="dead_letters_changed") as refused:
        numbers.redrive_all(count=1)
    assert refused.value.extra == {"count": 2}
    assert numbers.on_stream() == before
    assert numbers.redrive_all(count=2, consumer="readers:numbers", stream="numbers") == 2
    assert numbers.redrive_all() == 0


def test_what_was_set_aside_is_kept_left_out_and_can_still_be_sent(numbers: Numbers) -> None:
    (letter,) = numbers.bury(7)
    numbers.do(letters.set_aside, letter, "误发")
    with pytest.raises(Conflict, match="dead_letter_set_aside"):
        numbers.do(letters.set_aside, letter, "再次")
    assert numbers.redrive_all() == 0
    (shown,) = numbers.page(state="set_aside")
    assert shown["set_aside_reason"] == "误发"
    assert shown["set_aside_at"] == numbers.database.clock.now()
    numbers.redrive(letter)
    numbers.reader.consume_once()
    assert numbers.effects() == [7]
    assert numbers.page()[0]["set_aside_reason"] == "误发"


def test_what_is_not_there_is_unknown(numbers: Numbers) -> None:
    for work in (
        lambda: numbers.redrive(new_id()),
        lambda: numbers.do(letters.set_aside, new_id(), "误发"),
        lambda: numbers.do(letters.get, new_id()),
    ):
        with pytest.raises(NotFound, match="dead_letter_unknown"):
            work()


def step(numbers: Numbers, told: list[int], name: str, value: Any) -> None:
    """Do one thing that may happen; what concerns a letter concerns the newest that waits."""
    waiting = [letter["id"] for letter in numbers.page(state="waiting")][:1]
    if name == "publish":
        numbers.publish(value)
        told.append(value)
    elif name == "republish":
        numbers.relay.republish(numbers.database.clock.now().replace(year=2020))
        numbers.relay.relay_once()
    elif name == "redrive_all":
        numbers.redrive_all(commit=value)
    for letter in waiting if name == "redrive" else ():
        numbers.redrive(letter, commit=value)
    for letter in waiting if name == "set_aside" else ():
        numbers.do(letters.set_aside, letter, "误发")


STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["publish", "break", "mend"]), st.integers(1, 4)),
        st.tuples(st.sampled_from(["redrive", "redrive_all"]), st.booleans()),
        st.tuples(st.sampled_from(["consume", "set_aside", "republish"]), st.none()),
    ),
    max_size=14,
)


@given(steps=STEPS)
@settings(
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_done_to_letters_each_message_is_applied_once(
    numbers: Numbers, steps: list[tuple[str, Any]]
) -> None:
    """A process that dies between sending and committing is a transaction that is not committed."""
    numbers.begin_again()
    told: list[int] = []
    for name, value in steps:
        if name == "consume":
            numbers.reader.consume_once()
        elif name == "break":
            numbers.broken.add(value)
        elif name == "mend":
            numbers.broken.discard(value)
        else:
            step(numbers, told, name, value)
    numbers.broken = set()
    numbers.reader.consume_once()
    numbers.redrive_all()
    for letter in numbers.page(state="set_aside"):
        numbers.redrive(letter["id"])
    numbers.reader.consume_once()
    assert numbers.effects() == sorted(told)
    assert numbers.page(state="waiting") == []
    assert all(letter["applied"] for letter in numbers.page())
