"""Everything at a door, a desk and in a file that makes the events service tell of attendance."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.clock import FixedClock
from shared.contracts.attendance import RECORDED_V1
from shared.database import Database
from shared.ids import new_id
from tests.contracts.outbox import Wanted
from tests.events.city import City
from tests.events.door import OTHER, Door, Event, MakeEvent
from tests.events.imports.files import row


@dataclass
class Stage:
    """The running service, and what its tests do to it."""

    database: Database
    client: FlaskClient
    clock: FixedClock
    door: Door
    make_event: MakeEvent
    add_member: Callable[[], UUID]
    city: City
    attendance: Callable[..., dict[str, Any]]

    def scan(self, event: Event, member: UUID | None = None, **more: Any) -> dict[str, Any]:
        """Scan the hall's code, and return the check-in."""
        code = self.door.code(event)["code"]
        return self.checked(self.door.scan(member or new_id(), code=code, **more))

    def tick(self, event: Event, **more: Any) -> dict[str, Any]:
        """Tick a member's name at the desk, and return the check-in."""
        body = {"member_id": str(self.add_member()), "reason": "手机没电", **more}
        return self.checked(self.send(f"/events/{event.id}/check-ins", event.secretary, body))

    def send(self, path: str, member: UUID | str, body: Any = None) -> TestResponse:
        headers = self.door.headers(UUID(str(member)))
        return self.client.post(f"/api/v1{path}", json=body, headers=headers)

    def leave(self, check_in: dict[str, Any]) -> None:
        answer = self.send(f"/check-ins/{check_in['id']}/check-out", check_in["member_id"])
        assert answer.status_code == 200, answer.text

    def annul(self, event: Event, check_in: dict[str, Any]) -> None:
        body = {"reason": "代签"}
        answer = self.send(f"/check-ins/{check_in['id']}/annul", event.secretary, body)
        assert answer.status_code == 200, answer.text

    def kept(self, member: UUID) -> tuple[Event, dict[str, Any]]:
        """Send a scan a minute late, and return the event and the check-in that waits."""
        event, scanned = self.make_event(), self.clock.now().isoformat()
        code = self.door.code(event)["code"]
        self.clock.advance(60)
        return event, self.checked(self.door.scan(member, code=code, scanned_at=scanned))

    def note(self, event: Event, member: UUID, at: datetime) -> None:
        """Tell that staff saw a member where there was no network."""
        device = "device-of-staff-1"
        listed = self.client.get(
            f"/api/v1/events/{event.id}/offline-list?device={device}",
            headers=self.door.headers(event.secretary),
        ).json
        mark = {"client_ref": str(new_id()), "member_id": str(member), "direction": "in"}
        body = {
            "list_token": listed["list_token"],
            "device": device,
            "device_now": self.clock.now().isoformat(),
            "marks": [mark | {"at": at.isoformat()}],
        }
        told = self.send(f"/events/{event.id}/offline-check-ins", event.secretary, body)
        assert told.json["items"][0]["outcome"] == "present", told.text

    def checked(self, answer: TestResponse) -> dict[str, Any]:
        assert answer.status_code == 201, answer.text
        check_in: dict[str, Any] = answer.json["check_in"]
        return check_in


def recorded(**fields: Any) -> Wanted:
    """One attendance told, as it is unless a situation says otherwise."""
    usual = {"role": "participant", "state": "present", "reason": None, "minutes": None}
    return RECORDED_V1, [usual | {"revision": 1} | fields]


def a_code_is_scanned(stage: Stage) -> list[Wanted]:
    begins = stage.clock.now() - timedelta(minutes=5)
    event, member = stage.make_event(starts_at=begins), new_id()
    check_in = stage.scan(event, member)
    return [
        recorded(
            check_in_id=check_in["id"],
            event_id=str(event.id),
            session_id=str(event.session_id),
            member_id=str(member),
            category="lecture",
            tags=[],
            title="党课",
            level=None,
            occurred_at=begins.isoformat(),
        )
    ]


def digits_are_typed(stage: Stage) -> list[Wanted]:
    digits = stage.door.code(stage.make_event())["digits"]
    check_in = stage.checked(stage.door.scan(new_id(), digits=digits))
    return [recorded(check_in_id=check_in["id"])]


def a_claim_is_redeemed(stage: Stage) -> list[Wanted]:
    body = {"code": stage.door.code(stage.make_event())["code"]}
    claim = stage.client.post("/api/v1/code-claims", json=body).json["claim"]
    check_in = stage.checked(stage.door.scan(new_id(), claim=claim))
    return [recorded(check_in_id=check_in["id"])]


def an_event_with_tags_and_a_level(stage: Stage) -> list[Wanted]:
    named = {"tags": ["lecture", "branch_meeting"], "level": "city", "category": "volunteering"}
    stage.scan(stage.make_event(**named, title="“七一”主题党日 & <志愿服务>"))
    return [recorded(**named, title="“七一”主题党日 & <志愿服务>")]


def somebody_comes_early(stage: Stage) -> list[Wanted]:
    begins = stage.clock.now() + timedelta(minutes=20)
    stage.scan(stage.make_event(starts_at=begins, opens_at=stage.clock.now()))
    return [recorded(occurred_at=begins.isoformat())]


def the_lecturer_scans(stage: Stage) -> list[Wanted]:
    lecturer = new_id()
    stage.scan(stage.make_event(roles={lecturer: "lecturer"}), lecturer, path=OTHER)
    return [recorded(role="lecturer")]


def a_name_is_ticked_at_the_desk(stage: Stage) -> list[Wanted]:
    check_in = stage.tick(stage.make_event(), role="helper")
    return [recorded(check_in_id=check_in["id"], role="helper")]


def a_member_checks_out(stage: Stage) -> list[Wanted]:
    check_in = stage.scan(stage.make_event())
    stage.clock.advance(1800)
    stage.leave(check_in)
    stage.leave(check_in)
    return [recorded(), recorded(check_in_id=check_in["id"], minutes=30, revision=2)]


def who_was_ticked_at_the_desk_checks_out(stage: Stage) -> list[Wanted]:
    check_in = stage.tick(stage.make_event())
    stage.clock.advance(600)
    stage.leave(check_in)
    return [recorded(), recorded(minutes=10, revision=2, reason="手机没电")]


def a_check_in_is_annulled(stage: Stage) -> list[Wanted]:
    begins = stage.clock.now()
    event = stage.make_event(starts_at=begins)
    check_in = stage.scan(event)
    stage.annul(event, check_in)
    again = {"check_in_id": check_in["id"], "occurred_at": begins.isoformat()}
    return [recorded(**again), recorded(**again, state="annulled", reason="代签", revision=2)]


def a_check_in_is_annulled_after_the_check_out(stage: Stage) -> list[Wanted]:
    event = stage.make_event()
    check_in = stage.scan(event)
    stage.clock.advance(900)
    stage.leave(check_in)
    stage.annul(event, check_in)
    return [
        recorded(),
        recorded(minutes=15, revision=2),
        recorded(minutes=15, revision=3, state="annulled", reason="代签"),
    ]


def a_file_tells_of_attendance(stage: Stage) -> list[Wanted]:
    member = stage.city.join("P1", "/city/u1/b1/")
    stage.attendance([row("P1", role="讲师", minutes="90")])
    return [
        recorded(
            member_id=str(member),
            category="lecture",
            title="第一季度党课",
            role="lecturer",
            minutes=90,
            occurred_at="2024-03-01T06:00:00+00:00",
        )
    ]


def a_file_corrects_an_earlier_one(stage: Stage) -> list[Wanted]:
    stage.city.join("P1", "/city/u1/b1/")
    for minutes in ("60", "60", "90"):
        stage.attendance([row("P1", minutes=minutes)])
    return [recorded(minutes=60), recorded(minutes=90, revision=2)]


def a_file_says_nothing_of_the_hours(stage: Stage) -> list[Wanted]:
    stage.city.join("P1", "/city/u1/b1/")
    stage.attendance([row("P1", category="志愿服务")])
    return [recorded(category="volunteering", minutes=120)]


def the_same_request_comes_again(stage: Stage) -> list[Wanted]:
    event, member, ref = stage.make_event(), new_id(), new_id()
    code = stage.door.code(event)["code"]
    for _ in range(2):
        stage.checked(stage.door.scan(member, code=code, client_ref=ref))
    assert stage.door.scan(member, code=code).json["already"] is True
    return [recorded()]


def an_annulled_member_scans_again(stage: Stage) -> list[Wanted]:
    event, member = stage.make_event(), new_id()
    stage.annul(event, stage.scan(event, member))
    code = stage.door.code(event)["code"]
    assert stage.door.scan(member, code=code).json["code"] == "check_in_annulled"
    return [recorded(), recorded(state="annulled", reason="代签", revision=2)]


def a_scan_kept_without_network_is_confirmed(stage: Stage) -> list[Wanted]:
    event, check_in = stage.kept(new_id())
    path = f"/check-ins/{check_in['id']}/confirm"
    assert stage.send(path, event.secretary).status_code == 200
    return [recorded(check_in_id=check_in["id"])]


def whoever_waits_scans_once_more(stage: Stage) -> list[Wanted]:
    member = new_id()
    event, check_in = stage.kept(member)
    again = stage.door.scan(member, code=stage.door.code(event)["code"])
    assert (again.status_code, again.json["check_in"]["id"]) == (200, check_in["id"])
    return [recorded(check_in_id=check_in["id"])]


def a_kept_scan_is_not_confirmed(stage: Stage) -> list[Wanted]:
    event, check_in = stage.kept(new_id())
    stage.annul(event, check_in)
    stage.scan(event)
    return [recorded()]


def staff_tell_whom_they_saw_without_network(stage: Stage) -> list[Wanted]:
    event, lecturer = stage.make_event(), stage.add_member()
    stage.note(event, lecturer, stage.clock.now())
    return [recorded(member_id=str(lecturer), event_id=str(event.id))]


def staff_tell_of_an_earlier_day(stage: Stage) -> list[Wanted]:
    first = stage.clock.now()
    ends = first + timedelta(days=3)
    event, member = (
        stage.make_event(starts_at=first, ends_at=ends, closes_at=ends),
        stage.add_member(),
    )
    stage.clock.advance(24 * 3600)
    check_in = stage.scan(event, member)
    stage.note(event, member, first)
    return [
        recorded(check_in_id=check_in["id"], occurred_at="2026-11-24T00:00:00+08:00"),
        recorded(
            check_in_id=check_in["id"],
            occurred_at=first.isoformat(),
            revision=2,
            reason="无网络时按名单登记。",
        ),
    ]


Situation = Callable[[Stage], list[Wanted]]
SITUATIONS: Final[dict[str, tuple[Situation, ...]]] = {
    RECORDED_V1: (
        a_code_is_scanned,
        digits_are_typed,
        a_claim_is_redeemed,
        an_event_with_tags_and_a_level,
        somebody_comes_early,
        the_lecturer_scans,
        a_name_is_ticked_at_the_desk,
        a_member_checks_out,
        who_was_ticked_at_the_desk_checks_out,
        a_check_in_is_annulled,
        a_check_in_is_annulled_after_the_check_out,
        a_file_tells_of_attendance,
        a_file_corrects_an_earlier_one,
        a_file_says_nothing_of_the_hours,
        the_same_request_comes_again,
        an_annulled_member_scans_again,
        a_scan_kept_without_network_is_confirmed,
        whoever_waits_scans_once_more,
        a_kept_scan_is_not_confirmed,
        staff_tell_whom_they_saw_without_network,
        staff_tell_of_an_earlier_day,
    )
}
