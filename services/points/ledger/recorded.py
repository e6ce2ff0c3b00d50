"""A fact together with what the record keeps of it beyond scoring."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import orjson

from services.points.scoring import Fact
from shared.clock import local_day, periods_of


@dataclass(frozen=True, slots=True)
class RecordedFact:
    """What was told of something a member did.

    Attributes:
        source_key: names what it came from, so that the same thing is never two facts; None for
            a check-in, whose id the fact has.
        revision: a higher one replaces what is known; the same or a lower one is old news. What
            was done and when stays as first told: whoever erred there annuls and records anew.
    """

    fact: Fact
    source_key: str | None
    title: str
    state: str = "present"
    reason: str | None = None
    revision: int = 1

    @property
    def month(self) -> str:
        """The month it lies in, e.g. ``2026-11``."""
        return periods_of(local_day(self.fact.occurred_at)).month

    def to_json(self) -> str:
        return orjson.dumps(self).decode()

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        fact = dict(stored["fact"])
        for name in ("id", "member_id"):
            fact[name] = UUID(fact[name])
        fact["occurred_at"] = datetime.fromisoformat(fact["occurred_at"])
        fact["tags"] = tuple(fact["tags"])
        return cls(**{**stored, "fact": Fact(**fact)})
