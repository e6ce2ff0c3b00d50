"""What is due is sent once, by day, to those who allowed it, and only if it is still true."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import orjson
import pytest
from redis import Redis
from sqlalchemy import text

from services.demo.wechat_messages import Messenger
from services.gateway.notices import sending, statements
from services.gateway.notices.quiet_hours import QuietHours
from services.gateway.notices.sending import Sender
from services.gateway.notices.storing import SENT_WITHIN
from shared.clock import FixedClock
from tests.gateway.conftest import OPENID_KEY, TEMPLATES
from tests.gateway.notices.conftest import MakeSender, Post

HOUR = 3600.0


def drain(sender: Sender) -> int:
    """Send until nothing is due; return how many WeChat took."""
    sent = 0
    while outcomes := sender.send_once():
        sent += sum(outcome.state == "sent" for outcome in outcomes)
    return sent


def test_what_was_allowed_is_sent_once_and_uses_the_consent(
    post: Post, sender: Sender, messenger: Messenger, openid: str
) -> None:
    member = post.member(openid, event_reminder=2)
    post.tell(member)
    assert drain(sender) == 1
    assert drain(sender) == 0
    assert [m["touser"] for m in messenger.sent] == [openid]
    assert post.states(member) == [("sent", None)]
    assert post.left(member) == {"event_reminder": 1}


def test_a_message_that_comes_again_is_not_sent_again(
    post: Post, sender: Sender, messenger: Messenger, openid: str
) -> None:
    member = post.member(openid, event_reminder=5)
    message = post.tell(member)
    assert drain(sender) == 1
    post.deliver(message)
    post.tell(member, key=message.data["key"], zh="别的话")
    assert drain(sender) == 0
    assert len(messenger.sent) == 1


@pytest.mark.parametrize(
    ("allowed", "changes", "reason"),
    [
        ({}, {}, "no_consent"),
        ({"decision": 1}, {}, "no_consent"),
        ({"event_reminder": 1}, {"template": "duty"}, "no_template"),
    ],
)
def test_what_cannot_be_sent_stays_in_the_inbox(
    post: Post,
    sender: Sender,
    messenger: Messenger,
    openid: str,
    allowed: dict[str, int],
    changes: dict[str, Any],
    reason: str,
) -> None:
    member = post.member(openid, **allowed)
    post.tell(member, **changes)
    assert drain(sender) == 0
    assert post.states(member) == [("dropped", reason)]
    assert len(post.inbox(member)["items"]) == 1
    assert post.left(member) == allowed


def test_without_wechat_or_without_a_template_there_is_only_the_inbox(
    post: Post, sender: Sender, messenger: Messenger
) -> None:
    member = post.member()
    post.tell(member, key="1")
    post.tell(member, key="2", template=None, data={}, ago=1)
    assert drain(sender) == 0
    assert post.states(member) == [(None, None), ("dropped", "no_wechat")]
    assert len(post.inbox(member)["items"]) == 2


def test_at_most_as_many_are_sent_as_were_allowed(
    post: Post, sender: Sender, messenger: Messenger, openid: str
) -> None:
    member = post.member(openid, event_reminder=3)
    for n in range(5):
        post.tell(member, key=str(n), ago=10 - n)
    assert drain(sender) == 3
    assert [state for state, _ in post.states(member)] == ["sent"] * 3 + ["dropped"] * 2
    assert post.left(member) == {"event_reminder": 0}


class TestTruth:
    """What is no longer true or no longer useful is not sent."""

    def test_of_several_that_wait_about_one_thing_the_newest_is_sent(
        self, post: Post, sender: Sender, messenger: Messenger, openid: str
    ) -> None:
        member = post.member(openid, event_reminder=1, event_news=1)
        first = post.tell(member, ago=60)
        about = {"subject_id": first.data["subject_id"]}
        post.tell(member, **about, template="event_news", kind="event.cancelled")
        post.tell(member, ago=30)
        assert drain(sender) == 2
        assert post.states(member) == [("dropped", "superseded"), ("sent", None), ("sent", None)]

    def test_a_reminder_of_what_is_cancelled_is_not_sent_even_where_the_news_cannot_be(
        self, post: Post, sender: Sender, messenger: Messenger, openid: str
    ) -> None:
        member = post.member(openid, event_reminder=1)
        first = post.tell(member, ago=60)
        about = {"subject_id": first.data["subject_id"]}
        post.tell(member, **about, template="event_news", kind="event.cancelled")
        assert drain(sender) == 0
        assert post.states(member) == [("dropped", "superseded"), ("dropped", "no_consent")]

    def test_what_is_over_is_not_sent(
        self, post: Post, sender: Sender, messenger: Messenger, openid: str, clock: FixedClock
    ) -> None:
        member = post.member(openid, event_reminder=3)
        soon = clock.now() + timedelta(minutes=10)
        post.tell(member, key="1", expires_at=soon.isoformat())
        clock.advance(599)
        assert drain(sender) == 1
        post.tell(member, key="2", expires_at=soon.isoformat())
        clock.advance(1)
        assert drain(sender) == 0
        assert post.states(member) == [("sent", None), ("dropped", "over")]

    def test_what_could_not_be_sent_for_days_is_no_news_any_more(
        self, post: Post, sender: Sender, messenger: Messenger, openid: str, clock: FixedClock
    ) -> None:
        member = post.member(openid, event_reminder=1)
        post.tell(member)
        clock.advance(SENT_WITHIN.total_seconds())
        assert drain(sender) == 0
        assert post.states(member) == [("dropped", "over")]


class TestNight:
    """22:00–07:00; the fixed clock stands at 09:00."""

    def test_what_comes_at_night_waits_for_the_morning(
        self, post: Post, sender: Sender, messenger: Messenger, openid: str, clock: FixedClock
    ) -> None:
        member = post.member(openid, event_reminder=2)
        clock.advance(13 * HOUR)
        post.tell(member, key="at 22:00")
        assert drain(sender) == 0
        clock.advance(9 * HOUR - 1)
        post.tell(member, key="at 06:59:59")
        assert drain(sender) == 0
        assert [state for state, _ in post.states(member)] == ["due", "due"]
        clock.advance(1)
        assert drain(sender) == 2

    def test_what_came_by_day_but_could_not_be_sent_waits_too(
        self, post: Post, sender: Sender, messenger: Messenger, openid: str, clock: FixedClock
    ) -> None:
        member = post.member(openid, event_reminder=1)
        clock.advance(13 * HOUR - 1)
        post.tell(member)
        messenger.failing = [-1]
        assert drain(sender) == 0
        clock.advance(60)
        assert drain(sender) == 0
        clock.advance(9 * HOUR)
        assert drain(sender) == 1

    def test_urgent_news_come_at_once(
        self, post: Post, sender: Sender, messenger: Messenger, openid: str, clock: FixedClock
    ) -> None:
        member = post.member(openid, event_reminder=2)
        clock.advance(15 * HOUR)
        post.tell(member, key="1", ago=1)
        post.tell(member, key="2", urgent=True)
        assert drain(sender) == 1
        assert [state for state, _ in post.states(member)] == ["due", "sent"]

    def test_what_is_no_use_in_the_morning_is_not_sent_then(
        self, post: Post, sender: Sender, messenger: Messenger, openid: str, clock: FixedClock
    ) -> None:
        member = post.member(openid, event_reminder=2)
        clock.advance(20 * HOUR)
        starts = clock.now() + timedelta(hours=1)
        post.tell(member, expires_at=starts.isoformat())
        clock.advance(2 * HOUR)
        assert drain(sender) == 0
        assert post.states(member) == [("dropped", "over")]

    def test_a_city_may_have_no_quiet_hours(
        self, post: Post, make_sender: MakeSender, openid: str, clock: FixedClock
    ) -> None:
        member = post.member(openid, event_reminder=1)
        clock.advance(15 * HOUR)
        post.tell(member)
        assert drain(make_sender(quiet_hours=QuietHours.read("00:00-00:00"))) == 1


class TestRefusals:
    def test_who_took_back_the_consent_is_asked_for_no_more(
        self, post: Post, sender: Sender, messenger: Messenger, openid: str
    ) -> None:
        member = post.member(openid, event_reminder=4)
        messenger.consents.clear()
        post.tell(member, key="1", ago=1)
        assert drain(sender) == 0
        assert post.states(member) == [("refused", "wechat_43101")]
        assert post.left(member) == {"event_reminder": 0}

    def test_a_refusal_that_is_not_the_members_leaves_the_consent(
        self, post: Post, sender: Sender, messenger: Messenger, openid: str
    ) -> None:
        member = post.member(openid, event_reminder=1)
        messenger.failing = [47003]
        post.tell(member)
        assert drain(sender) == 0
        assert post.states(member) == [("refused", "wechat_47003")]
        assert post.left(member) == {"event_reminder": 1}

    def test_a_busy_wechat_is_asked_again_in_a_minute_and_the_quota_in_an_hour(
        self, post: Post, sender: Sender, messenger: Messenger, openid: str, clock: FixedClock
    ) -> None:
        member = post.member(openid, event_reminder=1)
        messenger.failing = [-1, 45009]
        post.tell(member)
        assert [outcome.state for outcome in sender.send_once()] == ["later"]
        assert post.left(member) == {"event_reminder": 1}
        assert sender.send_once() == []
        clock.advance(60)
        assert [outcome.error for outcome in sender.send_once()] == ["wechat_45009"]
        clock.advance(HOUR - 1)
        assert sender.send_once() == []
        clock.advance(1)
        assert drain(sender) == 1
        assert len(messenger.sent) == 1

    def test_an_openid_sealed_under_another_key_is_the_operators_matter(
        self, post: Post, sender: Sender, openid: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        member = post.member(openid, event_reminder=1)
        with post.database.unit_of_work() as uow:
            uow.session.execute(text("UPDATE wechat_identities SET openid_sealed = '\\x00'"))
            uow.commit()
        post.tell(member)
        assert drain(sender) == 0
        assert post.states(member) == [("refused", "openid_unreadable")]
        assert "OPENID_KEY" in caplog.text

    def test_while_wechat_is_away_everything_waits(
        self, post: Post, make_sender: MakeSender, openid: str, clock: FixedClock
    ) -> None:
        member = post.member(openid, event_reminder=1)
        post.tell(member)
        away = make_sender("http://127.0.0.1:9")
        assert [outcome.state for outcome in away.send_once()] == ["later"]
        assert post.states(member) == [("due", "no_token: ConnectError")]
        assert post.left(member) == {"event_reminder": 1}
        clock.advance(60)
        assert drain(make_sender()) == 1


def test_many_senders_at_once_send_each_once_and_overdraw_no_consent(
    post: Post, make_sender: MakeSender, messenger: Messenger
) -> None:
    openids = [f"o-race-{n:03}" for n in range(40)]
    members = [post.member(openid, event_reminder=2) for openid in openids]
    for n in range(3):
        post.tell(*members, key=str(n), ago=n)
    senders = [make_sender() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(drain, senders)) == 80
    # What one passed over because another held it is judged at the next look.
    drain(senders[0])
    assert sorted(m["touser"] for m in messenger.sent) == sorted(openids * 2)
    for member in members:
        assert sorted(state or "" for state, _ in post.states(member)) == [
            "dropped",
            "sent",
            "sent",
        ]
        assert post.left(member) == {"event_reminder": 0}


def test_the_race_shows_what_the_locks_are_for(
    post: Post, make_sender: MakeSender, messenger: Messenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without them two senders take the same notice, or the same consent."""
    unguarded = str(statements.CLAIM).replace("FOR UPDATE OF n, c SKIP LOCKED", "")
    monkeypatch.setattr(statements, "CLAIM", text(unguarded))
    members = [post.member(f"o-race-{n:03}", event_reminder=1) for n in range(40)]
    for n in range(4):
        post.tell(*members, key=str(n), ago=n)
    senders = [make_sender() for _ in range(4)]
    went_wrong = 0
    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(drain, sender) for sender in senders]:
            went_wrong += future.exception() is not None
    assert went_wrong or len(messenger.sent) > 40


class TestInterrupted:
    """A sender that dies with WeChat's answer, or before it: never a second message."""

    def test_what_was_interrupted_is_called_unknown_and_left_alone(
        self, post: Post, sender: Sender, messenger: Messenger, openid: str, clock: FixedClock
    ) -> None:
        member = post.member(openid, event_reminder=3)
        post.tell(member)
        sender._claim()
        assert post.states(member) == [("sending", None)]
        clock.advance(599)
        assert drain(sender) == 0
        assert post.states(member) == [("sending", None)]
        clock.advance(1)
        assert drain(sender) == 0
        assert post.states(member) == [("unknown", "interrupted")]
        assert messenger.sent == []
        assert post.left(member) == {"event_reminder": 2}

    @pytest.mark.fault
    @pytest.mark.parametrize(
        ("point", "arrived"), [("notices_before_send", 0), ("notices_after_send", 3)]
    )
    def test_a_worker_killed_between_two_steps_sends_nothing_twice(
        self,
        post: Post,
        messenger: Messenger,
        wechat_url: str,
        redis_url: str,
        redis_client: Redis,
        point: str,
        arrived: int,
    ) -> None:
        members = [post.member(f"o-{point}-{n}", event_reminder=2) for n in range(3)]
        # The worker has the machine's clock.
        with post.database.unit_of_work() as uow:
            now = uow.session.scalar(text("SELECT now()"))
        ago = (post.now() - now).total_seconds()
        post.tell(*members, ago=ago)
        environment = {
            "DATABASE_URL": post.database.url,
            "REDIS_URL": redis_url,
            "OPENID_KEY": OPENID_KEY.decode(),
            "WECHAT_API_URL": wechat_url,
            "WECHAT_APP_ID": "wx-test",
            "WECHAT_APP_SECRET": "app-secret",
            "WECHAT_TEMPLATES": setting(),
            "QUIET_HOURS": "00:00-00:00",
        }
        died = worker(environment | {"CRASH_AT": point})
        try:
            assert died.wait(30) == -signal.SIGKILL
        finally:
            died.kill()
        assert len(messenger.sent) == arrived

        # Started again, it works, and leaves alone what the one before had begun.
        again = worker(environment)
        try:
            later = post.member("o-later", event_reminder=1)
            post.tell(later, ago=ago)
            eventually(lambda: post.states(later) == [("sent", None)])
            again.send_signal(signal.SIGTERM)
            assert again.wait(20) == 0
        finally:
            again.kill()
        assert len(messenger.sent) == arrived + 1
        for member in members:
            assert post.states(member) == [("sending", None)]
            assert post.left(member) == {"event_reminder": 1}


def test_the_loop_goes_on_sending_until_it_is_told_to_stop(
    post: Post, sender: Sender, messenger: Messenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_IDLE_SECONDS", 0.05)
    members = [post.member(f"o-loop-{n:02}", event_reminder=1) for n in range(40)]
    stop = Event()
    thread = Thread(target=sender.run, args=(stop,))
    thread.start()
    try:
        post.tell(*members)
        eventually(lambda: len(messenger.sent) == 40)
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def worker(environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "services.gateway.worker"], env=os.environ | environment
    )


def setting() -> str:
    """The templates of these tests as the setting has them."""
    return orjson.dumps(
        {name: {"id": t.id, "fields": dict(t.fields)} for name, t in TEMPLATES.items()}
    ).decode()


def eventually(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
