"""The services behind the gateway, asked over HTTP with the caller's own token."""

import logging
from collections.abc import Mapping
from typing import Any, Final, cast

import httpx
import orjson
from flask import current_app

KEY: Final = "upstreams"
# A page waits this long for a part of it and then does without.
_TIMEOUT: Final = httpx.Timeout(2.0, connect=0.5)
# What the caller said that the answer depends on.
_PASSED_ON: Final = ("Authorization", "Accept-Language", "X-Request-Id")


class AwayError(Exception):
    """A service did not give a good answer in time."""


class Upstreams:
    """One pooled client a service.

    Args:
        urls: base address by the service's name.
    """

    def __init__(self, urls: Mapping[str, str]) -> None:
        # httpx writes a line for every request; ours have numbers in the services' own logs.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._clients = {
            name: httpx.Client(base_url=url, timeout=_TIMEOUT) for name, url in urls.items()
        }

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._clients)

    def get(
        self,
        service: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Any:
        """Return the JSON answer of a service.

        Raises:
            AwayError: no answer, or not a success.
        """
        passed_on = {name: headers[name] for name in _PASSED_ON if headers and name in headers}
        try:
            response = self._clients[service].get(path, headers=passed_on, params=query)
            response.raise_for_status()
            return orjson.loads(response.content)
        except (httpx.HTTPError, orjson.JSONDecodeError) as error:
            message = f"{service} did not answer {path}: {error!r}"
            raise AwayError(message) from error

    def is_ready(self, service: str) -> bool:
        try:
            self.get(service, "/readyz")
        except AwayError:
            return False
        return True


def current_upstreams() -> Upstreams:
    return cast("Upstreams", current_app.extensions[KEY])
