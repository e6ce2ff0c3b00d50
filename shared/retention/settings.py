"""For how long things are kept, as those who run the suite set it, within what is right."""

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Final, Self

from shared.audit.tables import SHORTEST_KEPT_DAYS
from shared.config import Environment

# Longer than ten years nobody needs to know who did what, and personal data shall not stay.
_LONGEST: Final = 3650


@dataclass(frozen=True, slots=True)
class Kept:
    """Days, each set by the environment's variable of that name and ``_KEPT_DAYS``.

    Source: the domain glossary keeps logs for six months at the least.
    """

    audit: int = 730
    messages: int = 90
    notices: int = 180
    sign_ins: int = 365

    def __post_init__(self) -> None:
        shortest = {"messages": 30, "notices": 30}
        for field in fields(self):
            least = shortest.get(field.name, SHORTEST_KEPT_DAYS)
            if not least <= getattr(self, field.name) <= _LONGEST:
                message = f"Set {setting(field.name)} to {least} or more, and {_LONGEST} or less."
                raise ValueError(message)

    @classmethod
    def from_environment(cls, environment: Environment) -> Self:
        """Read the settings; each has a default.

        Raises:
            ValueError: one is no number, or too small or large.
        """
        return cls(
            **{f.name: environment.integer(setting(f.name), int(f.default)) for f in fields(cls)}  # type: ignore[arg-type] # all have one
        )

    def of(self, name: str) -> timedelta:
        return timedelta(days=getattr(self, name))


def setting(name: str) -> str:
    """Return e.g. ``AUDIT_KEPT_DAYS``."""
    return f"{name.upper()}_KEPT_DAYS"
