"""An event is looked over before it opens, and tried out without anything being counted."""

from typing import Any

from sqlalchemy import text

from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from tests.events.expected.conftest import Branch


def preflight(branch: Branch, event: str) -> dict[str, str]:
    answer = branch.secretary.get(f"/events/{event}/preflight")
    assert answer.status_code == 200, answer.text
    assert all(item["text"] for item in answer.json["items"])
    levels = {item["code"]: item["level"] for item in answer.json["items"]}
    assert answer.json["ready"] is ("missing" not in levels.values())
    return levels


def code(branch: Branch, event: str, **query: str) -> dict[str, Any]:
    given = "&".join(f"{name}={value}" for name, value in query.items())
    answer = branch.secretary.get(f"/events/{event}/code?{given}")
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json
    return shown


def scan(person: Any, scanned: str) -> Any:
    return person.post("/check-ins", {"code": scanned, "client_ref": str(new_id())})


def told(database: Database) -> tuple[int, int]:
    with database.unit_of_work() as uow:
        counts = (
            uow.session.scalar(text(f"SELECT count(*) FROM {table}"))
            for table in ("check_ins", "outbox")
        )
        check_ins, outbox = (int(count or 0) for count in counts)
        return check_ins, outbox


def test_a_rehearsal_s_scan_arrives_and_is_never_counted(
    branch: Branch, database: Database
) -> None:
    (person,) = branch.members("A001")
    event = branch.meeting()
    before = told(database)
    rehearsal = code(branch, event, rehearsal="true")
    for _ in range(2):
        answer = scan(person, rehearsal["code"])
        assert (answer.status_code, answer.json["code"]) == (409, "rehearsal")
    assert told(database) == before
    assert code(branch, event, rehearsal="true")["count"] == 1
    assert code(branch, event)["count"] == 0
    assert scan(person, code(branch, event)["code"]).status_code == 201


def test_a_rehearsal_s_code_grows_old_and_gives_no_claim(branch: Branch, clock: FixedClock) -> None:
    (person,) = branch.members("A001")
    event = branch.meeting()
    rehearsal = code(branch, event, rehearsal="true")
    claim = person.post("/code-claims", {"code": rehearsal["code"]})
    assert (claim.status_code, claim.json["code"]) == (400, "code_invalid")
    assert rehearsal["digits"] == ""
    clock.advance(30)
    assert scan(person, rehearsal["code"]).json["code"] == "code_invalid"


def test_preflight_says_what_is_wanting_and_what_to_do(branch: Branch, clock: FixedClock) -> None:
    people = branch.members("A001", "A002")
    event = branch.meeting("lecture")
    levels = preflight(branch, event)
    wanting = {code for code, level in levels.items() if level == "warning"}
    assert wanting == {"screen", "lecturer", "staff", "rehearsed"}
    assert "missing" not in levels.values()
    for person, role in zip(people, ("lecturer", "organiser"), strict=True):
        body = {"member_id": str(person.id), "role": role}
        assert branch.secretary.send("PUT", f"/events/{event}/roles", body).status_code == 200
    scan(people[0], code(branch, event, rehearsal="true")["code"])
    levels = preflight(branch, event)
    # A rehearsal at somebody's desk is no screen in the hall.
    assert {code for code, level in levels.items() if level != "ok"} == {"screen"}
    code(branch, event)
    assert set(preflight(branch, event).values()) == {"ok"}
    clock.advance(86_400)
    assert preflight(branch, event)["not_over"] == "missing"


def test_a_draft_is_not_ready_and_an_empty_list_is_seen(branch: Branch) -> None:
    draft = branch.people.made(branch.secretary)["id"]
    assert preflight(branch, draft)["published"] == "missing"
    event = branch.meeting()
    assert preflight(branch, event)["expected_list"] == "warning"
    branch.members("A001")
    assert preflight(branch, event)["expected_list"] == "ok"
