"""How a feed is refused."""

from shared.errors import Conflict, NotFound, TooMany, Unprocessable
from shared.text import Text


def unknown() -> NotFound:
    """Say no more than that nothing is there: never made, revoked, or its owner has left."""
    return NotFound(
        "calendar_feed_unknown",
        Text(
            zh="没有这个日历订阅，请在「我的日历订阅」中重新生成。",
            en="There is no such calendar feed; make a new one among your feeds.",
        ),
    )


def not_yours() -> Unprocessable:
    return Unprocessable(
        "organisation_not_yours",
        Text(
            zh="只能订阅自己所在组织的日历，请重新选择。",
            en="Calendars are for those who belong to the organisation; choose one of your own.",
        ),
    )


def too_many(most: int) -> Conflict:
    return Conflict(
        "calendar_feeds_full",
        Text(
            zh=f"最多 {most} 个日历订阅，请先停用不再使用的。",
            en=f"At most {most} calendar feeds; revoke one that is not used any more.",
        ),
    )


def too_often(seconds: int) -> TooMany:
    return TooMany(
        "calendar_feed_too_often",
        Text(
            zh="读取过于频繁，请把日历的刷新间隔调到 15 分钟以上。",
            en="Read too often; let your calendar refresh every 15 minutes or less often.",
        ),
        headers={"Retry-After": str(seconds)},
    )
