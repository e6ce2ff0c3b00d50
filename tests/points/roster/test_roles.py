"""Nobody gives a role above the own reach; the city never loses its last administrator."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest

from services.points.roster import policy
from shared.contracts.roster import MEMBERS_V1
from tests.points.roster.conftest import Caller, City

# (role, where held) of the giver → (role, where) that may be given; everything else may not.
MAY_GIVE = {
    ("city_admin", "city"): {
        ("group_leader", "g1"),
        ("branch_secretary", "b1"),
        ("committee_member", "b1"),
        ("unit_admin", "u1"),
        ("city_admin", "city"),
        ("organiser", "b1"),
        ("auditor", "city"),
        ("unit_admin", "u2"),
        ("branch_secretary", "b3"),
    },
    ("unit_admin", "u1"): {
        ("group_leader", "g1"),
        ("branch_secretary", "b1"),
        ("committee_member", "b1"),
        ("unit_admin", "u1"),
        ("organiser", "b1"),
    },
    ("branch_secretary", "b1"): {("group_leader", "g1"), ("organiser", "b1")},
    ("committee_member", "b1"): {("group_leader", "g1"), ("organiser", "b1")},
    ("group_leader", "g1"): set(),
    ("member", "b1"): set(),
    ("organiser", "b1"): set(),
    ("auditor", "city"): set(),
}
EVERY_GIFT = sorted(MAY_GIVE["city_admin", "city"])


def give(caller: Caller, city: City, member: UUID, role: str, at: str) -> tuple[int, str]:
    body = {"member_id": str(member), "role": role, "organisation_id": str(city.ids[at])}
    answer = caller.post("/role-assignments", body)
    return answer.status_code, answer.json.get("code", "")


@pytest.mark.parametrize("holder", sorted(MAY_GIVE), ids="@".join)
def test_each_role_gives_exactly_what_is_its_to_give(
    city: City, holder: tuple[str, str], count: Callable[[str], int]
) -> None:
    caller = city.caller(*holder)
    for number, (role, at) in enumerate(EVERY_GIFT):
        member = city.member(f"{number}", "b1")
        before = count("role_assignments")
        status, code = give(caller, city, member, role, at)
        if (role, at) in MAY_GIVE[holder]:
            assert status == 201, (role, at)
            assert count("role_assignments") == before + 1
        else:
            assert (status, code) in {(403, "out_of_reach"), (403, "role_needed")}, (role, at)
            assert count("role_assignments") == before


@pytest.mark.parametrize("holder", sorted(MAY_GIVE), ids="@".join)
def test_who_may_give_a_role_may_take_it_away_and_nobody_else(
    city: City, holder: tuple[str, str]
) -> None:
    caller = city.caller(*holder)
    for number, (role, at) in enumerate(EVERY_GIFT):
        member = city.member(f"{number}", "b1")
        assert give(city.admin, city, member, role, at)[0] == 201
        assignment = city.admin.get(f"/role-assignments?member_id={member}").json["items"][0]
        answer = caller.call("DELETE", f"/role-assignments/{assignment['id']}")
        expected = 204 if (role, at) in MAY_GIVE[holder] else 403
        assert answer.status_code == expected, (role, at)
        if expected == 204:
            assert city.outbox(MEMBERS_V1)[-1]["roles"] == []
            gone = city.admin.call("DELETE", f"/role-assignments/{assignment['id']}")
            assert (gone.status_code, gone.json["code"]) == (404, "role_assignment_unknown")


def test_a_role_is_published_with_the_path_it_reaches(city: City) -> None:
    member = city.member("1", "b1")
    give(city.admin, city, member, "branch_secretary", "b1")
    published = city.outbox(MEMBERS_V1)[-1]
    assert published["roles"] == [{"role": "branch_secretary", "path": "/city/u1/b1/"}]
    assert published["version"] == 2


def test_a_role_is_bound_to_the_kind_of_organisation_it_belongs_to(city: City) -> None:
    member = city.member("1", "b1")
    kinds = {"city": "committee", "u1": "unit", "b1": "branch", "g1": "group"}
    for role, allowed in policy.BOUND_TO.items():
        for code, kind in kinds.items():
            status, problem = give(city.admin, city, member, role, code)
            if kind in allowed:
                assert status == 201
            else:
                assert (status, problem) == (422, "role_kind_wrong")


def test_a_role_goes_to_members_within_reach_who_have_not_left(city: City) -> None:
    keeper = city.caller("unit_admin", "u1")
    assert give(keeper, city, city.member("1", "b3"), "branch_secretary", "b1") == (
        403,
        "out_of_reach",
    )
    left = city.member("2", "b1", status="left")
    assert give(keeper, city, left, "branch_secretary", "b1") == (409, "member_has_left")
    member = city.member("3", "b1")
    assert give(keeper, city, member, "branch_secretary", "b1")[0] == 201
    assert give(keeper, city, member, "branch_secretary", "b1") == (409, "role_already_given")


def test_assignments_are_listed_within_reach(city: City) -> None:
    give(city.admin, city, city.member("1", "b1"), "branch_secretary", "b1")
    give(city.admin, city, city.member("2", "b3"), "branch_secretary", "b3")

    def listed(caller: Caller, query: str = "") -> list[str]:
        items = caller.get(f"/role-assignments{query}").json["items"]
        return [item["member_name"] for item in items]

    assert listed(city.caller("unit_admin", "u1")) == ["党员1"]
    assert listed(city.caller("unit_admin", "u2")) == ["党员2"]
    assert listed(city.admin, "?role=branch_secretary") == ["党员1", "党员2"]
    assert listed(city.admin, f"?organisation_id={city.ids['u2']}") == ["党员2"]


def test_nobody_ends_a_duty_above_the_own_reach_by_making_its_holder_leave(city: City) -> None:
    member = city.member("1", "b1")
    give(city.admin, city, member, "auditor", "city")
    keeper = city.caller("unit_admin", "u1")
    answer = keeper.edit(f"/members/{member}", {"status": "left"})
    assert (answer.status_code, answer.json["code"]) == (403, "out_of_reach")
    rows = [("编号", "姓名", "支部代码", "状态"), ("1", "党员1", "b1", "已转出")]
    job = city.imported("roster", rows, keeper)
    assert [e["code"] for e in job["errors"]] == ["duty_not_yours_to_end"]
    assert len(city.admin.get(f"/members/{member}").json["roles"]) == 1
    assert city.imported("roster", rows)["state"] == "done"


def administrators(city: City) -> list[str]:
    found = city.admin.get("/role-assignments?role=city_admin").json["items"]
    return [item["id"] for item in found]


def test_the_last_city_administrator_stays(city: City) -> None:
    (own,) = administrators(city)
    answer = city.admin.call("DELETE", f"/role-assignments/{own}")
    assert (answer.status_code, answer.json["code"]) == (409, "last_city_admin")
    answer = city.admin.edit(f"/members/{city.admin.member_id}", {"status": "left"})
    assert (answer.status_code, answer.json["code"]) == (409, "last_city_admin")


def test_two_administrators_taking_each_other_away_at_once_leave_one(city: City) -> None:
    for round_number in range(5):
        give(city.admin, city, city.member(f"{round_number}", "b1"), "city_admin", "city")
        barrier = Barrier(2)

        def take(assignment: str, barrier: Barrier = barrier) -> int:
            barrier.wait()
            return city.admin.call("DELETE", f"/role-assignments/{assignment}").status_code

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(take, administrators(city))) == [204, 409]
        assert len(administrators(city)) == 1
