"""Cross-cutting groups take members from any branch within reach."""

from uuid import uuid4

from shared.contracts.roster import MEMBERS_V1
from tests.points.roster.conftest import City


def test_members_join_and_leave_a_cross_cutting_group(city: City) -> None:
    members = [str(city.member(n, b)) for n, b in (("1", "b1"), ("2", "b2"))]
    path = f"/organisations/{city.ids['x1']}/members"
    assert city.admin.post(path, {"member_ids": members}).json == {"added": 2}
    assert city.admin.post(path, {"member_ids": members[:1]}).json == {"added": 0}
    assert [e["cross_paths"] for e in city.outbox(MEMBERS_V1)[-2:]] == [["/city/u1/x1/"]] * 2
    listed = city.admin.get(f"/members?organisation_id={city.ids['x1']}").json["items"]
    assert [item["member_no"] for item in listed] == ["1", "2"]
    assert city.admin.call("DELETE", f"{path}/{members[0]}").status_code == 204
    assert city.outbox(MEMBERS_V1)[-1]["cross_paths"] == []
    assert city.admin.call("DELETE", f"{path}/{members[0]}").status_code == 404


def test_a_group_takes_only_whom_the_keeper_reaches(city: City) -> None:
    inside, outside = str(city.member("1", "b1")), str(city.member("2", "b3"))
    keeper = city.caller("unit_admin", "u1")
    path = f"/organisations/{city.ids['x1']}/members"
    city.forget_outbox()
    refused = keeper.post(path, {"member_ids": [inside, outside]})
    assert (refused.status_code, refused.json["code"]) == (403, "out_of_reach")
    assert city.outbox(MEMBERS_V1) == []
    foreign = city.caller("unit_admin", "u2").post(path, {"member_ids": [outside]})
    assert (foreign.status_code, foreign.json["code"]) == (403, "out_of_reach")
    assert keeper.post(path, {"member_ids": [inside]}).json == {"added": 1}


def test_only_cross_cutting_groups_take_members_here(city: City) -> None:
    member = str(city.member("1", "b1"))
    answer = city.admin.post(f"/organisations/{city.ids['g1']}/members", {"member_ids": [member]})
    assert (answer.status_code, answer.json["code"]) == (422, "not_cross_cutting")
    path = f"/organisations/{city.ids['x1']}/members"
    assert city.admin.post(path, {"member_ids": [str(uuid4())]}).status_code == 404
    assert city.admin.post(path, {"member_ids": []}).status_code == 422
