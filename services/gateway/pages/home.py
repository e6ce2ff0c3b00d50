"""The member's first page: who I am, what is on today, how many points I have."""

import logging
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

from services.gateway.pages.upstreams import AwayError, Upstreams

_log = logging.getLogger(__name__)

_PARTS: Final = {
    "events": ("events", "/api/v1/events"),
    "points": ("points", "/api/v1/me/points"),
}
# Shared by all requests; a part that finds no free place waits its turn inside its timeout.
_ASKING: Final = ThreadPoolExecutor(max_workers=32, thread_name_prefix="home")


def compose(
    upstreams: Upstreams, headers: Mapping[str, str], queries: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """Ask all services at once; a part whose service is away is None and named in `missing`."""
    asked: dict[str, Future[Any]] = {
        part: _ASKING.submit(upstreams.get, service, path, headers, queries.get(part))
        for part, (service, path) in _PARTS.items()
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
