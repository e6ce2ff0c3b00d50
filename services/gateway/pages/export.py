"""What the suite keeps of a member and answers the member, in one document to take along.

Source: personal information is given to the person on request, in a form that can be taken
elsewhere (个人信息保护法, article 45). It is composed of what the services answer the member
anyway, so nothing is in it that the member may not see.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from uuid import UUID

from services.gateway.pages.parts import ask_all
from services.gateway.pages.upstreams import AwayError, Upstreams
from shared.errors import Unavailable
from shared.text import Text

_PAGE: Final = "200"
# Five years of a busy member's ledger are below a tenth of it.
_MOST_PAGES: Final = 100


def compose(upstreams: Upstreams, headers: Mapping[str, str], member_id: UUID) -> dict[str, Any]:
    """Return every part; what comes in pages is complete.

    Raises:
        Unavailable: `export_incomplete`: half of one's data would pass for all of it.
    """

    def one(service: str, path: str) -> Any:
        return partial(upstreams.get, service, f"/api/v1{path}", headers)

    def every(service: str, path: str, **query: str) -> Any:
        return partial(_walk, upstreams, service, f"/api/v1{path}", headers, query)

    parts, missing = ask_all(
        {
            "check_ins": every("events", "/me/check-ins"),
            "registrations": every("events", "/me/registrations"),
            "study_hours": one("events", "/me/study-hours"),
            "calendar_feeds": every("events", "/me/calendar-feeds"),
            "points": one("points", "/me/points"),
            "ledger": every("points", "/me/ledger"),
            "statements": every("points", "/me/statements"),
            "claims": every("points", "/claims", queue="own"),
            "appeals": every("points", "/appeals", member_id=str(member_id)),
            "preferences": one("points", "/me/preferences"),
        }
    )
    if missing:
        raise Unavailable(
            "export_incomplete",
            Text(
                zh="有一部分数据暂时取不到，请过几分钟再导出。",
                en="Part of your data cannot be had just now; export again in a few minutes.",
            ),
            extra={"missing": missing},
        )
    return parts


def _walk(
    upstreams: Upstreams,
    service: str,
    path: str,
    headers: Mapping[str, str],
    query: Mapping[str, str],
) -> list[Any]:
    items: list[Any] = []
    asked = {**query, "limit": _PAGE}
    for _ in range(_MOST_PAGES):
        page = upstreams.get(service, path, headers, asked)
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        asked["cursor"] = page["next_cursor"]
    message = f"{service} has no end of {path}"
    raise AwayError(message)
