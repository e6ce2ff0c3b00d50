"""What points asks to tell members fits the contract, in every situation."""

import pytest

from tests.contracts.notices.from_points.situations import SITUATIONS, Situation
from tests.contracts.outbox import assert_told
from tests.points.claims.conftest import Branch


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda s: s.__name__)
def test_decisions_are_told_as_the_contract_says(branch: Branch, situation: Situation) -> None:
    assert_told(branch.database, situation(branch))
