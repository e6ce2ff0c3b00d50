"""Everything that makes the points service tell of study outside events."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from services.points.claims.service import annul
from shared.contracts.notices import REQUESTED_V1
from shared.contracts.points import CHANGED_V1
from shared.contracts.study import RECORDED_V1
from shared.database import Database
from tests.contracts.outbox import Wanted
from tests.points.claims.conftest import Branch
from tests.points.result_imports.desk import Desk

MISSED: Final = {"kind": "make_up_study", "title": "补学党课", "day": "2026-11-20"}
COURSES: Final = ("编号", "姓名", "日期", "培训班名称", "天数")


@dataclass
class Stage:
    database: Database
    branch: Branch
    desk: Desk

    def make_up(self, **changes: Any) -> dict[str, Any]:
        """Claim make-up study for the loner, and have it approved."""
        claim = self.branch.claim(self.branch.loner, **MISSED, **{"level": "lecture"} | changes)
        answer = self.branch.review(self.branch.secretary, claim, "approve")
        assert answer.status_code == 200, answer.text
        return claim

    def courses(self, *days: int) -> dict[str, Any]:
        """Import a course of the loner's, once for each number of days, and return the last."""
        for number in days:
            row = (self.branch.loner.hex[-12:], "王五", "2026-06-05", "春季班", number)
            done = self.desk.send("courses", [COURSES, row])
            assert done["state"] == "done", done
        return done  # type: ignore[no-any-return]


def recorded(**fields: Any) -> Wanted:
    usual = {"state": "present", "reason": None, "revision": 1}
    return RECORDED_V1, [usual | fields]


POINTS: Final[Wanted] = (CHANGED_V1, [{}])
# What the claimant is told of the decision.
NOTICE: Final[Wanted] = (REQUESTED_V1, [{}])


def make_up_study_is_approved(stage: Stage) -> list[Wanted]:
    claim = stage.make_up()
    told = recorded(
        fact_id=claim["id"],
        member_id=str(stage.branch.loner),
        kind="make_up_study",
        title="补学党课",
        occurred_at="2026-11-20T04:00:00+00:00",
        days=None,
        missed="lecture",
    )
    return [NOTICE, told, POINTS]


def approved_make_up_study_is_annulled(stage: Stage) -> list[Wanted]:
    claim = stage.make_up()
    with stage.database.unit_of_work() as uow:
        annul(uow, UUID(claim["id"]), "申报不实")
        uow.commit()
    undone = recorded(fact_id=claim["id"], state="annulled", reason="申报不实", revision=2)
    return [NOTICE, recorded(fact_id=claim["id"]), POINTS, undone, POINTS]


def another_claim_is_approved(stage: Stage) -> list[Wanted]:
    """Only study is told of."""
    stage.branch.approved()
    stage.courses(3)
    return [NOTICE, POINTS, recorded(days=3), POINTS]


def a_course_is_imported(stage: Stage) -> list[Wanted]:
    stage.courses(5)
    told = recorded(
        member_id=str(stage.branch.loner),
        kind="training_course",
        title="春季班",
        occurred_at="2026-06-05T04:00:00+00:00",
        days=5,
        missed=None,
    )
    return [told, POINTS]


def a_course_is_imported_again_and_then_corrected(stage: Stage) -> list[Wanted]:
    stage.courses(5, 5, 4)
    # What a course is worth does not hang on its days, but the year was scored anew.
    return [recorded(days=5), POINTS, recorded(days=4, revision=2)]


def an_import_of_courses_is_undone(stage: Stage) -> list[Wanted]:
    stage.desk.finished(stage.desk.undo(stage.courses(3)["id"]))
    undone = recorded(days=3, state="annulled", reason="发错了表", revision=2)
    return [recorded(days=3), POINTS, undone, POINTS]


Situation = Callable[[Stage], list[Wanted]]
SITUATIONS: Final[dict[str, tuple[Situation, ...]]] = {
    RECORDED_V1: (
        make_up_study_is_approved,
        approved_make_up_study_is_annulled,
        another_claim_is_approved,
        a_course_is_imported,
        a_course_is_imported_again_and_then_corrected,
        an_import_of_courses_is_undone,
    )
}
