"""Asking for the parts of a page all at once."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from services.gateway.pages.upstreams import AwayError

_log = logging.getLogger(__name__)

# Shared by all requests; a part that finds no free place waits its turn inside its timeout.
_ASKING: Final = ThreadPoolExecutor(max_workers=32, thread_name_prefix="parts")


def ask_all(parts: Mapping[str, Callable[[], Any]]) -> tuple[dict[str, Any], list[str]]:
    """Return each part's answer, and the names of those whose service is away: they are None."""
    asked = {name: _ASKING.submit(ask) for name, ask in parts.items()}
    answers: dict[str, Any] = {}
    missing: list[str] = []
    for name, future in asked.items():
        try:
            answers[name] = future.result()
        except AwayError as error:
            _log.warning("a page goes without a part: %s", error)
            answers[name] = None
            missing.append(name)
    return answers, missing
