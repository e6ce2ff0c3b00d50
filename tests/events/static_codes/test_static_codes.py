"""A printed code is switched on, hung up, and worth nothing once it is switched off."""

from typing import Any

import pypdfium2
import zxingcpp

from services.events.codes import static
from shared.ids import new_id
from tests.events.door import Event, MakeEvent, check_ins, set_state
from tests.events.ways import KEY, Ways


def code_of(ways: Ways, event: Event, method: str = "GET", more: str = "") -> Any:
    path = f"/events/{event.id}/sessions/{event.session_id}/static-code{more}"
    return ways.staff(event, method, path)


def is_printed(ways: Ways, event: Event) -> bool:
    """Tell what the event itself says, without asking for a code that may be off."""
    (session,) = ways.staff(event, "GET", f"/events/{event.id}").json["sessions"]
    return bool(session["printed"])


def scan(ways: Ways, code: str) -> Any:
    return ways.door.scan(ways.member(), code=code)


def test_it_is_off_until_somebody_switches_it_on(ways: Ways, event: Event) -> None:
    for more in ("", "/poster"):
        off = code_of(ways, event, more=more)
        assert (off.status_code, off.json["code"]) == (404, "static_code_not_on")
    guessed = static.issue(KEY, ways.session(event).short_id, 1)
    refused = scan(ways, guessed)
    assert (refused.status_code, refused.json["code"]) == (410, "static_code_off")
    assert not is_printed(ways, event)
    switched = code_of(ways, event, "PUT")
    assert switched.status_code == 200, switched.text
    assert is_printed(ways, event)
    assert switched.json["url"].endswith(f"/c/{switched.json['code']}")
    assert code_of(ways, event, "PUT").json == switched.json == code_of(ways, event).json
    admitted = scan(ways, switched.json["code"])
    assert (admitted.status_code, admitted.json["check_in"]["method"]) == (201, "static")


def test_switched_off_it_is_worth_nothing_at_once_and_for_good(ways: Ways, event: Event) -> None:
    """Although the door remembers the session: it has just let somebody in by this very code."""
    old = code_of(ways, event, "PUT").json["code"]
    assert scan(ways, old).status_code == 201
    assert code_of(ways, event, "DELETE").status_code == 204
    assert not is_printed(ways, event)
    assert scan(ways, old).json["code"] == "static_code_off"
    assert code_of(ways, event, "DELETE").status_code == 204
    new = code_of(ways, event, "PUT").json["code"]
    assert new != old
    assert scan(ways, old).json["code"] == "static_code_off"
    assert scan(ways, new).status_code == 201
    assert len(check_ins(ways.database)) == 2


def test_an_edit_of_the_event_leaves_the_paper_good(ways: Ways, event: Event) -> None:
    code = code_of(ways, event, "PUT").json["code"]
    shown = ways.staff(event, "GET", f"/events/{event.id}")
    changed = ways.staff(
        event, "PATCH", f"/events/{event.id}", {"place": "二楼"},
        headers={"If-Match": shown.headers["ETag"]},
    )  # fmt: skip
    assert changed.status_code == 200, changed.text
    assert scan(ways, code).status_code == 201


def test_it_is_the_sessions_own(ways: Ways, make_event: MakeEvent) -> None:
    event, other = make_event(), make_event()
    code_of(ways, other, "PUT")
    foreign = Event(event.id, other.session_id, event.secretary)
    for method in ("GET", "PUT", "DELETE"):
        answer = code_of(ways, foreign, method)
        assert (answer.status_code, answer.json["code"]) == (404, "session_unknown")
    stranger = Event(event.id, event.session_id, new_id())
    for method in ("GET", "PUT", "DELETE"):
        assert code_of(ways, stranger, method).status_code == 403


def test_of_what_is_over_none_is_switched_on(ways: Ways, event: Event) -> None:
    set_state(ways.app, event, "closed")
    answer = code_of(ways, event, "PUT")
    assert (answer.status_code, answer.json["code"]) == (409, "event_not_editable")


def test_whoever_is_not_signed_in_keeps_it_as_it_is(ways: Ways, event: Event) -> None:
    code = code_of(ways, event, "PUT").json["code"]
    swapped = ways.client.post("/api/v1/code-claims", json={"code": code})
    assert (swapped.status_code, swapped.json["claim"]) == (201, code)
    for _ in range(2):  # a claim serves one member, paper everybody
        answer = ways.door.scan(ways.member(), claim=swapped.json["claim"])
        assert (answer.status_code, answer.json["check_in"]["method"]) == (201, "static")


def test_the_poster_says_what_it_is_for_and_is_read(ways: Ways, make_event: MakeEvent) -> None:
    event = make_event(title="“我为群众办实事”主题党日" * 8, place="市民中心")
    code = code_of(ways, event, "PUT").json
    answer = code_of(ways, event, more="/poster")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    document = pypdfium2.PdfDocument(answer.data)
    assert len(document) == 1
    shown = document[0].get_textpage().get_text_range()
    for said in ("主题党日", "市民中心", "2026-11-23 08:50", "10:00", "Scan to check in"):
        assert said in shown
    (read,) = zxingcpp.read_barcodes(document[0].render(scale=2).to_pil())
    assert read.text == code["url"]
