"""Every way something about a team can be refused."""

from types import MappingProxyType
from typing import Final

from services.events.refusal import Refusal
from shared.text import Text

_ALL: Final = (
    Refusal(
        "teams_not_asked", 409,
        Text("本活动不组队，直接参加即可。", "This event has no teams; just come."),
    ),
    Refusal(
        "teams_not_for_category", 422,
        Text("只有文化、体育活动可以组队；请检查活动类别。",
             "Only events of culture and sports have teams; check the event's category."),
    ),
    Refusal(
        "not_eligible", 403,
        Text("本活动面向其他党员；如受邀参加，请组织者将您列为嘉宾。",
             "This event is for other members; if invited, ask the organiser to name you a guest."),
    ),
    Refusal(
        "not_your_team", 403,
        Text("只有队长和活动组织者可以办理。", "Only the captain and the event's organisers can."),
    ),
    Refusal(
        "team_unknown", 404,
        Text("没有这支队伍，请刷新后重选。", "The event has no such team; choose again."),
    ),
    Refusal(
        "team_name_taken", 409,
        Text("本活动已有同名队伍，请换一个名称。",
             "The event has a team of that name; choose another."),
    ),
    Refusal(
        "team_full", 409,
        Text("名额已满（含未答复的邀请），请先撤回邀请或移出队员。",
             "The team is full, open invitations included; take one back first."),
    ),
    Refusal(
        "in_a_team", 409,
        Text("此人已在本活动的一支队伍中，须先退出。",
             "This member is in a team of the event already and has to leave it first."),
    ),
    Refusal(
        "not_in_team", 404,
        Text("此人不在这支队伍中，请刷新后查看。",
             "This member is not in the team; read the team again."),
    ),
    Refusal(
        "invitation_none", 404,
        Text("这支队伍没有邀请您，请联系队长。", "The team has not invited you; ask its captain."),
    ),
    Refusal(
        "captain_stays", 409,
        Text("队长不能退出，请先移交队长或解散队伍。",
             "A captain cannot leave; name another captain or disband the team first."),
    ),
    Refusal(
        "captain_not_in_team", 422,
        Text("队长须是已加入的队员。", "A captain has to have joined the team; choose a member."),
    ),
)  # fmt: skip

REFUSALS: Final = MappingProxyType({refusal.code: refusal for refusal in _ALL})
