"""Entries that look like one person are shown once, to whoever keeps the roster there."""

import itertools
from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.ids import new_id
from tests.points.roster.conftest import Caller, City

_EXAMPLES = itertools.count()


def shown(caller: Caller, limit: int = 50) -> dict[tuple[str, str], list[str]]:
    """All pairs that the caller is shown, read page by page, with what is alike."""
    pairs, cursor = {}, ""
    while True:
        answer = caller.get(f"/members/namesakes?limit={limit}{cursor}")
        assert answer.status_code == 200, answer.text
        for item in answer.json["items"]:
            pair = item["first"]["member_no"], item["second"]["member_no"]
            assert pair not in pairs
            pairs[pair] = item["alike"]
        if answer.json["next_cursor"] is None:
            return pairs
        cursor = f"&cursor={answer.json['next_cursor']}"


def test_one_name_and_one_day_or_branch_make_a_pair_and_a_name_alone_does_not(city: City) -> None:
    day = str(date(2020, 7, 1))
    city.member("11", "b1", name="张三", joined_on=day)
    city.member("12", "b3", name="张 三", joined_on=day)
    city.member("13", "b1", name="张三", joined_on="2021-07-01")
    city.member("14", "b2", name="张三")
    city.member("15", "b2", name="李四", joined_on=day)
    city.member("16", "b1", name="张三", joined_on=day, status="left")
    assert shown(city.admin) == {("11", "12"): ["same_day"], ("11", "13"): ["same_branch"]}
    assert shown(city.caller("unit_admin", "u1")) == {("11", "13"): ["same_branch"]}
    assert shown(city.caller("unit_admin", "u2")) == {}


def test_two_who_were_told_apart_are_not_shown_until_that_is_taken_back(city: City) -> None:
    one, other = city.member("11", "b1", name="张三"), city.member("12", "b1", name="张三")
    for address in (f"/members/{other}/namesakes/{one}", f"/members/{one}/namesakes/{other}"):
        assert city.admin.call("PUT", address).status_code == 204
    assert shown(city.admin) == {}
    assert city.admin.call("DELETE", f"/members/{one}/namesakes/{other}").status_code == 204
    assert shown(city.admin) == {("11", "12"): ["same_branch"]}


def test_only_who_keeps_both_entries_tells_them_apart(city: City) -> None:
    one, other = city.member("11", "b1", name="张三"), city.member("12", "b3", name="张三")
    keeper = city.caller("unit_admin", "u1")

    def refused(caller: Caller, first: UUID, second: UUID) -> Any:
        answer = caller.call("PUT", f"/members/{first}/namesakes/{second}")
        return answer.status_code, answer.json["code"]

    assert refused(keeper, one, other) == (403, "out_of_reach")
    assert refused(city.admin, one, one) == (422, "one_entry_only")
    assert refused(city.admin, one, new_id()) == (404, "member_unknown")
    assert refused(city.caller("branch_secretary", "b1"), one, other) == (403, "role_needed")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    people=st.lists(
        st.tuples(
            st.sampled_from(("张三", "李四")),
            st.sampled_from(("b1", "b2", "b3")),
            st.sampled_from((None, "2020-07-01", "2021-07-01")),
            st.sampled_from(("full", "mobile", "left")),
        ),
        max_size=9,
    ),
    limit=st.integers(1, 4),
)
def test_pairs_are_what_looking_at_every_two_finds(
    city: City, people: list[tuple[str, str, str | None, str]], limit: int
) -> None:
    # The same city for all examples: names and numbers are this one's own.
    mine = next(_EXAMPLES)
    entries = []
    for number, (name, branch, day, status) in enumerate(people):
        member_no = f"{mine}-{number}"
        city.member(member_no, branch, name=f"{name}{mine}", joined_on=day, status=status)
        if status != "left":
            entries.append((member_no, name, branch, day))
    expected = {
        (a[0], b[0])
        for a, b in itertools.combinations(entries, 2)
        if a[1] == b[1] and (a[2] == b[2] or (a[3] and a[3] == b[3]))
    }
    found = {pair for pair in shown(city.admin, limit) if pair[0].startswith(f"{mine}-")}
    assert found == expected
