"""What stands on a line: the ledger, neither more nor less."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from services.points.checker.check import check
from services.points.ledger.attendance import AttendancePosting
from services.points.ledger.decided import post_decided
from services.points.ledger.recorded import RecordedFact
from services.points.scoring import Fact
from services.points.statements.lines import read_lines
from services.points.statements.policy import month_of
from shared.database import Database
from shared.ids import new_id
from tests.points.city import BRANCH, OTHER, deliver, join
from tests.points.statements.office import Office, belong

Roll = Callable[..., UUID]
Post = Callable[..., None]


def line(office: Office, statement: str, member: UUID) -> dict[str, Any]:
    (found,) = [x for x in office.read(statement)["lines"] if x["member_id"] == str(member)]
    return {k: found[k] for k in ("before", "gained", "deducted", "total")}


def test_a_line_says_what_was_before_and_what_the_month_brought(
    office: Office, roll: Roll, attend: Any, post: Post
) -> None:
    member = roll()
    post(
        attend(member, day="2026-09-30T23:59"),
        attend(member, day="2026-10-01T00:00:01"),
        attend(member, "theme_day", "2026-10-31T23:59"),
        attend(member, "theme_day", "2026-11-01T08:00"),
        attend(member, "theme_day", "2025-10-05"),
    )
    expected = {"before": 2, "gained": 3, "deducted": 0, "total": 5}
    assert line(office, office.prepared(), member) == expected


def test_an_annulled_check_in_is_no_deduction(
    office: Office, roll: Roll, attend: Any, post: Post
) -> None:
    member = roll()
    message = attend(member, day="2026-10-08")
    post(message, attend(member, day="2026-10-09"))
    post(message | {"state": "annulled", "reason": "误签", "revision": 2})
    assert line(office, office.prepared(), member) == {
        "before": 0, "gained": 2, "deducted": 0, "total": 2,
    }  # fmt: skip


def test_a_deduction_is_one(office: Office, roll: Roll, attend: Any, post: Post) -> None:
    member = roll()
    post(attend(member, day="2026-10-08"), attend(member, day="2026-10-09"))
    moment = datetime(2026, 10, 20, 1, tzinfo=UTC)
    absence = Fact(new_id(), member, "unexcused_absence", moment, role="self", source="manual")
    with office.city.unit_of_work() as uow:
        post_decided(uow, [RecordedFact(absence, "adjustment:1", "无故缺席组织生活")])
        uow.commit()
    assert line(office, office.prepared(), member) == {
        "before": 0, "gained": 4, "deducted": -2, "total": 2,
    }  # fmt: skip


def test_lines_are_in_name_order_and_hide_nobody(
    office: Office, roll: Roll, attend: Any, post: Post
) -> None:
    names = ["张三", "李四", "欧阳修", "单雄信", "安"]
    members = {name: roll(name) for name in names}
    post(
        attend(members["张三"], day="2026-10-08"),
        attend(members["单雄信"], "theme_day", "2026-10-08"),
    )
    with office.city.unit_of_work() as uow:
        uow.session.execute(text("UPDATE members SET hide_name = true"))
        uow.commit()
    statement = office.published()
    lines = office.read(statement)["lines"]
    assert [x["name"] for x in lines] == ["安", "李四", "欧阳修", "单雄信", "张三"]
    assert [x["total"] for x in lines] == [0, 0, 0, 1, 2]


def test_who_is_not_scored_is_listed_all_the_same(
    office: Office, roll: Roll, attend: Any, post: Post
) -> None:
    retired = roll("老王", scored=False)
    post(attend(retired, day="2026-10-08"))
    (only,) = office.read(office.prepared())["lines"]
    assert (only["name"], only["scored"], only["total"]) == ("老王", False, 0)


def test_who_joined_after_the_month_or_left_before_it_is_not_listed(
    office: Office, city: Database, roll: Roll
) -> None:
    there = roll("一直在")
    for name, since, until in (
        ("后来的", "2026-11-01", None),
        ("先走的", "2026-01-01", "2026-10-01"),
        ("月末来的", "2026-10-31", None),
        ("月初走的", "2026-01-01", "2026-10-02"),
    ):
        belong(city, join(city, OTHER, name=name), BRANCH, since, until)
    names = {x["name"] for x in office.read(office.prepared())["lines"]}
    assert names == {"一直在", "月末来的", "月初走的"}
    assert there


def test_past_points_stay_with_the_branch_of_then(
    office: Office, city: Database, attend: Any, post: Post
) -> None:
    """Transferred on 16 October: what came before stays on the old branch's statement."""
    member = join(city, OTHER)
    belong(city, member, BRANCH, "2026-01-01", "2026-10-16")
    belong(city, member, OTHER, "2026-10-16")
    post(
        attend(member, day="2026-09-10"),
        attend(member, day="2026-10-10"),
        attend(member, "theme_day", "2026-10-20"),
    )
    old, new = office.prepared(), office.prepared(organisation=OTHER)
    assert line(office, old, member) == {"before": 2, "gained": 2, "deducted": 0, "total": 4}
    (there,) = office.as_admin("GET", f"/statements/{new}").json["lines"]
    assert (there["before"], there["gained"], there["total"]) == (0, 1, 1)
    office.set_clock("2026-11-28T09:00")
    assert office.read(office.prepared("2026-11"))["lines"] == []


KINDS = ("lecture", "theme_day", "branch_meeting", "culture", "volunteering")
MOMENTS = st.datetimes(datetime(2026, 8, 20), datetime(2026, 11, 10))  # noqa: DTZ001 - made aware below
HAPPENED = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(KINDS), MOMENTS, st.booleans()), max_size=12
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(HAPPENED, st.integers(0, 80))
def test_lines_are_the_sums_of_the_ledger(
    city: Database, attend: Any, happened: list[tuple[int, str, datetime, bool]], moved_on: int
) -> None:
    """Whatever happened, was annulled, and wherever people went meanwhile."""
    members = [join(city) for _ in range(3)]
    transfer = datetime(2026, 8, 25, tzinfo=UTC) + timedelta(days=moved_on)
    day = transfer.date().isoformat()
    belong(city, members[0], BRANCH, "2026-01-01", day)
    belong(city, members[0], OTHER, day)
    for member in members[1:]:
        belong(city, member, BRANCH, "2026-01-01")
    told = [
        attend(members[who], kind, moment.isoformat(), minutes=90)
        for who, kind, moment, _ in happened
    ]
    deliver(city, AttendancePosting(), *told)
    undone = [m for m, (*_, annulled) in zip(told, happened, strict=True) if annulled]
    deliver(
        city,
        AttendancePosting(),
        *(m | {"state": "annulled", "reason": "误签", "revision": 2} for m in undone),
    )
    with city.unit_of_work() as uow:
        found = defaultdict(list)
        for branch in (BRANCH, OTHER):
            for name in ("2026-08", "2026-09", "2026-10", "2026-11"):
                for found_line in read_lines(uow, branch, month_of(name)):
                    if found_line.member_id in members:
                        found[branch, found_line.member_id].append((name, found_line))
        sums = uow.session.execute(
            text(
                "SELECT organisation_id, member_id, sum(points) AS points FROM ledger_entries"
                " WHERE member_id = ANY(:members) GROUP BY 1, 2"
            ),
            {"members": members},
        ).all()
        assert check(uow).violations == []
    ledger = {(row.organisation_id, row.member_id): row.points for row in sums}
    for key, lines in found.items():
        brought = sum(x.gained + x.deducted for _, x in lines)
        assert brought == ledger.pop(key, 0)
        assert lines[-1][1].total == brought
        for (_, earlier), (_, later) in pairwise(lines):
            assert later.before == earlier.total
    assert not any(ledger.values())
