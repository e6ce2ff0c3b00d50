"""What points tells of study fits the contract, in every situation, with the points it gives."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from shared.contracts.study import RECORDED_V1
from shared.database import Database
from tests.contracts.outbox import assert_told
from tests.contracts.study.situations import SITUATIONS, Situation, Stage


@pytest.mark.parametrize("situation", SITUATIONS[RECORDED_V1], ids=lambda s: s.__name__)
def test_study_is_told_as_the_contract_says(stage: Stage, situation: Situation) -> None:
    assert_told(stage.database, situation(stage))


def test_study_that_is_not_posted_is_not_told(stage: Stage) -> None:
    stage.branch.claim(stage.branch.loner, kind="make_up_study", level="lecture")
    refused = stage.desk.send("courses", [("编号",), ("X",)])
    assert refused["state"] == "refused"
    assert_told(stage.database, [])


def test_what_was_posted_before_is_told_by_the_migration(
    stage: Stage, outbox_before_study: Callable[[Database], list[Any]]
) -> None:
    stage.make_up()
    stage.courses(4)
    with stage.database.unit_of_work() as uow:
        now = uow.session.scalars(
            text("SELECT data FROM outbox WHERE stream = 'study' ORDER BY data ->> 'kind'")
        ).all()
    told = outbox_before_study(stage.database)
    # Days were not kept before; all else is told as it is told now.
    assert told == [data | {"days": None} for data in now]
