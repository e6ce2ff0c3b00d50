"""What the roster tells of organisations and members fits the contract, in every situation."""

import pytest

from shared.contracts.roster import BATCH
from tests.contracts.outbox import assert_told, told
from tests.contracts.roster.situations import SITUATIONS, Situation, Stage
from tests.points.roster.conftest import City


@pytest.mark.parametrize(
    ("kind", "situation"),
    [(kind, situation) for kind, all_of_it in SITUATIONS.items() for situation in all_of_it],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_the_roster_is_told_as_the_contract_says(
    city: City, kind: str, situation: Situation
) -> None:
    stage = Stage(city)
    wanted = situation(stage)
    assert kind in {name for name, _ in wanted}
    assert_told(city.database, wanted, after=stage.begun)
    assert all(len(message.entries) <= BATCH for message in told(city.database))
