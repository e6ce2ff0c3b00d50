"""Values as people read them, and text that no spreadsheet program runs."""

from datetime import date, datetime
from typing import Final

from shared.clock import SHANGHAI
from shared.documents.model import Column, Value

# What makes a spreadsheet program take text for a formula; the full-width forms count as well in
# Chinese and Japanese editions. Source: OWASP, CSV Injection.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def starts_formula(text: str) -> bool:
    """Tell whether a spreadsheet program may take text for a formula."""
    return text.startswith(_FORMULA_STARTS) or text.lstrip().startswith(_FORMULA_STARTS)


def in_words(value: Value, column: Column | None = None) -> str:
    """Return a value as text: 0.833 of a percent column is 83.3%, a moment is local time."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value
    if column is not None and column.kind == "percent":
        return f"{value:.1%}"
    return f"{int(value):,}" if value == int(value) else f"{value:,}"
