"""Who is reminded, and who hears of changes, is whoever the event expects or has let in."""

from typing import Any

from tests.events.catalogue.people import Person
from tests.events.reminders.conftest import BRANCH, Board

Json = dict[str, Any]
HOUR, CHANGED = "event.reminder.hour", "event.changed"


def person(board: Board, path: str = BRANCH) -> Person:
    return board.people.person(path=path, member_id=board.join(path))


def lecture(board: Board, capacity: int) -> Json:
    event = board.event("24T14:00", category="lecture", published=False)
    path = f"/events/{event['id']}"
    terms = board.secretary.send(
        "PUT", f"{path}/registration", {"capacity": capacity}, **{"If-Match": '"0"'}
    )
    assert terms.status_code == 200, terms.text
    return board.secretary.post(f"{path}/publish").json  # type: ignore[no-any-return]


def test_where_seats_are_asked_for_those_who_have_one_are_reminded(board: Board) -> None:
    event = lecture(board, 1)
    seated, waiting, other = (person(board) for _ in range(3))
    for each in (seated, waiting):
        assert each.post(f"/events/{event['id']}/registrations").status_code == 201
    board.look("24T13:00")
    assert HOUR in board.kinds(seated.id)
    assert board.kinds(waiting.id) == board.kinds(other.id) == []


def test_who_waits_and_who_is_invited_hears_of_changes(board: Board) -> None:
    event = lecture(board, 1)
    seated, waiting, other, guest = (
        *(person(board) for _ in range(3)), person(board, "/city/u2/b3/"),
    )  # fmt: skip
    for each in (seated, waiting):
        each.post(f"/events/{event['id']}/registrations")
    invited = {"members": [{"member_id": str(guest.id)}]}
    assert board.secretary.post(f"/events/{event['id']}/guests", invited).status_code == 200
    board.edit(event, place="大礼堂")
    board.settle()
    heard = [CHANGED in board.kinds(each.id) for each in (seated, waiting, guest, other)]
    assert heard == [True, True, True, False]


def test_who_has_leave_is_not_reminded_but_hears_of_changes(board: Board) -> None:
    away, there = person(board), person(board)
    event = board.event("24T14:00")
    assert away.post(f"/events/{event['id']}/leave", {"reason": "出差"}).status_code == 201
    decided = board.secretary.post(
        f"/events/{event['id']}/leaves/{away.id}/decide", {"approve": True}
    )
    assert decided.status_code == 200, decided.text
    board.look("24T13:00")
    assert (HOUR in board.kinds(away.id), HOUR in board.kinds(there.id)) == (False, True)
    board.edit(event, place="大礼堂")
    board.settle()
    assert CHANGED in board.kinds(away.id)


def test_who_plays_in_a_team_is_reminded(board: Board) -> None:
    captain, invited = person(board), person(board)
    event = board.event("24T14:00", category="sports")
    path = f"/events/{event['id']}/teams"
    board.secretary.send("PUT", path, {"largest": 3}, **{"If-Match": '"0"'})
    team = captain.post(path, {"name": "飞虎队"}).json
    member = {"member_id": str(invited.id)}
    assert captain.post(f"{path}/{team['id']}/members", member).status_code == 200
    board.look("24T13:00")
    assert HOUR in board.kinds(captain.id)
    assert board.kinds(invited.id) == ["team.invited"]
