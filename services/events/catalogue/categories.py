"""The categories of events: the one place that knows them.

Points' rules match facts by these names. To add a category, add an entry here; the points
service's vocabulary names it too before a rule can score it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from shared.text import Text


@dataclass(frozen=True, slots=True)
class Category:
    """What events of one kind have in common.

    Attributes:
        name: in both languages.
        early, late: minutes before the start and after the end within which check-in is open,
            unless the event says otherwise.
        roster: whether everyone of the organisation is expected (应到) without registering.
        timed: whether the length of the stay matters, so that people check out.
    """

    code: str
    name: Text
    early: int = 30
    late: int = 0
    roster: bool = False
    timed: bool = False


_ALL: Final = (
    # 三会一课, 主题党日, 组织生活会: the whole branch is expected.
    Category("branch_meeting", Text("支部党员大会", "Branch meeting"), roster=True),
    Category("committee_meeting", Text("支委会", "Committee meeting")),
    Category("group_meeting", Text("党小组会", "Group meeting"), roster=True),
    Category("lecture", Text("党课", "Lecture"), roster=True),
    Category("theme_day", Text("主题党日", "Theme day"), roster=True),
    Category("organisational_life", Text("组织生活会", "Organisational-life meeting"), roster=True),
    Category("study_session", Text("集中学习、讲座", "Study session, talk")),
    Category("youth_study", Text("青年理论学习小组", "Youth study group")),
    Category("training", Text("培训班", "Training course"), timed=True),
    Category("volunteering", Text("志愿服务", "Volunteering"), late=60, timed=True),
    Category("culture", Text("文化活动", "Culture"), early=60),
    Category("sports", Text("体育活动", "Sports"), early=60),
    Category("outdoor_work", Text("植树等公益劳动", "Outdoor work"), early=60, late=60),
)

CATEGORIES: Final[Mapping[str, Category]] = MappingProxyType({c.code: c for c in _ALL})
