"""The words a rule can be made of.

What is not here cannot be scored. There is on purpose no trigger for signing in, for streaks, for
time spent in the app, for likes or for sharing: the rules of the land forbid scoring them.
"""

from typing import Final

CATEGORIES: Final = ("LIFE", "STUDY", "SERVE", "CULT", "HONOR", "DEDUCT")
TRIGGERS: Final = ("check_in", "claim", "import", "manual")
ROLES: Final = ("participant", "lecturer", "helper", "self")
PERIODS: Final = ("event", "day", "month", "quarter", "year")

# Categories of events; the events service names them the same.
EVENT_KINDS: Final = (
    "branch_meeting",
    "committee_meeting",
    "group_meeting",
    "lecture",
    "theme_day",
    "organisational_life",
    "study_session",
    "youth_study",
    "training",
    "volunteering",
    "culture",
    "sports",
    "outdoor_work",
)
OTHER_KINDS: Final = (
    "appraisal",
    "article_adopted",
    "commendation",
    "community_service",
    "dues_on_time",
    "false_claim",
    "invited_lecture",
    "make_up_study",
    "pairing_help",
    "practical_matter",
    "prepared_remarks",
    "prize",
    "quiz",
    "study_absence",
    "suggestion_adopted",
    "training_course",
    "unexcused_absence",
    "urgent_task",
)
FACT_KINDS: Final = (*EVENT_KINDS, *OTHER_KINDS)
