"""The kinds of notices that a member may do without, by name."""

from types import MappingProxyType
from typing import Final

from shared.text import Text

SWITCHABLE: Final = MappingProxyType(
    {
        "event.reminder.day": Text("活动前一天的提醒", "Reminders the day before an event"),
        "event.reminder.hour": Text("活动开始前的提醒", "Reminders shortly before an event begins"),
        "cadence.due_soon": Text("组织生活临近期限的提醒", "Reminders of duties that fall due"),
        "cadence.overdue": Text("组织生活逾期的提醒", "Reminders of duties that are overdue"),
    }
)
