"""R9's figures as delivered."""

from dataclasses import asdict
from typing import Any

from services.events.study_hours.policy import StudyFigures

DELIVERED = StudyFigures(
    member_hours=32,
    office_hours=56,
    day_hours=8,
    day_minutes=360,
    half_day_hours=4,
    half_day_minutes=180,
    make_up_hours=2,
    course_days=3,
    categories=("lecture", "study_session", "youth_study", "training"),
    not_asked=("mobile", "retired"),
)


def figures(**changes: Any) -> StudyFigures:
    return StudyFigures(**(asdict(DELIVERED) | changes))
