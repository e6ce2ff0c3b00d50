"""What study counts, and who is asked for how much. Pure; all amounts are whole minutes.

Source: rule R9 of the domain glossary: "day 8, half-day 4, else 1 h = 1".
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final, Self
from uuid import UUID

HOUR: Final = 60
A_DAY: Final = 24 * HOUR
# Who is asked for more (支部书记、支委).
OFFICES: Final = ("branch_secretary", "committee_member")


@dataclass(frozen=True, slots=True)
class StudyFigures:
    """What R9 asks of a year.

    Attributes:
        member_hours, office_hours: asked of a member; of secretaries and committees.
        day_minutes, day_hours: what lasts so long is a day, and counts so much; so much is also
            the most that one calendar day can count.
        half_day_minutes, half_day_hours: the same of half a day.
        make_up_hours: what make-up study counts, where the session that was missed is not known.
        course_days: the days of a course that came without them.
        categories: the events, by category or tag, that are study.
        not_asked: the statuses of members nothing is asked of.
    """

    member_hours: int
    office_hours: int
    day_hours: int
    day_minutes: int
    half_day_hours: int
    half_day_minutes: int
    make_up_hours: int
    course_days: int
    categories: tuple[str, ...]
    not_asked: tuple[str, ...]

    @classmethod
    def read(cls, figures: Mapping[str, Any]) -> Self:
        return cls(**{field.name: figures[field.name] for field in fields(cls)})

    @property
    def most_a_day(self) -> int:
        return self.day_hours * HOUR

    def target(self, *, office: bool, asked: bool) -> int | None:
        """Return the minutes asked of somebody; None where nothing is."""
        if not asked:
            return None
        return HOUR * (self.office_hours if office else self.member_hours)


def credit(minutes: int, figures: StudyFigures) -> int:
    """Return what one stretch of study counts: never less for lasting longer, never over a day's.

    As long as a day or longer, it is a day; as long as half a day, it is half a day or as long as
    it was, whichever is more; anything shorter is as long as it was.
    """
    if minutes >= figures.day_minutes:
        return figures.most_a_day
    if minutes >= figures.half_day_minutes:
        minutes = max(minutes, figures.half_day_hours * HOUR)
    return min(minutes, figures.most_a_day)


def credits_by_length(figures: StudyFigures) -> list[int]:
    """Return `credit` for each length from nothing to 24 hours."""
    return [credit(minutes, figures) for minutes in range(A_DAY + 1)]


@dataclass(frozen=True, slots=True)
class Portion:
    """What one thing counts on one day; a thing that lasts for days has several."""

    item: UUID
    day: date
    credit: int


def counted(portions: Iterable[Portion], figures: StudyFigures) -> dict[UUID, int]:
    """Return what each thing adds to the year, in the order given.

    One day counts at most as a day: a course that came by import and was also attended as an event
    is not studied twice.
    """
    room: dict[date, int] = defaultdict(lambda: figures.most_a_day)
    adds: dict[UUID, int] = defaultdict(int)
    for portion in portions:
        added = min(portion.credit, room[portion.day])
        room[portion.day] -= added
        adds[portion.item] += added
    return dict(adds)
