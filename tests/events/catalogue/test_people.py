"""Who makes, sees and runs which event."""

import pytest
from flask.testing import FlaskClient

from services.events.catalogue.categories import CATEGORIES
from shared.ids import new_id
from shared.testing.plugin import TokenFor
from tests.events.catalogue.people import People, Person, Role, refused
from tests.events.city import City

HERE = "/city/u1/b1/"
MAKERS = (
    "committee_member",
    "group_leader",
    "branch_secretary",
    "unit_admin",
    "city_admin",
    "organiser",
)


@pytest.mark.parametrize("role", MAKERS)
def test_each_role_makes_the_categories_that_name_it(people: People, role: str) -> None:
    person = people.person((role, HERE))
    for code, category in CATEGORIES.items():
        answer = person.post("/events", people.event(category=code))
        if role in category.makers:
            assert answer.status_code == 201, (code, answer.text)
        else:
            refused(answer, 403, "category_not_yours")


@pytest.mark.parametrize("role", ["member", "auditor"])
def test_others_make_no_events(people: People, role: str) -> None:
    refused(people.person((role, "/city/")).post("/events", people.event()), 403, "role_needed")


def test_a_group_leader_makes_meetings_of_the_own_group_only(people: People) -> None:
    leader = people.person(("group_leader", "/city/u1/b1/g1/"))
    assert people.made(leader, "/city/u1/b1/g1/", category="group_meeting")["state"] == "draft"
    for elsewhere in (HERE, "/city/u1/", "/city/u1/youth/"):
        body = people.event(elsewhere, category="group_meeting")
        refused(leader.post("/events", body), 403, "out_of_reach")


@pytest.mark.parametrize("elsewhere", ["/city/", "/city/u1/", "/city/u1/b2/", "/city/u2/b3/"])
def test_nobody_makes_events_out_of_reach(people: People, elsewhere: str) -> None:
    refused(people.secretary().post("/events", people.event(elsewhere)), 403, "out_of_reach")


@pytest.mark.parametrize(
    ("role", "allowed"),
    [(("branch_secretary", HERE), False), (("organiser", HERE), False),
     (("unit_admin", "/city/u1/"), True), (("city_admin", "/city/"), True)],
)  # fmt: skip
def test_only_administrators_address_everyone(people: People, role: Role, allowed: bool) -> None:
    person = people.person(role)
    made = person.post("/events", people.event(audience="everyone"))
    own = people.made(person)
    widened = person.patch(own["id"], {"audience": "everyone"})
    for answer in (made, widened):
        if allowed:
            assert answer.status_code in {200, 201}, answer.text
        else:
            refused(answer, 403, "not_for_everyone")


def test_members_see_published_events_of_what_they_belong_to(people: People) -> None:
    city, unit = people.person(("city_admin", "/city/")), people.person(("unit_admin", "/city/u1/"))
    for at, title in (
        ("/city/", "市"),
        ("/city/u1/", "委"),
        (HERE, "支部"),
        ("/city/u1/b2/", "别的"),
    ):
        people.published(city, at, title=title)
    people.published(city, "/city/u2/b3/", title="全体", audience="everyone")
    people.made(unit, title="草稿")
    assert people.person().sees() == ["市", "委", "支部", "全体"]
    assert people.person(path="/city/u2/b3/").sees() == ["市", "全体"]
    assert unit.sees() == ["市", "委", "支部", "别的", "全体", "草稿"]


def test_a_groups_event_is_seen_by_those_who_belong_to_the_group(people: People) -> None:
    secretary = people.secretary()
    event = people.published(secretary, "/city/u1/b1/g1/", category="group_meeting")
    for path in ("/city/u1/b1/g1/", "/city/u1/b2/"):
        member = people.person(("member", "/city/u1/b1/g1/"), path=path)
        assert member.sees() == ["党课"]
    refused(people.person().get(f"/events/{event['id']}"), 404, "event_unknown")


def test_only_the_maker_organisers_and_administrators_run_an_event(
    people: People, city: City
) -> None:
    maker = people.person(("organiser", HERE))
    event = people.published(maker)
    organiser = people.person(member_id=city.join("P1", HERE), path="/city/u2/b3/")
    refused(organiser.patch(event["id"], {"title": "x"}, 2), 404, "event_unknown")
    given = maker.send(
        "PUT", f"/events/{event['id']}/roles", {"member_id": str(organiser.id), "role": "organiser"}
    )
    assert [(r["member_id"], r["name"]) for r in given.json["roles"]] == [
        (str(organiser.id), "党员P1")
    ]
    runners = [organiser, maker, people.secretary(), people.person(("unit_admin", "/city/u1/"))]
    for version, person in enumerate(runners, start=3):
        assert person.patch(event["id"], {"place": str(version)}, version).status_code == 200
    others: list[Person] = [
        people.person(),
        people.person(("organiser", HERE)),
        people.person(("branch_secretary", "/city/u1/b2/")),
        people.person(("auditor", "/city/")),
    ]
    for person in others:
        for step in ("publish", "open", "close"):
            refused(person.post(f"/events/{event['id']}/{step}"), 403, "not_your_event")
        refused(person.patch(event["id"], {"title": "x"}, 7), 403, "not_your_event")


def test_a_lecturer_of_elsewhere_sees_the_event_once_it_is_published(
    people: People, city: City
) -> None:
    secretary = people.secretary()
    event = people.made(secretary)
    lecturer = people.person(member_id=city.join("P1", "/city/u2/b3/"), path="/city/u2/b3/")
    body = {"member_id": str(lecturer.id), "role": "lecturer"}
    secretary.send("PUT", f"/events/{event['id']}/roles", body)
    refused(lecturer.get(f"/events/{event['id']}"), 404, "event_unknown")
    assert lecturer.sees() == []
    secretary.post(f"/events/{event['id']}/publish")
    assert lecturer.get(f"/events/{event['id']}").json["roles"][0]["role"] == "lecturer"
    assert lecturer.sees() == ["党课"]


def test_parts_are_given_once_and_taken_back(people: People, city: City) -> None:
    secretary = people.secretary()
    event = people.made(secretary)
    roles = f"/events/{event['id']}/roles"
    member = str(city.join("P1", HERE))
    give = {"member_id": member, "role": "lecturer"}
    assert secretary.send("PUT", roles, give).json["version"] == 2
    assert secretary.send("PUT", roles, give).json["version"] == 2
    refused(secretary.send("PUT", roles, give | {"role": "helper"}), 409, "part_taken")
    both = secretary.send("PUT", roles, give | {"role": "organiser"}).json
    assert {r["role"] for r in both["roles"]} == {"lecturer", "organiser"}
    left = secretary.send("DELETE", f"{roles}/{member}/lecturer").json
    assert [r["role"] for r in left["roles"]] == ["organiser"]
    assert secretary.send("DELETE", f"{roles}/{member}/lecturer").json["version"] == left["version"]


@pytest.mark.parametrize("status", [None, "left"])
def test_parts_are_for_members_of_the_roster(
    people: People, city: City, status: str | None
) -> None:
    member = city.join("P1", HERE, status=status) if status else new_id()
    secretary = people.secretary()
    event = people.made(secretary)
    body = {"member_id": str(member), "role": "helper"}
    answer = secretary.send("PUT", f"/events/{event['id']}/roles", body)
    refused(answer, 422, "member_unknown")


@pytest.mark.parametrize(("language", "name"), [("zh", "党课"), ("en", "Lecture")])
def test_categories_come_in_the_readers_language(
    client: FlaskClient, token_for: TokenFor, language: str, name: str
) -> None:
    answer = client.get(
        "/api/v1/event-categories",
        headers={"Authorization": f"Bearer {token_for()}", "Accept-Language": language},
    )
    items = {item["code"]: item for item in answer.json["items"]}
    assert items.keys() == CATEGORIES.keys()
    assert items["lecture"]["name"] == name
    assert items["group_meeting"]["makers"] == [
        "branch_secretary", "city_admin", "committee_member", "group_leader", "unit_admin",
    ]  # fmt: skip
