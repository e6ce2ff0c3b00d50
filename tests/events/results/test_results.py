"""Results: drafts until they are confirmed, told once, put right and withdrawn with a reason."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.events.results import service
from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from tests.events.catalogue.people import People, Person, refused
from tests.events.city import City
from tests.events.results.desk import ON, Desk

Members = list[UUID]


def test_nothing_is_told_of_a_draft(desk: Desk, members: Members) -> None:
    result = desk.entered(members[0], members[1], team="财政局代表队", place=1, note="一等奖")
    assert (result["state"], result["version"]) == ("draft", 1)
    assert [m["name"] for m in result["members"]] == ["党员P0", "党员P1"]
    changed = desk.change(result, level="city", member_ids=[members[1], members[2]]).json
    assert [UUID(m["member_id"]) for m in changed["members"]] == [members[1], members[2]]
    assert desk.listed() == [changed]
    assert desk.told() == []
    assert desk.person.send("DELETE", f"{desk.path}/{result['id']}").status_code == 204
    assert desk.listed() == []


def test_a_confirmed_result_is_told_of_each_of_its_members(
    desk: Desk, event: dict[str, Any], members: Members
) -> None:
    desk.confirmed(members[0], members[1], place=2)
    told = desk.told()
    assert {UUID(data["member_id"]) for data in told} == {members[0], members[1]}
    assert len({data["result_id"] for data in told}) == 2
    for data in told:
        assert data | {"result_id": "", "member_id": ""} == {
            "result_id": "", "member_id": "", "event_id": event["id"], "kind": "prize",
            "level": "unit", "place": 2, "title": "公文写作大赛",
            "occurred_at": "2026-11-23T00:30:00+00:00", "state": "present", "reason": None,
            "revision": 1,
        }  # fmt: skip


def test_confirming_again_tells_nothing_more(desk: Desk, members: Members) -> None:
    result = desk.confirmed(members[0])
    assert desk.confirm(result).json["items"] == [result]
    assert desk.confirm().json["items"] == []
    desk.entered(members[1], kind="quiz", level=None)
    (second,) = desk.confirm().json["items"]
    assert second["kind"] == "quiz"
    assert len(desk.told()) == 2


def test_a_correction_needs_a_reason_and_tells_what_it_changes(
    desk: Desk, members: Members
) -> None:
    result = desk.confirmed(members[0], members[1], kind="placing", place=1, level=None)
    refused(desk.change(result, place=2), 422, "reason_needed")
    result = desk.change(result, note="并列", reason="补充说明").json
    assert len(desk.told()) == 2
    result = desk.change(result, place=2, reason="名次有误").json
    assert desk.news("place", "revision", "reason")[2:] == [(2, 2, "名次有误")] * 2
    members_now = [members[1], members[2]]
    result = desk.change(result, member_ids=members_now, reason="队员有误").json
    assert (result["reason"], result["version"]) == ("队员有误", 5)
    latest = {UUID(m): rest for m, *rest in desk.news("member_id", "state", "revision", "place")}
    assert latest == {
        members[0]: ["annulled", 3, 2],
        members[1]: ["present", 2, 2],
        members[2]: ["present", 1, 2],
    }
    desk.change(result, member_ids=[members[0]], reason="还是他")
    assert (
        desk.news("member_id", "state", "revision")[-3:].count((str(members[0]), "present", 4)) == 1
    )


def test_a_withdrawn_result_is_taken_back_for_good(desk: Desk, members: Members) -> None:
    result = desk.confirmed(members[0], members[1])
    withdrawn = desk.withdraw(result, "成绩作废").json
    assert (withdrawn["state"], withdrawn["reason"]) == ("withdrawn", "成绩作废")
    assert desk.news("state", "revision", "reason")[2:] == [("annulled", 2, "成绩作废")] * 2
    refused(desk.withdraw(result), 409, "result_withdrawn")
    refused(desk.change(withdrawn, place=1, reason="x"), 409, "result_withdrawn")
    refused(desk.confirm(result), 409, "result_withdrawn")
    assert desk.person.send("DELETE", f"{desk.path}/{result['id']}").status_code == 409
    assert len(desk.told()) == 4


def test_what_counts_when_does_not_move_with_the_event(
    desk: Desk, event: dict[str, Any], members: Members
) -> None:
    result = desk.confirmed(members[0])
    moved = {"title": "改名", "starts_at": "2026-11-25T08:00:00+08:00",
             "ends_at": "2026-11-25T11:00:00+08:00"}  # fmt: skip
    assert desk.person.patch(event["id"], moved, event["version"]).status_code == 200
    desk.change(result, level="unit", place=3, reason="补名次")
    assert desk.news("title", "occurred_at")[0] == desk.news("title", "occurred_at")[1]


def test_drafts_are_for_those_who_run_the_event(
    desk: Desk, people: People, members: Members
) -> None:
    desk.entered(members[0], note="草稿")
    shown = desk.confirmed(members[1])
    assert len(desk.listed()) == 2
    member = desk.as_(people.person())
    assert member.listed() == [shown]
    refused(member.enter(members[2]), 403, "not_your_event")
    refused(member.confirm(), 403, "not_your_event")
    refused(member.withdraw(shown), 403, "not_your_event")
    stranger = desk.as_(people.person(path="/city/u2/b3/"))
    refused(stranger.person.get(desk.path), 404, "event_unknown")
    refused(stranger.enter(members[2]), 404, "event_unknown")


def test_pages_follow_each_other(desk: Desk, members: Members) -> None:
    entered = [desk.entered(members[0], kind="quiz")["id"] for _ in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = desk.person.get(f"{desk.path}?limit=2{cursor and f'&cursor={cursor}'}").json
        seen += [result["id"] for result in page["items"]]
        cursor = page["next_cursor"]
    assert seen == entered


BAD = {
    "no members": ({"member_ids": []}, "fields_invalid"),
    "a member twice": ({"member_ids": [str(UUID(int=1))] * 2}, "fields_invalid"),
    "nobody the roster knows": ({"member_ids": [str(UUID(int=1))]}, "member_unknown"),
    "an unknown kind": ({"kind": "like"}, "fields_invalid"),
    "an unknown level": ({"level": "national"}, "fields_invalid"),
    "a prize without its level": ({"level": None}, "level_missing"),
    "a placing without its place": ({"kind": "placing"}, "place_missing"),
    "no such place": ({"place": 0}, "fields_invalid"),
    "two lines": ({"note": "一\n二"}, "fields_invalid"),
    "points": ({"points": 9}, "fields_invalid"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_enters_nothing(desk: Desk, members: Members, what: str) -> None:
    said, code = BAD[what]
    refused(desk.enter(members[0], **said), 422, code)
    assert desk.listed() == []


def test_bad_corrections_change_nothing(desk: Desk, city: City, members: Members) -> None:
    result = desk.confirmed(members[0])
    city.join("P9", "/city/u1/b1/", id=str(members[3]), status="left", version=2)
    for changes, status, code in (
        ({"level": None}, 422, "level_missing"),
        ({"member_ids": [members[3]]}, 422, "member_unknown"),
        ({"member_ids": []}, 422, "fields_invalid"),
        ({"kind": "quiz"}, 422, "fields_invalid"),
    ):
        answer = desk.change(result, reason="x", **changes)
        refused(answer, status, code)
    refused(desk.change(result | {"version": 9}, place=2, reason="x"), 412, "edited_meanwhile")
    path = f"{desk.path}/{result['id']}"
    refused(desk.person.send("PATCH", path, {"place": 2}), 428, "if_match_needed")
    assert desk.listed() == [result]
    assert len(desk.told()) == 1


def test_a_member_who_left_keeps_what_was_won(desk: Desk, city: City, members: Members) -> None:
    result = desk.confirmed(members[0])
    city.join("P0", "/city/u1/b1/", id=str(members[0]), status="left", version=2)
    assert desk.change(result, place=2, reason="补名次").status_code == 200


def test_results_belong_to_events_that_are_held(
    desk: Desk, people: People, secretary: Person, members: Members, database: Database
) -> None:
    draft = people.made(secretary, **ON)
    over = people.published(secretary, **ON)
    secretary.post(f"/events/{over['id']}/cancel", {"reason": "雨"})
    for event in (draft, over):
        other = Desk(secretary, event["id"], database)
        refused(other.enter(members[0]), 409, "event_without_results")
        refused(other.confirm(), 409, "event_without_results")
    closed = people.published(secretary, **ON)
    secretary.post(f"/events/{closed['id']}/close")
    assert Desk(secretary, closed["id"], database).confirmed(members[0])


def test_nothing_is_confirmed_before_the_last_session_began(
    people: People, secretary: Person, members: Members, database: Database, clock: FixedClock
) -> None:
    sessions = [ON, {"starts_at": "2026-11-23T09:30:00+08:00", "ends_at": ON["ends_at"]}]
    sessions[0] = ON | {"ends_at": "2026-11-23T09:20:00+08:00"}
    event = people.published(secretary, category="sports", sessions=sessions, **ON)
    desk = Desk(secretary, event["id"], database)
    desk.entered(members[0])
    refused(desk.confirm(), 409, "results_too_early")
    clock.advance(1800)
    desk = desk.as_(people.person(("branch_secretary", "/city/u1/b1/"), member_id=secretary.id))
    assert desk.confirm().status_code == 200
    assert desk.news("occurred_at") == [("2026-11-23T01:30:00+00:00",)]


def test_nobody_confirms_what_names_themselves(
    desk: Desk, people: People, city: City, members: Members
) -> None:
    own = city.join("P8", "/city/u1/b1/", id=str(desk.person.id))
    assert own == desk.person.id
    mine, other = desk.entered(own, members[0]), desk.entered(members[1])
    refused(desk.confirm(), 403, "own_case")
    assert desk.told() == []
    assert desk.confirm(other).status_code == 200
    colleague = desk.as_(people.person(("unit_admin", "/city/u1/")))
    (confirmed,) = colleague.confirm(mine).json["items"]
    refused(desk.change(confirmed, place=1, reason="x"), 403, "own_case")
    changed = {"member_ids": [own], "reason": "x"}
    listed = next(r for r in desk.listed() if r["id"] == other["id"])
    refused(desk.change(listed, **changed), 403, "own_case")


def test_prizes_beyond_the_unit_are_the_administrators_to_confirm(
    desk: Desk, people: People, members: Members
) -> None:
    high = desk.entered(members[0], level="province")
    desk.entered(members[1], kind="quiz", level="city")
    refused(desk.confirm(), 403, "level_not_yours")
    admin = desk.as_(people.person(("unit_admin", "/city/u1/")))
    assert admin.confirm(high).status_code == 200
    assert desk.confirm().status_code == 200
    low = desk.confirmed(members[2])
    refused(desk.change(low, level="city", reason="x"), 403, "level_not_yours")
    (held,) = (r for r in desk.listed() if r["id"] == high["id"])
    refused(desk.change(held, level="unit", reason="x"), 403, "level_not_yours")


def test_unknown_results_are_not_found(
    desk: Desk, people: People, secretary: Person, members: Members, database: Database
) -> None:
    other = Desk(secretary, people.published(secretary, **ON)["id"], database)
    result = desk.entered(members[0])
    for unknown in ({"id": str(new_id()), "version": 1}, None):
        wrong, where = (unknown, desk) if unknown else (result, other)
        refused(where.change(wrong, place=1), 404, "result_unknown")
        refused(where.withdraw(wrong), 404, "result_unknown")
        refused(where.confirm(wrong), 404, "result_unknown")
        path = f"{where.path}/{wrong['id']}"
        refused(where.person.send("DELETE", path), 404, "result_unknown")
    refused(desk.withdraw(result), 409, "result_not_confirmed")
    desk.confirm(result)
    refused(desk.person.send("DELETE", f"{desk.path}/{result['id']}"), 409, "result_confirmed")


def test_an_event_with_results_is_closed_not_cancelled(
    desk: Desk, event: dict[str, Any], members: Members
) -> None:
    result = desk.confirmed(members[0])
    path = f"/events/{event['id']}/cancel"
    refused(desk.person.post(path, {"reason": "雨"}), 409, "event_attended")
    desk.withdraw(result)
    assert desk.person.post(path, {"reason": "雨"}).status_code == 200


def test_an_event_has_so_many_results_at_the_most(
    desk: Desk, members: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST", 2)
    for _ in range(2):
        desk.entered(members[0])
    refused(desk.enter(members[0]), 409, "results_full")


def test_confirmed_by_many_at_once_it_is_told_once(desk: Desk, members: Members) -> None:
    for member in members:
        desk.entered(member)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: desk.confirm().status_code, range(4)))
    assert answers == [200] * 4
    assert sorted(desk.news("member_id", "revision")) == sorted((str(m), 1) for m in members)


def test_confirmed_while_it_is_called_off_one_of_the_two_is_refused(
    people: People, secretary: Person, members: Members, database: Database
) -> None:
    for _ in range(6):
        event = people.published(secretary, **ON)
        desk = Desk(secretary, event["id"], database)
        desk.entered(members[0])

        def call_off(path: str = f"/events/{event['id']}/cancel") -> int:
            return secretary.post(path, {"reason": "雨"}).status_code

        with ThreadPoolExecutor(2) as pool:
            confirming, calling = pool.submit(desk.confirm), pool.submit(call_off)
            answers = sorted([confirming.result().status_code, calling.result()])
        assert answers == [200, 409]


def test_a_teams_result_goes_to_whoever_has_joined_it(
    people: People, city: City, database: Database
) -> None:
    secretary = people.secretary()
    event = people.published(secretary, category="sports", **ON)
    teams = f"/events/{event['id']}/teams"
    secretary.send("PUT", teams, {"largest": 3}, **{"If-Match": '"0"'})
    captain, mate, asked = (
        people.person(member_id=city.join(f"T{n}", "/city/u1/b1/")) for n in range(3)
    )
    team = captain.post(teams, {"name": "飞虎队"}).json
    for person in (mate, asked):
        body = {"member_id": str(person.id)}
        assert captain.post(f"{teams}/{team['id']}/members", body).status_code == 200
    assert mate.post(f"{teams}/{team['id']}/accept").status_code == 200
    desk = Desk(secretary, event["id"], database)
    body = {"kind": "prize", "level": "unit", "place": 1, "team_id": team["id"]}
    made = secretary.post(desk.path, body)
    assert made.status_code == 201, made.text
    assert made.json["team"] == "飞虎队"
    assert {m["member_id"] for m in made.json["members"]} == {str(captain.id), str(mate.id)}
    # Either a team or members, and a team of this event.
    named = body | {"member_ids": [str(captain.id)]}
    refused(secretary.post(desk.path, named), 422, "fields_invalid")
    neither = {name: value for name, value in body.items() if name != "team_id"}
    refused(secretary.post(desk.path, neither), 422, "fields_invalid")
    refused(secretary.post(desk.path, body | {"team_id": str(new_id())}), 404, "team_unknown")


def test_a_team_nobody_is_left_of_wins_nothing(
    people: People, city: City, database: Database
) -> None:
    secretary = people.secretary()
    event = people.published(secretary, category="sports", **ON)
    teams = f"/events/{event['id']}/teams"
    secretary.send("PUT", teams, {"largest": 3}, **{"If-Match": '"0"'})
    captain = people.person(member_id=city.join("T0", "/city/u1/b1/"))
    team = captain.post(teams, {"name": "飞虎队"}).json
    with database.unit_of_work() as uow:
        uow.session.execute(text("UPDATE roster_members SET status = 'left'"))
        uow.commit()
    body = {"kind": "prize", "level": "unit", "place": 1, "team_id": team["id"]}
    refused(secretary.post(f"/events/{event['id']}/results", body), 422, "team_empty")
