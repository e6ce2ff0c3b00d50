"""All services mean the same by a kind: what may be switched off has a name, and is a reminder."""

import pytest

from services.events.reminders import changes, due
from services.gateway.notices.kinds import SWITCHABLE as NAMED
from shared.contracts.notices import SWITCHABLE


def test_whatever_can_be_switched_off_has_a_name() -> None:
    assert tuple(NAMED) == SWITCHABLE


@pytest.mark.parametrize("kind", [due.DAY, due.HOUR])
def test_reminders_of_events_can_be_switched_off(kind: str) -> None:
    assert kind in SWITCHABLE


@pytest.mark.parametrize("kind", [changes.CHANGED, changes.CANCELLED])
def test_changes_cannot(kind: str) -> None:
    assert kind not in SWITCHABLE
