"""Who can sign in, and how, found among all members."""

import re

import pytest

from services.gateway.accounts.statements import WITH_OFFICE
from services.gateway.identity.policy import SECOND_FACTOR_ROLES
from tests.gateway.accounts.conftest import Office


def listed(office: Office, query: str = "") -> set[str]:
    answer = office.call("security", "GET", f"/accounts?limit=200{query}")
    assert answer.status_code == 200, answer.text
    names = {str(member_id): name for name, member_id in office.ids.items()}
    return {names[item["member_id"]] for item in answer.json["items"]}


@pytest.fixture
def city(office: Office) -> Office:
    office.ids["without"] = office.people.member(path="/city/u002/b0001/")
    office.ids["gone"] = office.people.member(status="left")
    office.join("appointed", ("unit_admin", "/city/u002/"))
    office.act("system", "member", "lock")
    return office


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("password", {"system", "security", "security2", "auditor", "unit", "member", "appointed"}),
        ("wechat", set()),
        ("second_factor", {"system", "security", "security2", "auditor", "unit"}),
        ("factor_missing", {"appointed"}),
        ("locked", {"member"}),
        ("never_signed_in", {"security2", "auditor", "unit", "member", "appointed", "without"}),
    ],
)
def test_a_state_is_filtered_for(city: Office, state: str, found: set[str]) -> None:
    city.bearer("security")
    assert listed(city, f"&state={state}") == found
    for item in city.call("security", "GET", "/accounts?limit=200").json["items"]:
        missing = item["member_id"] == str(city.ids["appointed"])
        assert item["factor_missing"] is missing


def test_members_without_an_account_are_there_and_those_who_left_are_not(city: Office) -> None:
    found = listed(city)
    assert "without" in found
    assert "gone" not in found
    items = city.call("security", "GET", "/accounts?limit=200").json["items"]
    (without,) = (i for i in items if i["member_id"] == str(city.ids["without"]))
    assert (without["has_account"], without["username"]) == (False, None)
    (unit,) = (i for i in items if i["member_id"] == str(city.ids["unit"]))
    assert unit["roles"] == [{"role": "unit_admin", "path": "/city/u001/"}]


def test_one_is_found_by_number_username_or_name(city: Office) -> None:
    number = f"M{city.ids['member'].hex[-8:]}"
    assert listed(city, f"&q={number[:9]}") == {"member"}
    assert listed(city, "&q=SECUR") == {"security", "security2"}
    assert len(listed(city, "&q=张三")) == 8
    assert listed(city, "&q=%25") == set()


def test_pages_follow_the_numbers(city: Office) -> None:
    found, cursor = [], ""
    for _ in range(10):
        answer = city.call("system", "GET", f"/accounts?limit=3{cursor}").json
        found += [item["member_no"] for item in answer["items"]]
        if answer["next_cursor"] is None:
            break
        cursor = f"&cursor={answer['next_cursor']}"
    assert found == sorted(found)
    assert len(found) == 8


def test_a_place_narrows_it(city: Office) -> None:
    from sqlalchemy import text

    unit = city.people.member()
    with city.database.unit_of_work() as uow:
        uow.session.execute(
            text("INSERT INTO organisations VALUES (:id, '二单位', '/city/u002/', 1)"), {"id": unit}
        )
        uow.commit()
    assert listed(city, f"&organisation_id={unit}") == {"without"}
    assert listed(city, f"&organisation_id={city.ids['unit']}") == set()


def test_the_few_with_an_office_are_found_by_their_index(office: Office) -> None:
    """It names the roles once more, and is of use only while it names the same."""
    ((index,),) = office.rows(
        "SELECT pg_get_indexdef(oid) FROM pg_class WHERE relname = 'members_with_office'"
    )
    assert set(re.findall(r'@\."role" == "(\w+)"', index)) == SECOND_FACTOR_ROLES
    plan = office.rows(f"EXPLAIN SELECT * FROM members m WHERE {WITH_OFFICE} ORDER BY m.member_no")
    assert "members_with_office" in str(plan)


@pytest.mark.parametrize("username", ["unit", "auditor"])
def test_nobody_else_looks(office: Office, username: str) -> None:
    for path in ("/accounts", f"/accounts/{office.ids['member']}"):
        answer = office.call(username, "GET", path)
        assert (answer.status_code, answer.json["code"]) == (403, "role_needed")


def test_a_description_says_how_somebody_is_signed_in(office: Office) -> None:
    office.bearer("unit")
    office.act("security", "member", "second-factor")
    answer = office.call("system", "GET", f"/accounts/{office.ids['unit']}").json
    (session,) = answer["sessions"]
    assert (session["how"], session["second_factor"], session["current"]) == (
        "password",
        True,
        False,
    )
    answer = office.call("system", "GET", f"/accounts/{office.ids['member']}").json
    assert answer["enrolment_expires_at"] > answer["enrolment_issued_at"]
    assert answer["sessions"] == []
