"""What the ledger tells of members' points fits the contract, in every situation."""

from typing import Any

import pytest

from shared.contracts.points import CHANGED_V1
from shared.database import Database
from tests.contracts.outbox import assert_told
from tests.contracts.points.situations import SITUATIONS, Situation, Stage


@pytest.mark.parametrize("situation", SITUATIONS[CHANGED_V1], ids=lambda s: s.__name__)
def test_points_are_told_as_the_contract_says(
    city: Database, attend: Any, situation: Situation
) -> None:
    assert_told(city, situation(Stage(city, attend)))
