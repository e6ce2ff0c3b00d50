"""Study hours the slow way: minute by minute, from what happened, without any of the service's SQL.

Every minute of study is laid on its calendar day in Shanghai; a day is then what the rule makes of
its stretches.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from shared.clock import SHANGHAI

STUDY = ("lecture", "study_session", "youth_study", "training")
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Session:
    category: str
    tags: tuple[str, ...]
    place: str
    starts: datetime
    minutes: int

    @property
    def is_study(self) -> bool:
        return self.category in STUDY or any(tag in STUDY for tag in self.tags)

    def is_a(self, category: str) -> bool:
        return category == self.category or category in self.tags


@dataclass(frozen=True)
class Attended:
    session: Session
    came: datetime
    stay: int | None


@dataclass
class Student:
    place: str
    groups: tuple[str, ...] = ()
    attended: list[Attended] = field(default_factory=list)
    courses: list[tuple[date, int | None]] = field(default_factory=list)
    made_up: list[tuple[date, str]] = field(default_factory=list)


def worth(minutes: int) -> int:
    if minutes >= 6 * 60:
        return 8 * 60
    if minutes >= 3 * 60:
        return max(4 * 60, minutes)
    return minutes


def minutes_studied(student: Student, sessions: Sequence[Session], year: int) -> int:
    days: dict[date, int] = defaultdict(int)
    for attended in student.attended:
        for day, stretch in _stretches(attended):
            days[day] += worth(stretch)
    for first, length in student.courses:
        for n in range(length or 3):
            days[first + timedelta(days=n)] += 8 * 60
    for day, missed in student.made_up:
        if missed in STUDY:
            days[day] += _missed(student, sessions, day, missed)
    return sum(min(8 * 60, total) for day, total in days.items() if day.year == year)


def _stretches(attended: Attended) -> list[tuple[date, int]]:
    session = attended.session
    if not session.is_study:
        return []
    begins, length = session.starts, session.minutes
    if session.category == "training" and attended.stay is not None:
        begins = max(attended.came, session.starts)
        over = session.starts + session.minutes * MINUTE
        length = max(0, min(attended.stay, (over - begins) // MINUTE))
    if length <= 24 * 60:
        return [(_day(begins), length)]
    by_day: dict[date, int] = defaultdict(int)
    for n in range(length):
        by_day[_day(begins + n * MINUTE)] += 1
    return list(by_day.items())


def _missed(student: Student, sessions: Sequence[Session], day: date, missed: str) -> int:
    worths = [
        worth(min(24 * 60, session.minutes))
        for session in sessions
        if session.is_a(missed)
        and _day(session.starts) == day
        and (student.place.startswith(session.place) or session.place in student.groups)
    ]
    return max(worths, default=2 * 60)


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()
