"""The words a rule can be made of.

What is not here cannot be scored. There is on purpose no trigger for signing in, for streaks, for
time spent in the app, for likes or for sharing: the rules of the land forbid scoring them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from shared.text import Text

Words = Mapping[str, Text]

CATEGORIES: Final[Words] = MappingProxyType(
    {
        "BASE": Text("基础分", "Base points"),
        "LIFE": Text("组织生活", "Organisational life"),
        "STUDY": Text("学习教育", "Study"),
        "SERVE": Text("服务奉献", "Service"),
        "CULT": Text("文体活动", "Culture and sport"),
        "HONOR": Text("建言表彰", "Suggestions and honours"),
        "ADJUST": Text("调整", "Adjustments"),
        "DEDUCT": Text("扣分", "Deductions"),
    }
)
TRIGGERS: Final[Words] = MappingProxyType(
    {
        "check_in": Text("签到", "check-in"),
        "claim": Text("申报", "claim"),
        "import": Text("导入", "import"),
        "manual": Text("两人决定", "decided by two people"),
        "system": Text("系统", "system"),
    }
)
ROLES: Final[Words] = MappingProxyType(
    {
        "participant": Text("参加者", "participant"),
        "lecturer": Text("主讲人", "lecturer"),
        "helper": Text("志愿组织者", "helper"),
        "self": Text("本人", "the member"),
    }
)
PERIODS: Final[Words] = MappingProxyType(
    {
        "event": Text("每次活动", "an activity"),
        "day": Text("每天", "a day"),
        "month": Text("每月", "a month"),
        "quarter": Text("每季度", "a quarter"),
        "year": Text("每年", "a year"),
    }
)

LEVELS: Final[Words] = MappingProxyType(
    {
        "branch": Text("支部级", "branch"),
        "unit": Text("单位级", "unit"),
        "department": Text("部门级", "department"),
        "city": Text("市级", "city"),
        "province": Text("省级", "province"),
        "national": Text("国家级", "national"),
    }
)

# Categories of events; the events service names them the same.
EVENT_KINDS: Final[Words] = MappingProxyType(
    {
        "branch_meeting": Text("支部党员大会", "branch meeting"),
        "committee_meeting": Text("支委会", "committee meeting"),
        "group_meeting": Text("党小组会", "group meeting"),
        "lecture": Text("党课", "lecture"),
        "theme_day": Text("主题党日", "theme day"),
        "organisational_life": Text("组织生活会", "organisational-life meeting"),
        "study_session": Text("集中学习、讲座", "study session, talk"),
        "youth_study": Text("青年理论学习小组", "youth study group"),
        "training": Text("培训", "training"),
        "volunteering": Text("志愿服务", "volunteering"),
        "culture": Text("文化活动", "culture"),
        "sports": Text("体育活动", "sport"),
        "outdoor_work": Text("植树等公益", "field work"),
    }
)
OTHER_KINDS: Final[Words] = MappingProxyType(
    {
        "appraisal": Text("民主评议", "appraisal"),
        "article_adopted": Text("文章被采用", "article adopted"),
        "commendation": Text("表彰", "commendation"),
        "community_service": Text("双报到服务", "community service"),
        "correction": Text("更正", "correction"),
        "dues_on_time": Text("按期交纳党费", "dues on time"),
        "false_claim": Text("申报不实", "false claim"),
        "invited_lecture": Text("受邀外出授课", "invited lecture"),
        "make_up_study": Text("请假补学", "make-up study"),
        "pairing_help": Text("结对帮扶", "pairing help"),
        "placing": Text("比赛名次", "placing"),
        "practical_matter": Text("办实事办结", "practical matter closed"),
        "prepared_remarks": Text("专题发言", "prepared remarks"),
        "prize": Text("竞赛获奖", "prize"),
        "quiz": Text("知识竞赛", "quiz"),
        "study_absence": Text("无故缺席集中学习", "absence from study"),
        "suggestion_adopted": Text("建言被采纳", "suggestion adopted"),
        "training_course": Text("培训班", "training course"),
        "unexcused_absence": Text("无故缺席组织生活", "unexcused absence"),
        "urgent_task": Text("急难险重任务", "urgent task"),
        "year_opening": Text("年度开始", "a year begins"),
    }
)
FACT_KINDS: Final[Words] = MappingProxyType({**EVENT_KINDS, **OTHER_KINDS})
