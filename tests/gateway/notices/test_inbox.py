"""One inbox a member: nothing twice, whatever arrives in which order and how often."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from services.gateway.retention import rules
from shared.clock import FixedClock
from shared.ids import new_id
from shared.messaging.envelope import Envelope
from shared.retention import Kept
from shared.retention.rules import keep_no_longer
from tests.gateway.notices.conftest import Post, requested


def test_what_one_is_told_is_in_the_own_inbox_in_the_own_language(post: Post) -> None:
    member, other = post.member(), post.member()
    told = post.tell(member)
    inbox = post.inbox(member)
    (notice,) = inbox["items"]
    assert (notice["text"], notice["kind"]) == ("“Lecture” begins at 10:00.", "event.reminder.hour")
    assert (notice["subject_type"], notice["subject_id"]) == ("event", told.data["subject_id"])
    assert (notice["read"], inbox["unread"]) == (False, 1)
    chinese = post.call(member, "GET", "/inbox", **{"Accept-Language": "zh-CN"}).json
    assert chinese["items"][0]["text"] == "专题党课将于 10:00 开始。"
    assert post.inbox(other) == {"items": [], "next_cursor": None, "unread": 0}


def test_pages_go_from_the_newest_to_the_oldest(post: Post) -> None:
    member = post.member()
    # Three at each moment, so that a page ends between equals.
    keys = [f"{n}" for n in range(12)]
    for n, key in enumerate(keys):
        post.tell(member, key=key, en=key, ago=n // 3)
    seen: list[str] = []
    cursor: dict[str, Any] = {}
    while True:
        page = post.inbox(member, limit=5, **cursor)
        assert page["unread"] == 12
        seen += [notice["text"] for notice in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert sorted(seen, key=int) == keys
    assert [int(text) // 3 for text in seen] == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_reading_is_noted_for_oneself_alone(post: Post) -> None:
    member, other = post.member(), post.member()
    for _ in range(3):
        post.tell(member, other)
    first = post.inbox(member)["items"][0]
    read = post.call(member, "POST", f"/inbox/{first['id']}/read")
    assert (read.status_code, read.json) == (200, first | {"read": True})
    assert post.call(member, "POST", f"/inbox/{first['id']}/read").status_code == 200
    assert [post.inbox(who)["unread"] for who in (member, other)] == [2, 3]
    assert post.call(member, "POST", "/inbox/read-all").json == {"unread": 0}
    assert [post.inbox(who)["unread"] for who in (member, other)] == [0, 3]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nobody_reads_what_is_not_the_own(post: Post, language: str) -> None:
    member, other = post.member(), post.member()
    post.tell(member)
    notice = post.inbox(member)["items"][0]["id"]
    for unknown in (notice, str(new_id())):
        answer = post.call(other, "POST", f"/inbox/{unknown}/read", **{"Accept-Language": language})
        assert (answer.status_code, answer.json["code"]) == (404, "notice_unknown")
        assert ("没有这条通知" in answer.json["detail"]) is (language == "zh")
    assert post.inbox(member)["unread"] == 1


def test_when_something_was_read_is_known_to_nobody(post: Post) -> None:
    with post.database.engine.connect() as connection:
        columns = connection.execute(
            text(
                "SELECT column_name, data_type FROM information_schema.columns"
                " WHERE table_name = 'notices' AND column_name LIKE '%read%'"
            )
        ).all()
    assert [tuple(row) for row in columns] == [("read", "boolean")]


def test_what_is_older_than_half_a_year_is_forgotten(post: Post, clock: FixedClock) -> None:
    member = post.member()
    post.tell(member, en="old")
    clock.advance(1)
    post.tell(member, en="new")
    clock.advance(180 * 86_400)
    given_up = keep_no_longer(post.database, rules(Kept()))
    assert given_up is not None
    assert given_up["notices"] == 1
    assert [notice["text"] for notice in post.inbox(member)["items"]] == ["new"]


MEMBERS = [UUID(int=n) for n in range(1, 5)]
REQUESTS = st.lists(
    st.tuples(
        st.sampled_from("abc"),  # the key
        st.sets(st.sampled_from(MEMBERS), min_size=1),
        st.integers(0, 3),  # seconds
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(asked=REQUESTS, data=st.data())
def test_any_order_and_any_repetition_makes_the_same_inbox(
    post: Post, asked: list[tuple[str, set[UUID], int]], data: st.DataObject
) -> None:
    """What a key says and when it was said is one thing, as those who tell see to."""
    with post.database.unit_of_work() as uow:
        uow.session.execute(text("DELETE FROM notices"))
        uow.commit()
    said = {key: second for key, _, second in asked}
    messages = [
        requested(
            *sorted(members),
            at=post.now() - timedelta(seconds=said[key]),
            key=key,
            subject_id=str(UUID(int=ord(key))),
            en=key,
        )
        for key, members, _ in asked
    ]
    wanted: dict[UUID, set[str]] = {member: set() for member in MEMBERS}
    for key, members, _ in asked:
        for member in members:
            wanted[member].add(key)

    arriving = data.draw(
        st.permutations([*messages, *data.draw(st.lists(st.sampled_from(messages)))])
    )
    cuts = data.draw(st.integers(1, len(arriving)))
    for first in range(0, len(arriving), cuts):
        post.deliver(*arriving[first : first + cuts])

    for member in MEMBERS:
        found = [notice["text"] for notice in post.inbox(member)["items"]]
        assert sorted(found) == sorted(wanted[member])
        assert [said[key] for key in found] == sorted(said[key] for key in found)


def test_a_message_that_breaks_the_contract_is_not_taken(post: Post) -> None:
    member = post.member()
    good = requested(member, at=post.now())
    bad = Envelope(new_id(), good.type, good.key, good.created_at, good.data | {"read": True})
    with pytest.raises(ValueError, match="read"):
        post.deliver(good, bad)
    assert post.inbox(member)["items"] == []


class TestPreferences:
    def test_reminders_can_be_switched_off_kind_by_kind(self, post: Post) -> None:
        member, other = post.member(), post.member()
        before = post.call(member, "GET", "/notice-preferences").json["items"]
        assert [item["kind"] for item in before if item["on"]] == [
            "event.reminder.day", "event.reminder.hour", "cadence.due_soon", "cadence.overdue",
        ]  # fmt: skip
        assert before[0]["name"] == "Reminders the day before an event"
        put = post.call(member, "PUT", "/notice-preferences", {"off": ["event.reminder.day"]})
        assert [item["on"] for item in put.json["items"]] == [False, True, True, True]
        assert post.call(member, "GET", "/notice-preferences").json == put.json
        for kind in ("event.reminder.day", "event.reminder.hour", "event.cancelled"):
            post.tell(member, other, kind=kind, en=kind)
        told = {n["text"] for n in post.inbox(member)["items"]}
        assert told == {"event.reminder.hour", "event.cancelled"}
        assert len(post.inbox(other)["items"]) == 3
        post.call(member, "PUT", "/notice-preferences", {"off": []})
        post.tell(member, kind="event.reminder.day", en="again")
        assert "again" in {notice["text"] for notice in post.inbox(member)["items"]}

    @pytest.mark.parametrize(
        "kind", ["event.cancelled", "event.changed", "claim.rejected.2", "adjustment.proposed", ""]
    )
    def test_decisions_and_changes_cannot_be_switched_off(self, post: Post, kind: str) -> None:
        member = post.member()
        refused = post.call(member, "PUT", "/notice-preferences", {"off": [kind]})
        assert (refused.status_code, refused.json["code"]) == (422, "fields_invalid")
        assert all(i["on"] for i in post.call(member, "GET", "/notice-preferences").json["items"])


class TestConsents:
    def test_each_yes_is_good_for_one_message(self, post: Post, openid: str) -> None:
        member = post.member(openid)
        body = {"accepted": ["event_reminder", "decision"]}
        first = post.call(member, "POST", "/notice-consents", body)
        assert first.status_code == 201
        assert first.json == {
            "items": [
                {"template": "event_reminder", "template_id": "wx-event_reminder", "left": 1},
                {"template": "event_news", "template_id": "wx-event_news", "left": 0},
                {"template": "decision", "template_id": "wx-decision", "left": 1},
            ]
        }
        post.call(member, "POST", "/notice-consents", {"accepted": ["decision"]})
        read = post.call(member, "GET", "/notice-consents").json
        assert [item["left"] for item in read["items"]] == [1, 0, 2]

    def test_a_yes_sent_again_counts_once(self, post: Post, openid: str) -> None:
        member = post.member(openid)
        for _ in range(3):
            body = {"accepted": ["decision", "decision"]}
            answer = post.call(
                member, "POST", "/notice-consents", body, **{"Idempotency-Key": "tap-1"}
            )
            assert answer.status_code == 201
        assert post.left(member) == {"decision": 1}

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_without_wechat_there_is_nothing_to_allow(self, post: Post, language: str) -> None:
        member = post.member()
        body = {"accepted": ["decision"]}
        answer = post.call(
            member, "POST", "/notice-consents", body, **{"Accept-Language": language}
        )
        assert (answer.status_code, answer.json["code"]) == (409, "wechat_unbound")
        assert ("尚未绑定微信" in answer.json["detail"]) is (language == "zh")
        assert post.left(member) == {}

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_a_template_that_is_not_set_up_cannot_be_allowed(
        self, post: Post, openid: str, language: str
    ) -> None:
        member = post.member(openid)
        body = {"accepted": ["decision", "duty"]}
        answer = post.call(
            member, "POST", "/notice-consents", body, **{"Accept-Language": language}
        )
        assert (answer.status_code, answer.json["code"]) == (409, "template_not_set_up")
        assert ("尚未开通" in answer.json["detail"]) is (language == "zh")
        assert post.left(member) == {}

    @pytest.mark.parametrize(
        "body", [{}, {"accepted": []}, {"accepted": ["advertisement"]}, {"accepted": "decision"}]
    )
    def test_only_known_templates_can_be_allowed(
        self, post: Post, openid: str, body: dict[str, Any]
    ) -> None:
        member = post.member(openid)
        assert post.call(member, "POST", "/notice-consents", body).status_code == 422
        assert post.left(member) == {}
