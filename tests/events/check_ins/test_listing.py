"""What a member sees of the own check-ins."""

from tests.events.door import MakeEvent
from tests.events.ways import Ways


def test_the_own_check_ins_are_listed_page_by_page_the_latest_first(
    ways: Ways, make_event: MakeEvent
) -> None:
    member, other = ways.member(), ways.member()
    made = []
    for number in range(3):
        event = make_event(title=f"第{number}次")
        made.append(str(ways.go("code", event, member)["id"]))
        ways.go("code", event, other)
        ways.clock.advance(60)
    listed, cursor = [], ""
    while True:
        answer = ways.client.get(
            f"/api/v1/me/check-ins?limit=2{cursor}", headers=ways.door.headers(member)
        )
        assert answer.status_code == 200, answer.text
        listed += answer.json["items"]
        if answer.json["next_cursor"] is None:
            break
        cursor = f"&cursor={answer.json['next_cursor']}"
    assert [one["id"] for one in listed] == made[::-1]
    assert [one["event_title"] for one in listed] == ["第2次", "第1次", "第0次"]
    assert {one["member_id"] for one in listed} == {str(member)}
