"""The cadence rules: the one place that knows them.

What an entry asks (how often, from when on, of whom) is no constant: it is a figure that the city
sets, delivered with the migration that makes the table. An entry says what stands in the source,
so what cannot be set, and how the software sees that it was done.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from shared.text import Text

_BRANCHES: Final = Text(
    "《中国共产党支部工作条例（试行）》", "Regulations on the work of branches (trial)"
)
_EDUCATION: Final = Text(
    "《中国共产党党员教育管理工作条例》",
    "Regulations on the education and management of members",
)
_PRACTICE: Final = Text("通行做法", "Common practice")
_EVERYTHING: Final = frozenset({"watched", "minimum", "period"})
_ONCE_A_YEAR: Final = frozenset({"minimum", "period"})


@dataclass(frozen=True, slots=True)
class Rule:
    """What is asked of a branch, of each of its groups, or of a cross-cutting group.

    Attributes:
        source: where it stands.
        verified: whether it was read there; otherwise it came second-hand.
        subject: of what kind of organisation it is asked.
        kinds: the categories and tags of events that satisfy it, once somebody was present.
        seen_by: ``events``; ``marks``, where somebody notes done or not; ``study``, by the hours of
            the members; ``training``, by the secretary's training or a mark.
        above: whether an event of an organisation above counts for the branches that were at it.
        fixed: the figures that the source sets.
    """

    code: str
    name: Text
    source: Text
    verified: bool
    subject: str = "branch"
    kinds: tuple[str, ...] = ()
    seen_by: str = "events"
    above: bool = False
    fixed: frozenset[str] = frozenset()


_ALL: Final = (
    Rule(
        "R1", Text("支部党员大会", "Branch meeting"), _BRANCHES, verified=False,
        kinds=("branch_meeting",),
    ),
    Rule(
        "R2", Text("支委会", "Committee meeting"), _BRANCHES, verified=True,
        kinds=("committee_meeting",), fixed=_EVERYTHING,
    ),
    Rule(
        "R3", Text("党小组会", "Group meeting"), _BRANCHES, verified=True, subject="group",
        kinds=("group_meeting",), fixed=_EVERYTHING,
    ),
    Rule(
        "R4", Text("党课", "Lecture"), _PRACTICE, verified=False, kinds=("lecture",), above=True
    ),
    Rule(
        "R5", Text("主题党日", "Theme day"), _BRANCHES, verified=True, kinds=("theme_day",),
        above=True, fixed=_EVERYTHING,
    ),
    Rule(
        "R6", Text("组织生活会", "Organisational-life meeting"), _BRANCHES, verified=True,
        kinds=("organisational_life",), fixed=_EVERYTHING,
    ),
    Rule(
        "R7", Text("民主评议党员", "Appraisal"), _BRANCHES, verified=False, seen_by="marks",
        fixed=_ONCE_A_YEAR,
    ),
    Rule(
        "R8", Text("谈心谈话", "Talk"), _BRANCHES, verified=False, seen_by="marks",
        fixed=_ONCE_A_YEAR,
    ),
    Rule(
        "R9", Text("党员学时", "Study hours"), _EDUCATION, verified=False, seen_by="study"
    ),
    Rule(
        "R10", Text("新任书记培训", "Training of a new secretary"), _EDUCATION, verified=False,
        kinds=("training",), seen_by="training",
    ),
    Rule(
        "R13", Text("青年理论学习小组学习", "Youth study group"), _PRACTICE, verified=False,
        subject="cross_cutting", kinds=("youth_study",),
    ),
)  # fmt: skip

RULES: Final[Mapping[str, Rule]] = MappingProxyType({rule.code: rule for rule in _ALL})
