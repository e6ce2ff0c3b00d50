"""应到: everyone who belongs to the organisation of a roster-aware event; or who has a seat; or who is named."""

import pytest

from tests.events.catalogue.people import People, refused
from tests.events.city import City
from tests.events.expected.conftest import HERE, Branch


@pytest.fixture
def inhabited(city: City) -> City:
    secretary = {"role": "branch_secretary", "path": "/city/u1/b1/"}
    elsewhere = {"role": "committee_member", "path": "/city/u1/b2/"}
    city.join("P1", "/city/u1/b1/", roles=[secretary, elsewhere])
    city.join("P2", "/city/u1/b1/", group_path="/city/u1/b1/g1/")
    city.join("P3", "/city/u1/b2/", cross_paths=["/city/u1/youth/"])
    city.join("P4", "/city/u2/b3/")
    city.join("P5", "/city/u1/b1/", status="left")
    return city


@pytest.mark.parametrize(
    ("at", "event", "expected"),
    [
        ("/city/", {"category": "lecture"}, 4),
        ("/city/u1/", {"category": "lecture"}, 3),
        ("/city/u1/b1/", {"category": "branch_meeting"}, 2),
        ("/city/u1/b1/g1/", {"category": "group_meeting"}, 1),
        ("/city/u1/youth/", {"category": "group_meeting"}, 1),
        # A talk that is a lecture as well is one everybody is expected at.
        ("/city/u1/b1/", {"category": "study_session", "tags": ["lecture"]}, 2),
        ("/city/u1/b1/", {"category": "study_session"}, None),
        ("/city/u1/b1/", {"category": "lecture", "audience": "everyone"}, None),
        ("/city/u1/", {"category": "lecture", "required_roles": ["branch_secretary"]}, 1),
        ("/city/u1/", {"category": "lecture", "required_roles": ["unit_admin"]}, 0),
    ],
)
def test_expected_follows_the_organisation(
    people: People, inhabited: City, at: str, event: dict[str, object], expected: int | None
) -> None:
    admin = people.person(("city_admin", "/city/"))
    made = people.published(admin, at, **event)
    attendance = admin.get(f"/events/{made['id']}/attendance").json
    assert (attendance["present"], attendance["expected"]) == (0, expected)
    shown = admin.get(f"/events/{made['id']}/expected").json
    assert (shown["expected"], shown["absent"]) == (expected, expected or 0)
    assert shown["basis"] == (None if expected is None else "roster")
    assert len(shown["items"]) == (expected or 0)


def test_a_further_organisation_is_expected_as_well(people: People, inhabited: City) -> None:
    unit = people.person(("unit_admin", "/city/u1/"))
    also = [str(inhabited.organisations["/city/u1/b2/"])]
    event = people.published(unit, HERE, category="theme_day", also_for=also)["id"]
    assert unit.get(f"/events/{event}/expected").json["expected"] == 3


def test_those_expected_are_listed_by_what_became_of_them(branch: Branch) -> None:
    came, away, missing = branch.members("A1", "A2", "A3")
    (stranger,) = branch.members("A4", path="/city/u1/b2/")
    event = branch.meeting()
    branch.tick(event, came, stranger)
    reason = {"reason": "出差"}
    assert branch.secretary.post(f"/events/{event}/leaves/{away.id}", reason).status_code == 201
    assert branch.counts(event) == (3, 1, 1, 1, 1)
    states = {"present": came, "excused": away, "absent": missing}
    shown = branch.expected(event)["items"]
    assert [item["state"] for item in shown] == ["present", "excused", "absent"]
    assert [item["member_no"] for item in shown] == ["A1", "A2", "A3"]
    assert (shown[1]["leave_state"], shown[1]["leave_reason"]) == ("approved", "出差")
    for state, person in states.items():
        (item,) = branch.expected(event, state=state)["items"]
        assert item["member_id"] == str(person.id)


def test_whoever_comes_after_all_was_not_away_and_an_annulled_check_in_counts_for_nothing(
    branch: Branch,
) -> None:
    comes, goes = branch.members("A1", "A2")
    event = branch.meeting()
    branch.secretary.post(f"/events/{event}/leaves/{comes.id}", {"reason": "出差"})
    branch.tick(event, comes, goes)
    listed = branch.secretary.get(f"/events/{event}/attendance").json["items"]
    check_in = next(i["check_in_id"] for i in listed if i["member_id"] == str(goes.id))
    branch.secretary.post(f"/check-ins/{check_in}/annul", {"reason": "误签"})
    assert branch.counts(event) == (2, 1, 0, 1, 0)


def test_the_list_comes_page_by_page(branch: Branch) -> None:
    branch.members("A3", "A1", "A5", "A2", "A4")
    event, listed, cursor = branch.meeting(), [], ""
    while cursor is not None:
        shown = branch.expected(event, limit="2", **({"cursor": cursor} if cursor else {}))
        assert shown["expected"] == 5
        listed += [item["member_no"] for item in shown["items"]]
        cursor = shown["next_cursor"]
    assert listed == ["A1", "A2", "A3", "A4", "A5"]
    made_up = branch.secretary.get(f"/events/{event}/expected?cursor=WzFd")
    refused(made_up, 400, "cursor_invalid")


def test_of_an_event_with_seats_those_who_have_one_are_expected(branch: Branch) -> None:
    seated, waiting, _ = branch.members("A1", "A2", "A3")
    event = branch.meeting(
        "lecture", starts_at="2026-11-24T14:00:00+08:00", ends_at="2026-11-24T16:00:00+08:00"
    )
    path = f"/events/{event}/registration"
    branch.secretary.send("PUT", path, {"capacity": 1}, **{"If-Match": '"0"'})
    for person in (seated, waiting):
        assert person.post(f"{path}s").status_code == 201
    assert branch.expected(event)["basis"] == "registered"
    assert branch.counts(event) == (1, 0, 0, 1, 0)
    seated.send("DELETE", f"{path}s")
    assert branch.expected(event)["items"][0]["member_id"] == str(waiting.id)


def test_at_a_committees_meeting_those_who_hold_its_offices_are_expected(branch: Branch) -> None:
    def office(role: str, path: str = HERE) -> dict[str, str]:
        return {"role": role, "path": path}

    branch.members("A1")
    committee = [
        branch.city.join(
            "C1", HERE, roles=[office("branch_secretary"), office("committee_member")]
        ),
        branch.city.join("C2", HERE, roles=[office("committee_member")]),
    ]
    branch.city.join("C3", HERE, roles=[office("committee_member", "/city/u1/b2/")])
    branch.city.join("C4", HERE, roles=[office("committee_member")], status="left")
    event = branch.meeting("committee_meeting")
    shown = branch.expected(event)
    assert (shown["basis"], shown["expected"]) == ("offices", 2)
    assert [item["member_id"] for item in shown["items"]] == [str(c) for c in committee]
    # Held together with the whole branch it is a meeting of the whole branch.
    both = branch.meeting("committee_meeting", tags=["branch_meeting"])
    assert branch.counts(both)[0] == 4
    branch.clock.advance(3600)
    branch.let_the_worker_freeze()
    branch.city.join("C5", HERE, roles=[office("committee_member")])
    assert branch.counts(event)[0] == 2


def test_who_is_expected_is_named_where_no_rule_says_it(branch: Branch) -> None:
    chair, member, other = branch.members("A1", "A2", "A3")
    (advisor,) = branch.members("B1", path="/city/u2/b3/")
    event = branch.meeting("study_session")
    assert branch.counts(event) == (None, 0, 0, 0, 0)
    named = branch.name(event, chair, member, advisor)
    assert (named.status_code, named.headers["ETag"]) == (200, '"1"')
    assert (named.json["basis"], named.json["expected"]) == ("named", 3)
    branch.tick(event, chair, other)
    assert branch.counts(event) == (3, 1, 0, 2, 1)
    # Whoever is expected must be able to come.
    assert advisor.get(f"/events/{event}").status_code == 200
    refused(branch.name(event, chair), 412, "edited_meanwhile")
    assert branch.name(event, chair, version=1).json["expected"] == 1
    back = branch.secretary.send("DELETE", f"/events/{event}/expected", **{"If-Match": '"2"'})
    assert (back.json["basis"], back.json["expected"]) == (None, None)


def test_a_list_of_names_is_right_or_refused(branch: Branch) -> None:
    (member,) = branch.members("A1")
    event = branch.meeting("study_session")
    path, match = f"/events/{event}/expected", {"If-Match": '"0"'}
    ghost = {"members": [{"member_no": "A1", "name": "不是他"}]}
    refused(branch.secretary.send("PUT", path, ghost, **match), 422, "member_unknown")
    refused(branch.secretary.send("PUT", path, {"members": []}, **match), 422, "fields_invalid")
    refused(branch.secretary.send("PUT", path, ghost), 428, "if_match_needed")
    refused(member.send("PUT", path, ghost, **match), 403, "not_your_event")
    refused(member.get(path), 403, "not_your_event")
    branch.secretary.post(f"/events/{event}/close")
    refused(branch.name(event, member), 409, "event_not_editable")
    refused(branch.secretary.send("DELETE", path, **match), 409, "event_not_editable")
    assert branch.counts(event)[0] is None
