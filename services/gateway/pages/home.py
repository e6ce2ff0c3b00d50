"""The member's first page: who I am, what is on today, how many points I have."""

import logging
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, Final

from services.gateway.pages.upstreams import AwayError, Upstreams
from shared.clock import SHANGHAI

_log = logging.getLogger(__name__)

# Shared by all requests; a part that finds no free place waits its turn inside its timeout.
_ASKING: Final = ThreadPoolExecutor(max_workers=32, thread_name_prefix="home")


def compose(upstreams: Upstreams, headers: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """Ask all services at once; a part whose service is away is None and named in `missing`."""
    midnight = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    today = {
        "starts_after": midnight.isoformat(),
        "starts_before": (midnight + timedelta(days=1)).isoformat(),
    }
    asked: dict[str, Future[Any]] = {
        "events": _ASKING.submit(upstreams.get, "events", "/api/v1/events", headers, today),
        "points": _ASKING.submit(upstreams.get, "points", "/api/v1/me/points", headers),
    }
    answers: dict[str, Any] = {}
    missing: list[str] = []
    for part, future in asked.items():
        try:
            answers[part] = future.result()
        except AwayError as error:
            _log.warning("a page goes without a part: %s", error)
            answers[part] = None
            missing.append(part)
    return {**answers, "missing": missing}
