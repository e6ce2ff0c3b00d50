"""Everything in which members are told something, by whichever service."""

from typing import Final

from shared.contracts.notices import REQUESTED_V1
from tests.contracts.notices.from_events import situations as from_events
from tests.contracts.notices.from_points import situations as from_points

SITUATIONS: Final = {REQUESTED_V1: (*from_events.SITUATIONS, *from_points.SITUATIONS)}
