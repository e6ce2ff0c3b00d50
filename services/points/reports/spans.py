"""The days a report is of. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Self

from shared.clock import SHANGHAI
from shared.errors import Unprocessable
from shared.text import Text

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Span:
    """Days of Asia/Shanghai, the first and the last included."""

    first: date
    last: date

    @classmethod
    def of_year(cls, year: int) -> Self:
        return cls(date(year, 1, 1), date(year, _MONTHS, 31))

    @classmethod
    def asked(cls, query: dict[str, Any], today: date) -> Self:
        """Return the span a query names: `year`, or `first` and `last`, or else the present year.

        Raises:
            Unprocessable: `span_unclear`, `span_backwards`.
        """
        year, first, last = query["year"], query["first"], query["last"]
        if first is None and last is None:
            return cls.of_year(year or today.year)
        if year is not None or first is None or last is None:
            raise Unprocessable(
                "span_unclear",
                Text("请填 year，或同时填 from 和 to。", "Give either year, or both from and to."),
            )
        if last < first:
            raise Unprocessable(
                "span_backwards",
                Text(
                    "结束日期早于开始日期，请对调。",
                    "The span ends before it begins; swap the days.",
                ),
            )
        return cls(first, last)

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time(), SHANGHAI)

    @property
    def until(self) -> datetime:
        """The moment the span is over."""
        return datetime.combine(self.last + timedelta(days=1), time(), SHANGHAI)

    @property
    def months(self) -> list[str]:
        """The months the span touches, e.g. ``2026-11``."""
        first = self.first.year * _MONTHS + self.first.month - 1
        last = self.last.year * _MONTHS + self.last.month - 1
        return [f"{n // _MONTHS:04d}-{n % _MONTHS + 1:02d}" for n in range(first, last + 1)]

    def check_length(self, months: int) -> None:
        """Refuse a span that touches more months than the report can show.

        Raises:
            Unprocessable: `span_too_long`.
        """
        if len(self.months) > months:
            raise Unprocessable(
                "span_too_long",
                Text(
                    f"这份报表最多跨 {months} 个月，请缩短时间段。",
                    f"This report takes at most {months} months; choose a shorter span.",
                ),
                extra={"longest_months": months},
            )

    def in_words(self) -> Text:
        if self == Span.of_year(self.first.year):
            return Text(f"{self.first.year}年", f"{self.first.year}")
        days = f"{self.first.isoformat()} – {self.last.isoformat()}"
        return Text(days, days)
