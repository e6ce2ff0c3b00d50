"""What events asks to tell members fits the contract, in every situation."""

import pytest

from tests.contracts.notices.from_events.situations import SITUATIONS, Situation
from tests.contracts.outbox import assert_told
from tests.events.reminders.conftest import Board


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda s: s.__name__)
def test_events_are_told_as_the_contract_says(board: Board, situation: Situation) -> None:
    assert_told(board.database, situation(board))
