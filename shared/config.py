"""Settings come from the environment, read once when a process starts, never at import."""

import os
from collections.abc import Mapping
from pathlib import Path


class MissingSettingError(Exception):
    """A setting that the process cannot run without is not set."""


class Environment:
    """Reads settings; every ``NAME`` may come as ``NAME_FILE``, the path of a file that holds it."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = os.environ if values is None else values

    def text(self, name: str, default: str | None = None) -> str:
        """Return the setting.

        Raises:
            MissingSettingError: it is set nowhere and has no default.
        """
        if value := self._values.get(name):
            return value
        if path := self._values.get(f"{name}_FILE"):
            return Path(path).read_text(encoding="utf-8").strip()
        if default is None:
            message = f"Set {name} (or {name}_FILE, the path of a file that holds it)."
            raise MissingSettingError(message)
        return default

    def integer(self, name: str, default: int) -> int:
        return int(self.text(name, str(default)))
