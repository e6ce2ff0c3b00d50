"""Who confirms prizes beyond the unit's own: those who may also import them into points."""

from typing import Final

from shared.auth import Permission

RESULTS_CONFIRM_HIGH: Final = Permission(
    "results.confirm_high", frozenset({"unit_admin", "city_admin"})
)
