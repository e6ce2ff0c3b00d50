"""The kinds of claims: an entry here is all that a new kind needs.

Source: the rules of preset A whose trigger is a claim.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from shared.text import Text


@dataclass(frozen=True, slots=True)
class ClaimKind:
    """What may be claimed.

    Attributes:
        code: the kind of the fact that an approved claim becomes.
        hint: what the claimant should write.
        levels: what `level` may say; without any, a claim of this kind has none.
        attachment: whether a file makes sense. Where it would show those who were helped, it does
            not: nothing is kept of a beneficiary.
    """

    code: str
    name: Text
    hint: Text
    levels: tuple[str, ...] = ()
    attachment: bool = True


_KINDS: Final = (
    ClaimKind(
        "community_service",
        Text("双报到服务", "Community service"),
        Text("写明社区和服务内容。", "Say for which community, and what you did."),
    ),
    ClaimKind(
        "practical_matter",
        Text("办实事办结", "Practical matter closed"),
        Text(
            "写明办结的事项，不写受益人的姓名和信息。",
            "Say which matter was closed; write nothing of who was helped.",
        ),
        attachment=False,
    ),
    ClaimKind(
        "pairing_help",
        Text("结对帮扶", "Pairing help"),
        Text(
            "写明帮扶内容，不写帮扶对象的姓名和信息。",
            "Say what you did; write nothing of who was helped.",
        ),
        attachment=False,
    ),
    ClaimKind(
        "invited_lecture",
        Text("受邀外出授课", "Invited lecture"),
        Text("写明邀请单位和题目。", "Say who invited you, and the lecture's title."),
    ),
    ClaimKind(
        "article_adopted",
        Text("文章被采用", "Article adopted"),
        Text("写明标题和采用的刊物或平台。", "Give its title, and where it was published."),
    ),
    ClaimKind(
        "suggestion_adopted",
        Text("建言被采纳", "Suggestion adopted"),
        Text("写明建议和采纳单位。", "Give the suggestion, and who adopted it."),
    ),
    ClaimKind(
        "make_up_study",
        Text("请假补学", "Make-up study"),
        Text(
            "选择缺席的会议或课程，写明补学内容；日期填缺席那次的日期。",
            "Choose the session you missed, say how you made up for it; the day is the session's.",
        ),
        levels=(
            "branch_meeting",
            "group_meeting",
            "lecture",
            "theme_day",
            "organisational_life",
            "study_session",
            "youth_study",
        ),
    ),
)
KINDS: Final = MappingProxyType({kind.code: kind for kind in _KINDS})
