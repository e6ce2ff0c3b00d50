"""Undone, annulled, restored: points follow by revisions, and the log knows who did it."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from shared.ids import new_id
from tests.events.door import Event, MakeEvent, check_ins, news
from tests.events.ways import Ways


def correct(ways: Ways, event: Event, check_in: Any, what: str, **more: Any) -> Any:
    body = None if what == "undo" else {"reason": more.pop("reason", "代签")}
    return ways.staff(event, "POST", f"/check-ins/{check_in['id']}/{what}", body, **more)


def told(ways: Ways) -> list[tuple[str, int]]:
    return [(message["state"], message["revision"]) for message in news(ways.database)]


@pytest.mark.parametrize("way", ["pass", "desk", "list"])
def test_a_slip_of_the_finger_is_taken_back_and_keeps_nobody_out(
    ways: Ways, event: Event, way: str
) -> None:
    member = ways.member()
    ticked = ways.go(way, event, member)
    ways.later(seconds=120)
    undone = correct(ways, event, ticked, "undo")
    assert (undone.status_code, undone.json["state"]) == (200, "annulled")
    assert told(ways) == [("present", 1), ("annulled", 2)]
    assert news(ways.database)[-1]["reason"]
    came = ways.go("code", event, member)
    assert (came["status"], came["id"], came["state"]) == (201, ticked["id"], "present")
    assert (came["method"], came["reason"], came["annulled_by"]) == ("code", None, None)
    assert told(ways)[-1] == ("present", 3)


def test_only_the_own_and_only_for_two_minutes_is_it_a_slip(
    ways: Ways, make_event: MakeEvent
) -> None:
    colleague = new_id()
    event = make_event(roles={colleague: "organiser"})
    ticked = ways.go("desk", event, ways.member())
    other = correct(ways, event, ticked, "undo", by=colleague)
    assert (other.status_code, other.json["code"]) == (409, "nothing_to_undo")
    assert correct(ways, event, ticked, "undo", by=new_id()).status_code == 404
    ways.later(seconds=121)
    late = correct(ways, event, ticked, "undo")
    assert (late.status_code, late.json["code"]) == (409, "nothing_to_undo")
    scanned = ways.go("code", event, ways.member())
    own = correct(ways, event, scanned, "undo")
    assert own.json["code"] == "nothing_to_undo", "nobody takes back what a member did"
    assert {state for state, _ in told(ways)} == {"present"}


def test_what_was_undone_is_undone_once(ways: Ways, event: Event) -> None:
    ticked = ways.go("desk", event, ways.member())
    assert correct(ways, event, ticked, "undo").status_code == 200
    again = correct(ways, event, ticked, "undo")
    assert (again.status_code, again.json["code"]) == (409, "check_in_annulled")
    restored = correct(ways, event, ticked, "restore")
    assert (restored.status_code, restored.json["code"]) == (409, "nothing_to_restore")
    ticked_again = ways.go("desk", event, ticked["member_id"])
    assert (ticked_again["id"], ticked_again["state"]) == (ticked["id"], "present")
    assert [state for state, _ in told(ways)] == ["present", "annulled", "present"]


def test_a_departure_that_was_a_slip_is_taken_back_as_well(
    ways: Ways, make_event: MakeEvent
) -> None:
    event = make_event(category="volunteering")
    member = ways.member()
    check_in = ways.go("code", event, member)
    ways.later(minutes=5)
    seen_out = ways.staff(
        event, "POST", f"/events/{event.id}/check-outs", {"member_id": str(member)}
    )
    assert seen_out.json["check_in"]["checked_out_at"] is not None
    undone = correct(ways, event, check_in, "undo")
    assert (undone.json["state"], undone.json["checked_out_at"]) == ("present", None)
    assert (undone.json["minutes"], news(ways.database)[-1]["minutes"]) == (None, None)


def test_an_annulment_is_made_good_with_a_reason(ways: Ways, event: Event) -> None:
    check_in = ways.go("code", event, ways.member())
    stands = correct(ways, event, check_in, "restore", reason="查实在场")
    assert (stands.status_code, stands.json["code"]) == (409, "check_in_not_annulled")
    assert correct(ways, event, check_in, "annul").status_code == 200
    assert ways.staff(event, "POST", f"/check-ins/{check_in['id']}/restore", {}).status_code == 422
    restored = correct(ways, event, check_in, "restore", reason="查实在场")
    assert (restored.status_code, restored.json["state"]) == (200, "present")
    assert told(ways) == [("present", 1), ("annulled", 2), ("present", 3)]
    assert news(ways.database)[-1]["reason"] == "查实在场"
    again = ways.go("code", event, check_in["member_id"])
    assert (again["status"], again["already"]) == (200, True)
    (row,) = check_ins(ways.database)
    assert (row["annulled_by"], row["checked_in_at"]) == (None, check_in["checked_in_at"])


def test_a_tick_keeps_its_reason_apart_from_that_of_its_annulment(
    ways: Ways, make_event: MakeEvent
) -> None:
    event = make_event(category="volunteering")
    member = ways.member()
    ticked = ways.go("desk", event, member)
    correct(ways, event, ticked, "annul", reason="代签")
    correct(ways, event, ticked, "restore", reason="查实在场")
    ways.later(minutes=1)
    ways.staff(event, "POST", f"/events/{event.id}/check-outs", {"member_id": str(member)})
    (row,) = check_ins(ways.database)
    assert (row["state"], row["reason"]) == ("present", "查实在场")


def test_corrections_are_noted_by_whom(ways: Ways, event: Event) -> None:
    check_in = ways.go("code", event, ways.member())
    for what in ("annul", "restore", "annul"):
        assert correct(ways, event, check_in, what).status_code == 200
    with ways.database.unit_of_work() as uow:
        acts = uow.session.execute(
            text("SELECT actor_id, action, subject_ids FROM audit_log ORDER BY id")
        ).all()
    assert [act.action.rpartition("/")[2] for act in acts] == ["annul", "restore", "annul"]
    assert {act.actor_id for act in acts} == {event.secretary}
    assert all(UUID(str(check_in["id"])) in act.subject_ids for act in acts)
