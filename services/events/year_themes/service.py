"""Themes of years, read and set."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, text

from services.events.year_themes.models import YearThemeRow
from services.events.year_themes.policy import THEMES, theme_of
from shared.auth import Principal
from shared.database import UnitOfWork


def themes(uow: UnitOfWork, years: Iterable[int]) -> list[dict[str, Any]]:
    """Return the themes of some years, those that follow by turns among them."""
    rows = {row.year: row for row in uow.session.scalars(select(YearThemeRow))}
    said = {year: row.theme for year, row in rows.items()}
    return [_shown(year, theme_of(year, said), rows.get(year)) for year in years]


def version_of(uow: UnitOfWork, year: int) -> int:
    """Return the version of a year's setting, which nobody changes before this transaction ends."""
    # Set once a year: a lock on the table also holds off who sets the same year for the first time.
    uow.session.execute(text("LOCK TABLE year_themes IN SHARE ROW EXCLUSIVE MODE"))
    row = uow.session.get(YearThemeRow, year, populate_existing=True)
    return row.version if row else 0


def set_theme(uow: UnitOfWork, principal: Principal, year: int, theme: str) -> dict[str, Any]:
    """Say what a year's theme is. The caller has locked the year."""
    row = uow.session.get(YearThemeRow, year) or YearThemeRow(year=year, version=0)
    row.theme = theme
    row.set_by, row.set_at = principal.member_id, uow.clock.now()
    row.version += 1
    uow.session.add(row)
    uow.session.flush()
    return _shown(year, theme, row)


def _shown(year: int, theme: str | None, row: YearThemeRow | None) -> dict[str, Any]:
    return {
        "year": year,
        "theme": theme,
        "name": THEMES[theme] if theme else None,
        "said": row is not None,
        "version": row.version if row else 0,
    }
