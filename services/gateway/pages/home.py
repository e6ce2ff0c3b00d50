"""The member's first page: what is on and what comes next, points, and what waits for oneself."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from services.gateway.pages.parts import ask_all
from services.gateway.pages.upstreams import Upstreams
from shared.clock import SHANGHAI

# Today's and the next ones; enough for a day with several sessions and the one after it.
_EVENTS: Final = "10"
_OWN: Final = "20"


def compose(
    upstreams: Upstreams, headers: Mapping[str, str], now: datetime
) -> tuple[dict[str, Any], list[str]]:
    """Ask all services at once; a part whose service is away is None, and named."""
    midnight = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)

    def part(service: str, path: str, **query: str) -> Any:
        return partial(upstreams.get, service, f"/api/v1{path}", headers, query)

    return ask_all(
        {
            "events": part("events", "/events", starts_after=midnight.isoformat(), limit=_EVENTS),
            "registrations": part("events", "/me/registrations", limit=_OWN),
            "points": part("points", "/me/points"),
            "last": part("points", "/me/ledger", limit="1"),
            "returned": part("points", "/claims", queue="own", state="returned", limit=_OWN),
        }
    )
