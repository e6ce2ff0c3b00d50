"""Who may write where: each writing route tried by each role, inside and outside its reach."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from tests.points.roster.conftest import Caller, City

KEEPERS = {"unit_admin", "city_admin"}
BRANCH = KEEPERS | {"branch_secretary", "committee_member"}
# Where each role of the test is held; all but the city's own reach the first branch only.
HELD_AT = {
    "member": "b1",
    "group_leader": "g1",
    "branch_secretary": "b1",
    "committee_member": "b1",
    "unit_admin": "u1",
    "city_admin": "city",
    "organiser": "b1",
    "system_admin": "city",
    "security_admin": "city",
    "auditor": "city",
}


def write(city: City, inside: bool) -> dict[str, tuple[set[str], Callable[[Caller], Any]]]:
    """Each writing call, on things in unit u1 or in unit u2, with the roles it is open to."""
    unit, branch, group = ("u1", "b1", "x1") if inside else ("u2", "b3", "x2")
    ids = {code: str(value) for code, value in city.ids.items()}
    member = str(city.member(f"{branch}-1", branch))
    tag = {"If_Match": '"1"'}
    return {
        "add an organisation": (
            KEEPERS,
            lambda by: by.post(
                "/organisations",
                {"code": "new", "name": "新", "kind": "branch", "parent_id": ids[unit]},
            ),
        ),
        "rename an organisation": (
            KEEPERS,
            lambda by: by.call("PATCH", f"/organisations/{ids[branch]}", {"name": "新"}, **tag),
        ),
        "add a member": (
            KEEPERS,
            lambda by: by.post(
                "/members", {"member_no": "n", "name": "新", "organisation_id": ids[branch]}
            ),
        ),
        "edit a member": (
            KEEPERS,
            lambda by: by.call("PATCH", f"/members/{member}", {"name": "新"}, **tag),
        ),
        "transfer a member": (
            KEEPERS,
            lambda by: by.post(
                f"/members/{member}/transfers", {"organisation_id": ids["b2" if inside else "b4"]}
            ),
        ),
        "add to a group": (
            KEEPERS,
            lambda by: by.post(f"/organisations/{ids[group]}/members", {"member_ids": [member]}),
        ),
        "give a role": (
            BRANCH,
            lambda by: by.post(
                "/role-assignments",
                {"member_id": member, "role": "organiser", "organisation_id": ids[branch]},
            ),
        ),
    }


CALLS = (
    "add an organisation",
    "rename an organisation",
    "add a member",
    "edit a member",
    "transfer a member",
    "add to a group",
    "give a role",
)


@pytest.mark.parametrize("inside", [True, False], ids=["inside", "outside"])
@pytest.mark.parametrize("call", CALLS)
def test_only_the_keepers_of_a_part_of_the_tree_write_there(
    city: City, call: str, inside: bool
) -> None:
    city.organisation("b4", "branch", "u2")
    city.organisation("x2", "cross_cutting", "u2")
    allowed, send = write(city, inside)[call]
    state = snapshot(city)
    for role, at in HELD_AT.items():
        if role in allowed and (inside or role == "city_admin"):
            continue
        answer = send(city.caller(role, at))
        assert (answer.status_code, answer.json["code"]) in {
            (403, "role_needed"),
            (403, "out_of_reach"),
        }, role
        assert snapshot(city) == state, role
    weakest = next(r for r in HELD_AT if r in allowed) if inside else "city_admin"
    assert send(city.caller(weakest, HELD_AT[weakest])).status_code in {200, 201}
    assert snapshot(city) != state


def test_a_transfer_needs_both_ends(city: City) -> None:
    member = city.member("1", "b1")
    body = {"organisation_id": str(city.ids["b3"])}
    for unit in ("u1", "u2"):
        answer = city.caller("unit_admin", unit).post(f"/members/{member}/transfers", body)
        assert (answer.status_code, answer.json["code"]) == (403, "out_of_reach")
    assert city.admin.post(f"/members/{member}/transfers", body).status_code == 201


def test_a_move_needs_both_ends(city: City) -> None:
    for unit in ("u1", "u2"):
        answer = city.caller("unit_admin", unit).edit(
            f"/organisations/{city.ids['b1']}", {"parent_id": str(city.ids["u2"])}
        )
        assert (answer.status_code, answer.json["code"]) == (403, "out_of_reach")


def snapshot(city: City) -> list[Any]:
    tables = ("organisations", "members", "memberships", "group_members", "role_assignments")
    with city.database.unit_of_work() as uow:
        return [
            list(uow.session.scalars(text(f"SELECT t::text FROM {table} t ORDER BY 1")))
            for table in (*tables, "outbox")
        ]
