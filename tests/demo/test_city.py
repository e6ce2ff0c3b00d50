"""The generated city: the same every time, as large as asked for, and whole."""

from collections import Counter
from datetime import date, datetime

import pytest

from services.demo import city, past
from services.demo.city import SIZES, Size
from shared.clock import SHANGHAI

_TODAY = date(2026, 11, 24)
_SMALL = SIZES["small"]
_MIDDLING = Size(units=30, branches=437, days=90)


@pytest.mark.parametrize(
    ("size", "units", "branches", "members"),
    [
        (SIZES["small"], 3, 12, 240),
        (SIZES["full"], 342, 10_000, 200_000),
        (_MIDDLING, 30, 437, 8_740),
    ],
)
def test_it_is_as_large_as_asked_for(size: Size, units: int, branches: int, members: int) -> None:
    kinds = Counter(organisation.kind for organisation in city.organisations(size))

    assert (kinds["unit"], kinds["branch"], kinds["group"]) == (units, branches, 2 * branches)
    assert kinds["general_branch"] == units // 3
    numbers = [member.member_no for member in city.members(size)]
    assert len(numbers) == len(set(numbers)) == members


def test_it_is_the_same_every_time() -> None:
    assert [*city.organisations(_SMALL)] == [*city.organisations(_SMALL)]
    assert [*city.members(_SMALL)] == [*city.members(_SMALL)]
    assert [*past.attendance(_SMALL, _TODAY)] == [*past.attendance(_SMALL, _TODAY)]


@pytest.mark.parametrize("size", [_SMALL, _MIDDLING])
def test_the_tree_is_whole_and_parents_come_first(size: Size) -> None:
    above = {
        "unit": {"committee"},
        "general_branch": {"unit"},
        "branch": {"unit", "general_branch"},
        "group": {"branch"},
    }
    kinds = {"city": "committee"}
    for organisation in city.organisations(size):
        assert organisation.code not in kinds
        assert kinds[organisation.parent_code] in above[organisation.kind]
        kinds[organisation.code] = organisation.kind


@pytest.mark.parametrize("size", [_SMALL, _MIDDLING])
def test_everybody_belongs_somewhere_and_the_roles_are_given(size: Size) -> None:
    parents = {each.code: each.parent_code for each in city.organisations(size)}
    roles: Counter[str] = Counter()
    for member in city.members(size):
        assert 2 <= len(member.name) <= 3
        assert parents[member.group_code] == member.branch_code
        assert member.joined_on < _TODAY
        if member.role:
            assert member.role_organisation_code in {"city", *parents}
            roles[member.role] += 1
    assert roles == {
        "支部书记": size.branches,
        "支委": 2 * size.branches,
        "党小组长": 2 * size.branches,
        "机关党委管理员": size.units,
        "工委管理员": 1,
        "安全管理员": 1,
    }


def test_who_leads_a_group_is_in_it() -> None:
    for member in city.members(_SMALL):
        if member.role == "党小组长":
            assert member.role_organisation_code == member.group_code


@pytest.mark.parametrize("size", [_SMALL, _MIDDLING])
def test_the_past_is_over_and_ends_on_the_day_before(size: Size) -> None:
    for row in past.attendance(size, _TODAY):
        named = dict(zip(past.HEADINGS, row, strict=True))
        starts, ends = (
            datetime.strptime(named[name], "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
            for name in ("starts_at", "ends_at")
        )
        assert starts < ends
        assert starts.date() == ends.date()
        assert 1 <= (_TODAY - starts.date()).days <= size.days


@pytest.mark.parametrize("size", [_SMALL, _MIDDLING])
def test_who_was_there_is_of_the_branch_and_there_once(size: Size) -> None:
    branch_of = {member.member_no: member.branch_code for member in city.members(size)}
    events: dict[str, tuple[str, ...]] = {}
    seen = set()
    for row in past.attendance(size, _TODAY):
        reference, *what, member_no, _role, _minutes = row
        assert branch_of[member_no] == what[2]
        # All rows of an event say the same of it.
        assert events.setdefault(reference, tuple(what)) == tuple(what)
        assert (reference, member_no) not in seen
        seen.add((reference, member_no))
    assert len(events) > size.branches


def test_some_come_more_often_than_others() -> None:
    often = Counter(row[6] for row in past.attendance(_MIDDLING, _TODAY))
    assert len(set(often.values())) > 5
