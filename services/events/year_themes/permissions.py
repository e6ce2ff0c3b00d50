"""Who may read and set the themes of years."""

from typing import Final

from shared.auth import Permission

THEMES_READ: Final = Permission("year_themes.read", frozenset({"member"}))
THEMES_SET: Final = Permission("year_themes.set", frozenset({"city_admin"}))
