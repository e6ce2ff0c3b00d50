"""Who may import results."""

from typing import Final

from shared.auth import Permission

RESULTS_IMPORT: Final = Permission("results.import", frozenset({"unit_admin", "city_admin"}))
