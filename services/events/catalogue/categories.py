"""The categories of events: the one place that knows them.

Points' rules match facts by these names, as an event's category or as one of its tags (a co-held
branch meeting and lecture is one event that counts as both). To add a category, add an entry here;
the points service's vocabulary names it too before a rule can score it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from shared.text import Text

# Who makes events of a category, each within the own part of the tree.
_COMMITTEE: Final = frozenset({"branch_secretary", "committee_member"})
_BRANCH: Final = _COMMITTEE | {"unit_admin", "city_admin"}
_GROUP: Final = _BRANCH | {"group_leader"}
_ORGANISER: Final = _BRANCH | {"organiser"}


@dataclass(frozen=True, slots=True)
class Category:
    """What events of one kind have in common.

    Attributes:
        name: in both languages.
        makers: the roles that may make such events.
        early, late: minutes before the start and after the end within which check-in is open,
            unless the session says otherwise.
        roster: whether everyone of the organisation is expected (应到) without registering.
        offices: the roles whose holders there are expected, where not everyone is.
        timed: whether the length of the stay matters, so that people check out.
        teams: whether people may take part in teams.
    """

    code: str
    name: Text
    makers: frozenset[str] = _ORGANISER
    early: int = 30
    late: int = 0
    roster: bool = False
    offices: frozenset[str] = frozenset()
    timed: bool = False
    teams: bool = False


_ALL: Final = (
    # 三会一课, 主题党日, 组织生活会: the whole branch or group is expected.
    Category("branch_meeting", Text("支部党员大会", "Branch meeting"), _BRANCH, roster=True),
    Category("committee_meeting", Text("支委会", "Committee meeting"), _BRANCH, offices=_COMMITTEE),
    Category("group_meeting", Text("党小组会", "Group meeting"), _GROUP, roster=True),
    Category("lecture", Text("党课", "Lecture"), roster=True),
    Category("theme_day", Text("主题党日", "Theme day"), _BRANCH, roster=True),
    Category(
        "organisational_life",
        Text("组织生活会", "Organisational-life meeting"),
        _BRANCH,
        roster=True,
    ),
    Category("study_session", Text("集中学习、讲座", "Study session, talk"), _ORGANISER | _GROUP),
    Category("youth_study", Text("青年理论学习小组", "Youth study group"), _ORGANISER | _GROUP),
    Category("training", Text("培训班", "Training course"), timed=True),
    Category("volunteering", Text("志愿服务", "Volunteering"), late=60, timed=True),
    Category("culture", Text("文化活动", "Culture"), early=60, teams=True),
    Category("sports", Text("体育活动", "Sports"), early=60, teams=True),
    Category("outdoor_work", Text("植树等公益劳动", "Outdoor work"), early=60, late=60),
)

CATEGORIES: Final[Mapping[str, Category]] = MappingProxyType({c.code: c for c in _ALL})
