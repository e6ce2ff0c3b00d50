"""What a calendar asks of the list, and an event copied to another day."""

from typing import Any
from uuid import UUID

import pytest

from shared.ids import new_id
from tests.events.catalogue.people import People, refused
from tests.events.city import City


def on(day: str, until: str = "") -> dict[str, Any]:
    return {
        "starts_at": f"2026-{day}T09:00:00+08:00",
        "ends_at": f"2026-{until or day}T11:00:00+08:00",
    }


def _first_hours(times: dict[str, Any]) -> dict[str, Any]:
    return times | {"ends_at": times["starts_at"].replace("T09", "T11")}


def test_a_month_shows_whatever_is_on_in_it(people: People) -> None:
    secretary = people.secretary()
    for title, times in (
        ("早", on("10-30")), ("跨月", on("10-30", "11-02")), ("月末", on("11-30")),
        ("年中到年末", on("06-01", "12-31")), ("晚", on("12-01")),
    ):  # fmt: skip
        people.published(
            secretary, title=title, category="training", sessions=[_first_hours(times)], **times
        )
    whole = {
        "starts_at": "2026-10-31T22:00:00+08:00", "ends_at": "2026-11-01T00:00:00+08:00",
    }  # fmt: skip
    people.published(secretary, title="到零点", **whole)
    assert people.person().sees(month="2026-11") == ["年中到年末", "跨月", "月末"]
    assert people.person().sees(month="2027-01") == []


def test_a_co_held_event_is_found_under_each_of_its_names(people: People) -> None:
    secretary = people.secretary()
    people.published(secretary, title="合办", category="branch_meeting", tags=["lecture"])
    people.published(secretary, title="党课", category="lecture")
    people.published(secretary, title="植树", category="outdoor_work")
    member = people.person()
    assert sorted(member.sees(tag="lecture")) == ["党课", "合办"]
    assert member.sees(tag="branch_meeting") == ["合办"]
    assert member.sees(category="lecture") == ["党课"]
    (event,) = member.get("/events?tag=branch_meeting").json["items"]
    assert event["tags"] == ["lecture"]


def test_words_are_looked_for_in_title_and_place_as_they_stand(people: People) -> None:
    secretary = people.secretary()
    people.published(secretary, title="学习 100% 达标", place="Hall_A")
    people.published(secretary, title="党课", place="三楼礼堂")
    member = people.person()
    assert member.sees(q="100%25") == ["学习 100% 达标"]
    assert member.sees(q="%25") == ["学习 100% 达标"]
    assert member.sees(q="hall_a") == ["学习 100% 达标"]
    assert member.sees(q="礼堂") == ["党课"]
    assert member.sees(q="_") == ["学习 100% 达标"]
    assert member.sees(q="\\") == []


def test_mine_is_what_one_made_or_has_a_part_in(people: People, city: City) -> None:
    secretary = people.secretary()
    lecturer = city.join("P1", "/city/u1/b1/")
    people.published(secretary, title="别的")
    event = people.published(secretary, title="讲课")
    part = {"member_id": str(lecturer), "role": "lecturer"}
    assert secretary.send("PUT", f"/events/{event['id']}/roles", part).status_code == 200
    assert people.person(member_id=lecturer).sees(mine="true") == ["讲课"]
    assert sorted(secretary.sees(mine="true")) == ["别的", "讲课"]
    assert people.person().sees(mine="true") == []


def test_what_one_organises_is_less_than_what_concerns_one(people: People, city: City) -> None:
    secretary = people.secretary()
    helper = city.join("P1", "/city/u1/b1/")
    events = {title: people.published(secretary, title=title) for title in ("讲课", "布置会场")}
    for title, role in (("讲课", "helper"), ("布置会场", "organiser")):
        part = {"member_id": str(helper), "role": role}
        path = f"/events/{events[title]['id']}/roles"
        assert secretary.send("PUT", path, part).status_code == 200
    person = people.person(member_id=helper)
    assert sorted(person.sees(mine="true")) == ["布置会场", "讲课"]
    assert person.sees(organised="true") == ["布置会场"]
    assert sorted(secretary.sees(organised="true")) == ["布置会场", "讲课"]


@pytest.mark.parametrize(
    "query",
    ["month=2026-13", "month=2026-1", "month=1999-12", "tag=x", "q=", f"q={'长' * 51}", "mine=x",
     "series_id=1"],
)  # fmt: skip
def test_bad_filters_of_a_calendar_are_named(people: People, query: str) -> None:
    refused(people.person().get(f"/events?{query}"), 422, "fields_invalid")


def test_a_copy_is_a_draft_on_another_day_sessions_and_all(people: People, city: City) -> None:
    secretary = people.secretary()
    helper, gone = city.join("P1", "/city/u1/b1/"), city.join("P2", "/city/u1/b1/")
    event = people.published(
        secretary, title="歌咏排练", category="culture", tags=["theme_day"], place="礼堂",
        **on("11-24", "11-25"),
        sessions=[
            {"title": "一", "starts_at": "2026-11-24T09:00:00+08:00",
             "ends_at": "2026-11-24T11:00:00+08:00", "closes_at": "2026-11-24T09:15:00+08:00"},
            {"title": "二", **on("11-25")},
        ],
    )  # fmt: skip
    for member in (helper, gone):
        part = {"member_id": str(member), "role": "helper"}
        secretary.send("PUT", f"/events/{event['id']}/roles", part)
    city.join("P2", "/city/u1/b1/", id=str(gone), status="left", version=2)
    body = {"starts_at": "2027-03-01T10:00:00+08:00", "roles": True, "place": "新礼堂"}
    answer = secretary.post(f"/events/{event['id']}/copy", body)
    assert answer.status_code == 201, answer.text
    copy = answer.json
    assert copy["id"] != event["id"]
    assert (copy["state"], copy["version"], answer.headers["ETag"]) == ("draft", 1, '"1"')
    kept = ("title", "category", "tags", "level", "audience", "organisation_id")
    assert {name: copy[name] for name in kept} == {name: event[name] for name in kept}
    assert copy["place"] == "新礼堂"
    assert (copy["starts_at"][:16], copy["ends_at"][:16]) == (
        "2027-03-01T10:00",
        "2027-03-02T12:00",
    )
    windows = [
        tuple(s[name][5:16] for name in ("opens_at", "starts_at", "closes_at"))
        for s in copy["sessions"]
    ]
    assert windows == [
        ("03-01T09:00", "03-01T10:00", "03-01T10:15"),
        ("03-02T09:00", "03-02T10:00", "03-02T12:00"),
    ]
    assert [UUID(role["member_id"]) for role in copy["roles"]] == [helper]
    plain = secretary.post(f"/events/{event['id']}/copy", {"starts_at": body["starts_at"]}).json
    assert plain["roles"] == []


def test_only_who_may_make_such_an_event_copies_one(people: People, city: City) -> None:
    unit = people.person(("unit_admin", "/city/u1/"))
    event = people.published(unit, "/city/u1/", category="branch_meeting")
    body: dict[str, Any] = {"starts_at": "2027-03-01T10:00:00+08:00"}
    path = f"/events/{event['id']}/copy"
    secretary = people.secretary()
    refused(secretary.post(path, body), 403, "out_of_reach")
    here = str(city.organisations["/city/u1/b1/"])
    assert secretary.post(path, body | {"organisation_id": here}).status_code == 201
    organiser = people.person(("organiser", "/city/u1/b1/"))
    refused(organiser.post(path, body | {"organisation_id": here}), 403, "category_not_yours")
    refused(people.person().post(path, body), 403, "role_needed")
    elsewhere = people.secretary("/city/u2/b3/")
    refused(elsewhere.post(path, body), 404, "event_unknown")
    refused(secretary.post(f"/events/{new_id()}/copy", body), 404, "event_unknown")
    refused(secretary.post(path, {}), 422, "fields_invalid")
