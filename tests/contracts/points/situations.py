"""Everything that changes members' points, and what it makes points tell its boards."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from services.points.ledger.attendance import AttendancePosting
from shared.contracts.points import CHANGED_V1
from shared.database import Database
from tests.contracts.outbox import Wanted
from tests.points.city import change_member, deliver, join, tell_of


class Stage:
    """A city whose members attend, and whose years are posted."""

    def __init__(self, database: Database, attend: Callable[..., dict[str, Any]]) -> None:
        self.database = database
        self.attend = attend
        self._posting = AttendancePosting()

    def join(self, **more: Any) -> UUID:
        return join(self.database, **more)

    def post(self, *messages: dict[str, Any]) -> None:
        """Post messages in one batch."""
        deliver(self.database, self._posting, *messages)

    def score(self, member: UUID, *, scored: bool) -> None:
        """Let a member begin or cease to be scored, and the news of it arrive."""
        change_member(self.database, member, scored=scored)
        tell_of(self.database, member)


def change(
    member: UUID, points: int, version: int, year: int = 2026, **more: int
) -> dict[str, Any]:
    """A change of what somebody has for November, when everything happens unless told otherwise."""
    parts = more or {"Q4": points, "11": points}
    periods = {str(year): points} | {f"{year}-{part}": value for part, value in parts.items()}
    return {"member_id": str(member), "year": year, "version": version, "periods": periods}


def changed(*changes: dict[str, Any]) -> Wanted:
    return CHANGED_V1, list(changes)


def somebody_attends(stage: Stage) -> list[Wanted]:
    member = stage.join()
    stage.post(stage.attend(member))
    return [changed(change(member, 20, 1))]


def the_same_attendance_arrives_again(stage: Stage) -> list[Wanted]:
    member = stage.join()
    message = stage.attend(member)
    stage.post(message, message)
    stage.post(message)
    return [changed(change(member, 20, 1))]


def an_attendance_is_annulled(stage: Stage) -> list[Wanted]:
    member = stage.join()
    message = stage.attend(member)
    stage.post(message)
    stage.post(message | {"state": "annulled", "reason": "代签", "revision": 2})
    return [changed(change(member, 20, 1)), changed(change(member, 0, 2))]


def hours_become_known_at_the_check_out(stage: Stage) -> list[Wanted]:
    member = stage.join()
    message = stage.attend(member, "volunteering")
    stage.post(message)
    stage.post(message | {"minutes": 95, "revision": 2})
    return [changed(change(member, 0, 1)), changed(change(member, 10, 2))]


def two_members_attend_in_one_batch(stage: Stage) -> list[Wanted]:
    first, second = sorted(stage.join() for _ in range(2))
    stage.post(stage.attend(second), stage.attend(first))
    return [changed(change(first, 20, 1), change(second, 20, 1))]


def somebody_attends_in_two_years(stage: Stage) -> list[Wanted]:
    member = stage.join()
    stage.post(
        stage.attend(member, day="2026-01-01T00:00:01"),
        stage.attend(member, day="2025-12-31T23:59:59"),
    )
    return [
        changed(
            change(member, 20, 1, 2025, **{"Q4": 20, "12": 20}),
            change(member, 20, 1, 2026, **{"Q1": 20, "01": 20}),
        )
    ]


def an_attendance_arrives_late(stage: Stage) -> list[Wanted]:
    member = stage.join()
    stage.post(stage.attend(member))
    stage.post(stage.attend(member, day="2026-10-09"))
    late = change(member, 40, 2, **{"Q4": 40, "10": 20})
    return [changed(change(member, 20, 1)), changed(late)]


def somebody_ceases_to_be_scored_while_a_scan_is_posted(stage: Stage) -> list[Wanted]:
    member = stage.join()
    stage.post(stage.attend(member, "culture"))
    stage.post(stage.attend(member, occurred_at=stage.database.clock.now().isoformat()))
    # From that very moment on; what was earned before stays, then and later.
    stage.score(member, scored=False)
    stage.score(member, scored=True)
    return [changed(change(member, points, n)) for n, points in enumerate((10, 30, 10), start=1)]


def somebody_attends_who_is_not_scored_yet(stage: Stage) -> list[Wanted]:
    member = stage.join(scored=False)
    stage.post(stage.attend(member))
    stage.score(member, scored=True)
    stage.post(stage.attend(member, occurred_at=stage.database.clock.now().isoformat()))
    return [changed(change(member, 20, 2))]


Situation = Callable[[Stage], list[Wanted]]
SITUATIONS: Final[dict[str, tuple[Situation, ...]]] = {
    CHANGED_V1: (
        somebody_attends,
        the_same_attendance_arrives_again,
        an_attendance_is_annulled,
        hours_become_known_at_the_check_out,
        two_members_attend_in_one_batch,
        somebody_attends_in_two_years,
        an_attendance_arrives_late,
        somebody_ceases_to_be_scored_while_a_scan_is_posted,
        somebody_attends_who_is_not_scored_yet,
    )
}
