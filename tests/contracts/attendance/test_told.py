"""What the events service tells of attendance fits the contract, in every situation."""

import pytest

from shared.contracts.attendance import RECORDED_V1
from tests.contracts.attendance.situations import SITUATIONS, Situation, Stage
from tests.contracts.outbox import assert_told


@pytest.mark.parametrize("situation", SITUATIONS[RECORDED_V1], ids=lambda s: s.__name__)
def test_attendance_is_told_as_the_contract_says(stage: Stage, situation: Situation) -> None:
    wanted = situation(stage)
    assert RECORDED_V1 in {kind for kind, _ in wanted}
    assert_told(stage.database, wanted)
