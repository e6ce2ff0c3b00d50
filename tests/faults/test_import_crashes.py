"""A worker that dies in the middle of an import: the next one does all of it, once."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.session import Json, Session, eventually
from tests.suite import Suite

pytestmark = pytest.mark.fault

_KILLED = -9
_MEMBERS = 21
# Together more rows than are posted at once, so that the import is killed with a part of it done.
_TITLES = 100
# What a year of quizzes gives at the most.
_CAP = 4


@pytest.fixture(scope="module")
def names(suite: Suite) -> dict[str, str]:
    """The names of members without a past, by their numbers."""
    members = suite.newcomers("u001-b01", _MEMBERS)
    return {member["member_no"]: member["name"] for member in members}


class Desk:
    """The unit administrator's desk, and the books of the members on the list."""

    def __init__(self, suite: Suite, names: dict[str, str]) -> None:
        self._suite = suite
        self._names = names
        self._unit: Session = suite.sign_in("unit")

    def send(self, title: str) -> str:
        """Send a table of quizzes that begin with a title; return the import's id."""
        lines = ["编号,姓名,日期,活动名称,成绩类别"]
        for number, name in self._names.items():
            lines += [f"{number},{name},2026-11-20,{title}{n},知识竞赛" for n in range(_TITLES)]
        answer = self._unit.request(
            "POST", "/imports", data={"kind": "results"},
            files={"file": ("知识竞赛.csv", "\n".join(lines).encode())},
        )  # fmt: skip
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def undo(self, import_id: str) -> None:
        self._unit.post(f"/imports/{import_id}/undo", {"reason": "发错了表"}, status=202)

    def finished(self, import_id: str) -> Json:
        return eventually(
            lambda: self._unit.get(f"/imports/{import_id}"),
            lambda job: job["state"] not in ("queued", "running"),
            60,
        )

    def books(self) -> tuple[int, int]:
        """Return (standing entries, points) of the members on the list."""
        ((entries, tenths),) = self._suite.rows(
            "points",
            "SELECT count(*) FILTER (WHERE e.points > 0), coalesce(sum(e.points), 0)"
            " FROM ledger_entries e JOIN members m ON m.id = e.member_id"
            " WHERE m.member_no = ANY(%s) AND e.reverses IS NULL AND NOT EXISTS ("
            " SELECT FROM ledger_entries r WHERE r.member_id = e.member_id AND r.reverses = e.id)",
            [*self._names],
        )
        return int(entries), int(tenths) // 10

    @contextmanager
    def dying(self, point: str) -> Iterator[None]:
        """Have a worker take what is asked for meanwhile, and see it die at that point."""
        worker = ["services.points.worker"]
        with self._suite.replaced("points-worker", worker, CRASH_AT=point) as process:
            yield
            assert process.wait(60) == _KILLED


@pytest.fixture
def desk(suite: Suite, names: dict[str, str]) -> Desk:
    return Desk(suite, names)


@pytest.mark.parametrize(
    "point",
    [
        "import_before_apply",
        "import_between_batches",
        "import_before_commit",
        "import_after_commit",
    ],
)
def test_an_import_is_applied_once_wherever_its_worker_dies(
    suite: Suite, desk: Desk, point: str
) -> None:
    with desk.dying(point):
        import_id = desk.send(point)
    applied = desk.finished(import_id)
    assert (applied["state"], applied["summary"]["created"]) == ("done", _MEMBERS * _TITLES)
    assert desk.books() == (_MEMBERS * _CAP, _MEMBERS * _CAP)
    suite.prove(30)
    desk.undo(import_id)
    assert desk.finished(import_id)["state"] == "undone"


@pytest.mark.parametrize(
    "point", ["import_between_batches", "import_before_commit", "import_after_commit"]
)
def test_an_import_is_undone_once_wherever_its_worker_dies(
    suite: Suite, desk: Desk, point: str
) -> None:
    import_id = desk.send(f"undone {point}")
    assert desk.finished(import_id)["summary"]["points"] == _MEMBERS * _CAP
    with desk.dying(point):
        desk.undo(import_id)
    undone = desk.finished(import_id)
    assert (undone["state"], undone["summary"]["annulled"]) == ("undone", _MEMBERS * _TITLES)
    assert desk.books() == (0, 0)
    suite.prove(30)
