"""How much of a board somebody sees. Pure; applied on reading, never on writing."""

from dataclasses import dataclass

OFF, OWN, TOP, FULL = "off", "own_position", "top_n_and_own", "full"
POLICIES = (OFF, OWN, TOP, FULL)


@dataclass(frozen=True, slots=True)
class Policy:
    """What an organisation's board shows; the default is the domain glossary's."""

    policy: str = TOP
    top_n: int = 10

    def shown(self, limit: int) -> int:
        """Return how many places are shown of `limit` that were asked for."""
        if self.policy == FULL:
            return limit
        return min(limit, self.top_n) if self.policy == TOP else 0
