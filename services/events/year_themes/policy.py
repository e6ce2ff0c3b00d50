"""Which theme a year has. Pure.

Source: the domain's programme 一年体育、一年文化交替. Which of the two a year is, the city says; from the
last year it said it of, the two go on in turn, and so they do before the first.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from shared.errors import Invalid
from shared.text import Text

THEMES: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "culture": Text("文化年", "Year of culture"),
        "sports": Text("体育年", "Year of sports"),
    }
)
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2099


def theme_of(year: int, said: Mapping[int, str]) -> str | None:
    """Return a year's theme; None as long as the city has said none at all.

    Args:
        year: which.
        said: themes by year, as the city set them.
    """
    if not said:
        return None
    earlier = [known for known in said if known <= year]
    base = max(earlier) if earlier else min(said)
    if (year - base) % 2 == 0:
        return said[base]
    return next(theme for theme in THEMES if theme != said[base])


def read_year(written: str) -> int:
    """Return the year of an address, e.g. ``2026``.

    Raises:
        Invalid: `year_invalid`.
    """
    if written.isascii() and written.isdigit() and len(written) == len(str(LAST_YEAR)):
        year = int(written)
        if FIRST_YEAR <= year <= LAST_YEAR:
            return year
    raise Invalid(
        "year_invalid",
        Text(
            zh=f"年份须在 {FIRST_YEAR} 到 {LAST_YEAR} 之间，如 2026。",
            en=f"Write a year from {FIRST_YEAR} to {LAST_YEAR}, e.g. 2026.",
        ),
    )
