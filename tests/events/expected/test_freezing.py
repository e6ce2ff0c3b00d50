"""Once an event is over, 应到 stays what it was: whoever joins or leaves later changes nothing."""

import pytest

from tests.events.expected.conftest import HERE, Branch


@pytest.mark.parametrize("how", ["closed by hand", "over by itself"])
def test_who_was_expected_stays_expected_once_the_event_is_over(branch: Branch, how: str) -> None:
    came, leaves = branch.members("A1", "A2")
    event, tomorrow = branch.meeting(), branch.meeting(
        starts_at="2026-11-24T14:00:00+08:00", ends_at="2026-11-24T16:00:00+08:00"
    )  # fmt: skip
    branch.tick(event, came)
    assert branch.let_the_worker_freeze() == 0
    if how == "closed by hand":
        branch.secretary.post(f"/events/{event}/close")
    else:
        branch.clock.advance(3600)
    assert branch.let_the_worker_freeze() == 1
    branch.leave_the_branch(leaves)
    branch.members("A3", "A4")
    assert branch.counts(event) == (2, 1, 0, 1, 0)
    assert branch.expected(event)["frozen_at"] is not None
    assert [i["member_no"] for i in branch.expected(event)["items"]] == ["A1", "A2"]
    assert branch.counts(tomorrow)[0] == 3
    assert branch.let_the_worker_freeze() == 0


def test_an_event_that_is_put_off_after_all_is_frozen_once_more(branch: Branch) -> None:
    branch.members("A1")
    event = branch.meeting()
    branch.clock.advance(3600)
    branch.let_the_worker_freeze()
    branch.members("A2")
    later = {"starts_at": "2026-11-24T14:00:00+08:00", "ends_at": "2026-11-24T16:00:00+08:00"}
    assert branch.secretary.patch(event, later, version=2).status_code == 200
    assert branch.counts(event)[0] == 2
    assert branch.let_the_worker_freeze() == 0
    branch.clock.advance(40 * 3600)
    assert branch.let_the_worker_freeze() == 1
    branch.members("A3")
    assert branch.counts(event)[0] == 2


def test_seats_are_frozen_as_they_were_and_names_as_they_stand(branch: Branch) -> None:
    first, second = branch.members("A1", "A2")
    named, asked = branch.meeting("committee_meeting"), branch.meeting("lecture")
    branch.name(named, first)
    branch.secretary.send("PUT", f"/events/{asked}/registration", {}, **{"If-Match": '"0"'})
    branch.secretary.post(f"/events/{asked}/registrations/{first.id}", {"reason": "电话"})
    branch.clock.advance(3600)
    branch.let_the_worker_freeze()
    branch.secretary.post(f"/events/{asked}/registrations/{second.id}", {"reason": "补录"})
    assert (branch.counts(named)[0], branch.counts(asked)[0]) == (1, 1)
    # A list of names may still be put right until the event is closed.
    branch.name(named, first, second, version=1)
    branch.let_the_worker_freeze()
    assert branch.counts(named)[0] == 2


def test_drafts_and_what_was_called_off_are_never_frozen(branch: Branch) -> None:
    branch.members("A1")
    body = {"category": "theme_day", "starts_at": "2026-11-23T08:00:00+08:00",
            "ends_at": "2026-11-23T08:30:00+08:00"}  # fmt: skip
    draft = branch.people.made(branch.secretary, HERE, **body)["id"]
    off = branch.people.published(branch.secretary, HERE, **body)["id"]
    branch.secretary.post(f"/events/{off}/cancel", {"reason": "雨"})
    assert branch.let_the_worker_freeze() == 0
    for event in (draft, off):
        query = "SELECT list_frozen_at FROM events WHERE id = :event"
        assert branch.stored(query, event) == [None]


def test_where_nobody_in_particular_is_expected_nothing_is_written(branch: Branch) -> None:
    branch.members("A1")
    event = branch.meeting("culture")
    branch.clock.advance(3600)
    assert branch.let_the_worker_freeze() == 1
    assert branch.counts(event) == (None, 0, 0, 0, 0)
    assert branch.stored("SELECT 1 FROM expected_members WHERE event_id = :event", event) == []
