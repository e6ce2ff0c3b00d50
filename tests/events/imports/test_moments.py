"""Cells become moments: local unless they say otherwise, and never a guess."""

from datetime import UTC, datetime

import pytest

from services.events.imports.moments import moment
from shared.imports.parsers import BadCellError


@pytest.mark.parametrize(
    ("cell", "utc"),
    [
        ("2024-03-01 14:00", datetime(2024, 3, 1, 6, 0, tzinfo=UTC)),
        ("2024/3/1 8:05", datetime(2024, 3, 1, 0, 5, tzinfo=UTC)),
        ("2024-03-01T14:00:30+08:00", datetime(2024, 3, 1, 6, 0, 30, tzinfo=UTC)),
        ("2024-03-01T06:00:00Z", datetime(2024, 3, 1, 6, 0, tzinfo=UTC)),
        (datetime(2024, 3, 1, 14, 0), datetime(2024, 3, 1, 6, 0, tzinfo=UTC)),  # noqa: DTZ001 - a cell
    ],
)
def test_moments_are_read(cell: str | datetime, utc: datetime) -> None:
    assert moment.read(cell) == utc


@pytest.mark.parametrize(
    "cell",
    ["2024-03-01", "14:00", "2024-02-30 14:00", "2024-03-01 24:00", "1924-03-01 14:00", 45352.58,
     "2024-03-01 14:00+99:00", "٢٠٢٤-03-01 14:00"],
)  # fmt: skip
def test_anything_else_is_refused(cell: str | float) -> None:
    with pytest.raises(BadCellError):
        moment.read(cell)
