"""The city's organisations and people: plain data, the same for the same size every time."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

_SEED: Final = 20_260_701
_PER_BRANCH: Final = 20
_COMMITTEE: Final = (17, 18)

_SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
)
_GIVEN: Final = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华建国文辉力海燕玲红梅志远思雨子涵浩然"
)
_UNITS: Final = (
    "发展改革委", "教育局", "科技局", "工业和信息化局", "民政局", "司法局", "财政局", "人力资源局",
    "自然资源局", "生态环境局", "住房建设局", "交通运输局", "水务局", "农业农村局", "商务局", "文化旅游局",
    "卫生健康委", "应急管理局", "审计局", "市场监管局", "体育局", "统计局", "医疗保障局", "城市管理局",
)  # fmt: skip
_NUMERALS: Final = "一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Size:
    """How large the city is, and how many days of attendance lie behind it."""

    units: int
    branches: int
    days: int


SIZES: Final = MappingProxyType({"small": Size(3, 12, 30), "full": Size(342, 10_000, 365)})


@dataclass(frozen=True, slots=True)
class Organisation:
    code: str
    name: str
    kind: str
    parent_code: str


@dataclass(frozen=True, slots=True)
class Member:
    member_no: str
    name: str
    branch_code: str
    group_code: str
    status: str
    joined_on: date
    role: str = ""
    role_organisation_code: str = ""


def organisations(size: Size) -> Iterator[Organisation]:
    """Return units, general branches, branches and groups, parents first."""
    for unit, count in _branches_of_units(size):
        code = f"u{unit:03d}"
        yield Organisation(code, _unit_name(unit), "unit", "city")
        # Every third unit is large enough for a general branch between itself and its branches.
        parent = code
        if unit % 3 == 0:
            parent = f"{code}-g1"
            yield Organisation(parent, f"{_unit_name(unit)}第一党总支", "general_branch", code)
        for number in range(1, count + 1):
            branch = f"{code}-b{number:02d}"
            # Half of such a unit's branches lie under the general branch.
            under = parent if number <= count // 2 else code
            yield Organisation(branch, f"第{_numeral(number)}党支部", "branch", under)
            for group in (1, 2):
                yield Organisation(
                    f"{branch}-g{group}", f"第{_numeral(group)}党小组", "group", branch
                )


def members(size: Size) -> Iterator[Member]:
    """Return everybody, branch by branch.

    Each branch has a secretary, two more on its committee, and two group leaders.
    """
    numbers = random.Random(_SEED)
    serial = 0
    for unit, count in _branches_of_units(size):
        for number in range(1, count + 1):
            branch = f"u{unit:03d}-b{number:02d}"
            for place in range(_PER_BRANCH):
                serial += 1
                role, at = _role(unit, number, place, branch)
                yield Member(
                    member_no=f"{serial:07d}",
                    name=_name(numbers),
                    branch_code=branch,
                    group_code=f"{branch}-g{1 + place % 2}",
                    status=_status(numbers, place),
                    joined_on=date(1980, 7, 1) + timedelta(days=numbers.randrange(16_000)),
                    role=role,
                    role_organisation_code=at,
                )


def branch_codes(size: Size) -> Iterator[tuple[str, str]]:
    """Return (unit code, branch code) of every branch."""
    for unit, count in _branches_of_units(size):
        for number in range(1, count + 1):
            yield f"u{unit:03d}", f"u{unit:03d}-b{number:02d}"


def members_of(place: int) -> range:
    """Return the serial numbers of the members of the branch at a place in `branch_codes`."""
    return range(place * _PER_BRANCH + 1, (place + 1) * _PER_BRANCH + 1)


def _branches_of_units(size: Size) -> Iterator[tuple[int, int]]:
    least, more = divmod(size.branches, size.units)
    for unit in range(1, size.units + 1):
        yield unit, least + (1 if unit <= more else 0)


def _role(unit: int, branch: int, place: int, code: str) -> tuple[str, str]:
    """Return the role of a branch's member by place: 0 its secretary, 1 and 2 lead its groups.

    17 and 18 sit on its committee, beside those who may sign in to the demo as plain members.

    In the first unit's second branch sit the city's second administrator and its security
    administrator, who appoints the system administrator and the auditor.
    """
    if place == 0:
        return "支部书记", code
    if place in (1, 2):
        return "党小组长", f"{code}-g{1 + place % 2}"
    if place in _COMMITTEE:
        return "支委", code
    if place == 3 and branch == 1:  # noqa: PLR2004 - the next free place
        return "机关党委管理员", f"u{unit:03d}"
    if unit == 1 and branch == 2:  # noqa: PLR2004 - the second branch
        return {4: ("工委管理员", "city"), 6: ("安全管理员", "city")}.get(place, ("", ""))
    return "", ""


def _status(numbers: random.Random, place: int) -> str:
    if place < 16 or place in _COMMITTEE:  # noqa: PLR2004 - those who may sign in are in service
        return "正式党员"
    return numbers.choice(("正式党员", "正式党员", "预备党员", "退休党员"))


def _name(numbers: random.Random) -> str:
    given = "".join(numbers.choice(_GIVEN) for _ in range(numbers.choice((1, 2, 2))))
    return numbers.choice(_SURNAMES) + given


def _unit_name(unit: int) -> str:
    name = f"市{_UNITS[(unit - 1) % len(_UNITS)]}"
    round_ = (unit - 1) // len(_UNITS)
    return f"{name}机关党委" if not round_ else f"{name}直属{_numeral(round_)}处机关党委"


def _numeral(number: int) -> str:
    """Return 1 to 99 as Chinese people write them."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _NUMERALS[ones - 1]
    head = "" if tens == 1 else _NUMERALS[tens - 1]
    return f"{head}十{_NUMERALS[ones - 1] if ones else ''}"
