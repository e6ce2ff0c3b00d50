"""In whatever order news of results arrive, torn apart and repeated: the ledger is the same."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.database import Database
from shared.ids import new_id
from tests.points.event_results.telling import Message, Telling, result
from tests.points.result_imports.desk import RESULTS, Desk

TITLES = st.sampled_from(["大赛", "运动会"])
DAYS = st.sampled_from(["2026-03-31T23:59:59+08:00", "2026-04-01T00:00:00+08:00",
                        "2026-09-01T14:00:00+08:00"])  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """One result's news from first to last, without its ids."""
    kind = draw(st.sampled_from(["prize", "prize", "quiz", "placing"]))
    first = {"kind": kind, "title": draw(TITLES), "occurred_at": draw(DAYS)}
    levels = st.sampled_from(["unit", "city", "province"])
    states = draw(st.lists(st.sampled_from(["present", "annulled"]), max_size=4))
    return [
        first | {"state": state, "level": draw(levels), "revision": revision}
        for revision, state in enumerate(["present", *states], start=1)
    ]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    told=st.lists(histories(), min_size=1, max_size=5),
    rows=st.lists(st.tuples(TITLES, st.sampled_from(["prize", "quiz"])), unique=True, max_size=3),
    before=st.booleans(),
    data=st.data(),
)
def test_any_order_gives_the_same_ledger(
    *,
    city: Database, desk: Desk, telling: Telling, add_member: Callable[..., UUID],
    told: list[list[dict[str, Any]]], rows: list[tuple[str, str]], before: bool,
    data: st.DataObject,
) -> None:  # fmt: skip
    """Two members live the same; one hears of it in order, the other in any, and twice.

    The first has a spreadsheet imported at the beginning, or both at the end.
    """
    members = [add_member(), add_member()]
    histories_of: list[list[Message]] = []
    for history in told:
        event = {"event_id": str(new_id())}
        ids = [{"result_id": str(new_id())} for _ in members]
        histories_of += [
            [result(member, **identity, **event, **news) for news in history]
            for member, identity in zip(members, ids, strict=True)
        ]

    def bring() -> None:
        table = [
            (member.hex[-12:], "张三", "2026-09-01", title, kind, "unit")
            for member in members
            for title, kind in rows
        ]
        assert not table or desk.send("results", [RESULTS, *table])["state"] == "done"

    if before:
        bring()
    for message in (m for history in histories_of[::2] for m in history):
        telling.tell(message)
    other = [message for history in histories_of[1::2] for message in history]
    other += data.draw(st.lists(st.sampled_from(other), max_size=3))
    shuffled = data.draw(st.permutations(other))
    while shuffled:
        size = data.draw(st.integers(1, len(shuffled)))
        telling.tell(*shuffled[:size])
        shuffled = shuffled[size:]
    if not before:
        bring()

    one, two = (telling.standing(member) for member in members)
    assert one == two
    newest = [history[-1] for history in histories_of[::2]]
    prizes = [m for m in newest if m["state"] == "present" and m["kind"] == "prize"]
    heard = {(m["title"], m["kind"], m["occurred_at"][:10]) for m in newest}
    alone = [row for row in rows if (*row, "2026-09-01") not in heard]
    worth = {"unit": 10, "city": 20, "province": 30}
    earned = sum(worth[m["level"]] for m in prizes) + 10 * len(
        [r for r in alone if r[1] == "prize"]
    )
    assert one.get("C02", 0) == min(60, earned)
    quizzes = {m["event_id"] for m in newest if m["state"] == "present" and m["kind"] == "quiz"}
    assert one.get("S08", 0) == min(
        40, 10 * (len(quizzes) + len([r for r in alone if r[1] == "quiz"]))
    )
