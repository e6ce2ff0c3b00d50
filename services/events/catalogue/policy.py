"""An event's life, and the window in which a session takes check-ins. Pure.

draft → published → open → closed, and cancelled from any but closed. Publishing makes an event
visible and is all that most need: its sessions take check-ins inside their windows by themselves.
Opening lets people in before the window; closing ends check-in for good.
"""

from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from services.events.catalogue.categories import Category
from shared.errors import Conflict
from shared.text import Text

_MOVES: Final = MappingProxyType(
    {
        "published": frozenset({"draft"}),
        "open": frozenset({"published"}),
        "closed": frozenset({"published", "open"}),
        "cancelled": frozenset({"draft", "published", "open"}),
    }
)
EDITABLE: Final = frozenset({"draft", "published", "open"})


def check_move(state: str, wanted: str) -> None:
    """Refuse a step that the event's life does not have.

    Raises:
        Conflict: `event_state_wrong`.
    """
    if state not in _MOVES[wanted]:
        raise Conflict(
            "event_state_wrong",
            Text(
                zh="活动当前状态不允许此操作，请刷新后查看。",
                en="The event's state does not allow this; read it again.",
            ),
            extra={"state": state},
        )


def check_editable(state: str) -> None:
    """Refuse edits of what is over.

    Raises:
        Conflict: `event_not_editable`.
    """
    if state not in EDITABLE:
        raise Conflict(
            "event_not_editable",
            Text(
                zh="活动已结束或已取消，不能再修改。",
                en="The event is closed or cancelled and can no longer be edited.",
            ),
            extra={"state": state},
        )


def window(category: Category, starts_at: datetime, ends_at: datetime) -> tuple[datetime, datetime]:
    """Return when check-in opens and closes where nobody said otherwise."""
    return (
        starts_at - timedelta(minutes=category.early),
        ends_at + timedelta(minutes=category.late),
    )
