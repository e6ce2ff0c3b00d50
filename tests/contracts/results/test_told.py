"""What the events service tells of results fits the contract, in every situation."""

import pytest

from shared.contracts.results import RECORDED_V1
from shared.database import Database
from tests.contracts.outbox import assert_told
from tests.contracts.results.situations import SITUATIONS, Situation, Stage


@pytest.mark.parametrize("situation", SITUATIONS[RECORDED_V1], ids=lambda s: s.__name__)
def test_results_are_told_as_the_contract_says(
    stage: Stage, database: Database, situation: Situation
) -> None:
    wanted = situation(stage)
    assert {kind for kind, _ in wanted} == {RECORDED_V1}
    assert_told(database, wanted)
