"""Nobody gives a role above the own reach; the city never loses its last administrator."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

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
        ("security_admin", "city"),
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
    ("security_admin", "city"): {("system_admin", "city"), ("auditor", "city")},
    ("system_admin", "city"): set(),
    ("auditor", "city"): set(),
}
EVERY_GIFT = sorted(MAY_GIVE["city_admin", "city"] | MAY_GIVE["security_admin", "city"])
DUTIES = ("system_admin", "security_admin", "auditor")


def giver(city: City, role: str) -> Caller:
    return (
        city.caller("security_admin", "city") if role in ("system_admin", "auditor") else city.admin
    )


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
def test_one_is_told_which_roles_are_one_s_own_to_give(city: City, holder: tuple[str, str]) -> None:
    answer = city.caller(*holder).get("/role-assignments/givable")
    if answer.status_code == 403:
        assert MAY_GIVE[holder] == set()
        return
    items = answer.json["items"]
    assert {item["path"] for item in items} == {city.paths[holder[1]]}
    assert {item["role"] for item in items} >= {role for role, _ in MAY_GIVE[holder]}
    for role, at in EVERY_GIFT:
        told = any(i["role"] == role and city.paths[at].startswith(i["path"]) for i in items)
        assert told is ((role, at) in MAY_GIVE[holder]), (role, at)


@pytest.mark.parametrize("holder", sorted(MAY_GIVE), ids="@".join)
def test_who_may_give_a_role_may_take_it_away_and_nobody_else(
    city: City, holder: tuple[str, str]
) -> None:
    caller = city.caller(*holder)
    for number, (role, at) in enumerate(EVERY_GIFT):
        member = city.member(f"{number}", "b1")
        assert give(giver(city, role), city, member, role, at)[0] == 201
        if role in policy.NEVER_WITHOUT:
            give(giver(city, role), city, city.member(f"{number}-too", "b1"), role, at)
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
    kinds = {"city": "committee", "u1": "unit", "b1": "branch", "g1": "group"}
    for role, allowed in policy.BOUND_TO.items():
        member = city.member(role.replace("_", "-"), "b1")
        for code, kind in kinds.items():
            status, problem = give(giver(city, role), city, member, role, code)
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
    assert give(giver(city, "auditor"), city, member, "auditor", "city")[0] == 201
    keeper = city.caller("unit_admin", "u1")
    answer = keeper.edit(f"/members/{member}", {"status": "left"})
    assert (answer.status_code, answer.json["code"]) == (403, "out_of_reach")
    rows = [("编号", "姓名", "支部代码", "状态"), ("1", "党员1", "b1", "已转出")]
    job = city.imported("roster", rows, keeper)
    assert [e["code"] for e in job["errors"]] == ["duty_not_yours_to_end"]
    assert [e["code"] for e in city.imported("roster", rows)["errors"]] == ["duty_not_yours_to_end"]
    (duty,) = city.admin.get(f"/members/{member}").json["roles"]
    ended = giver(city, "auditor").call("DELETE", f"/role-assignments/{duty['id']}")
    assert ended.status_code == 204
    assert city.imported("roster", rows)["state"] == "done"


@pytest.mark.parametrize("held", [*DUTIES, "unit_admin", "city_admin"])
@pytest.mark.parametrize("wanted", [*DUTIES, "unit_admin", "city_admin"])
def test_system_security_and_audit_are_three_people_who_administer_nothing_else(
    city: City, held: str, wanted: str
) -> None:
    member = city.member("1", "b1")
    first, second = (("u2" if role == "unit_admin" else "city") for role in (held, wanted))
    assert give(giver(city, held), city, member, held, first)[0] == 201
    answer = give(giver(city, wanted), city, member, wanted, second)
    if held == wanted:
        assert answer == (409, "role_already_given")
    elif {held, wanted} == {"unit_admin", "city_admin"}:
        assert answer[0] == 201
    else:
        assert answer == (409, "duties_separate")
        assert [r["role"] for r in city.admin.get(f"/members/{member}").json["roles"]] == [held]


def test_a_duty_goes_well_with_an_office_of_the_branch(city: City) -> None:
    member = city.member("1", "b1")
    for role, at in (("branch_secretary", "b1"), ("auditor", "city"), ("group_leader", "g1")):
        assert give(giver(city, role), city, member, role, at)[0] == 201


def test_two_duties_given_at_once_leave_one(city: City) -> None:
    for round_number in range(5):
        member = city.member(f"{round_number}", "b1")
        callers = {role: giver(city, role) for role in DUTIES}

        def take_up(
            role: str, member: UUID = member, callers: dict[str, Caller] = callers
        ) -> tuple[int, str]:
            return give(callers[role], city, member, role, "city")

        with ThreadPoolExecutor(3) as pool:
            answers = sorted(pool.map(take_up, DUTIES))
        assert answers == [(201, ""), (409, "duties_separate"), (409, "duties_separate")]


def test_the_database_holds_it_by_whatever_door_a_role_comes(city: City) -> None:
    """Two doors that have both looked before either wrote: the second waits, and is refused."""
    member = city.member("1", "b1")
    put = text("""
        INSERT INTO role_assignments (id, member_id, role, organisation_id)
        VALUES (gen_random_uuid(), :member, :role, :city)
    """)

    def values(role: str) -> dict[str, object]:
        return {"member": member, "role": role, "city": city.ids["city"]}

    def second() -> None:
        with city.database.unit_of_work() as uow:
            uow.session.execute(put, values("auditor"))
            uow.commit()

    with city.database.unit_of_work() as first, ThreadPoolExecutor(1) as pool:
        first.session.execute(put, values("security_admin"))
        waits = pool.submit(second)
        sleep(0.2)
        assert not waits.done()
        first.commit()
        with pytest.raises(IntegrityError, match="separate duties"):
            waits.result()


def test_an_import_gives_nobody_a_second_duty(city: City) -> None:
    heading = ("编号", "姓名", "支部代码", "状态", "角色", "角色组织代码")
    member = city.member("1", "b1")
    assert give(giver(city, "auditor"), city, member, "auditor", "city")[0] == 201
    city.member("2", "b1")
    for role, code, refused in (
        ("安全管理员", "city", True),
        ("机关党委管理员", "u1", True),
        ("支部书记", "b1", False),
    ):
        job = city.imported("roster", [heading, ("1", "党员1", "b1", "正式", role, code)])
        assert [e["code"] for e in job["errors"]] == (["duties_separate"] if refused else [])
    job = city.imported("roster", [heading, ("2", "党员2", "b1", "正式", "安全管理员", "city")])
    assert job["state"] == "done"


def test_the_last_security_administrator_stays(city: City) -> None:
    first, second = city.member("1", "b1"), city.member("2", "b1")

    def end(member: UUID) -> tuple[int, str]:
        (duty,) = city.admin.get(f"/members/{member}").json["roles"]
        answer = city.admin.call("DELETE", f"/role-assignments/{duty['id']}")
        return answer.status_code, "" if answer.status_code == 204 else answer.json["code"]

    give(city.admin, city, first, "security_admin", "city")
    assert end(first) == (409, "last_security_admin")
    left = city.admin.edit(f"/members/{first}", {"status": "left"})
    assert (left.status_code, left.json["code"]) == (409, "last_security_admin")
    rows = [("编号", "姓名", "支部代码", "状态"), ("1", "党员1", "b1", "已转出")]
    assert [e["code"] for e in city.imported("roster", rows)["errors"]] == ["last_security_admin"]
    give(city.admin, city, second, "security_admin", "city")
    assert end(first)[0] == 204


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
