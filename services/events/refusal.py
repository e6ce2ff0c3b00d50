"""A refusal: an expected answer that is not the one hoped for."""

from dataclasses import dataclass

from shared.errors import Problem
from shared.text import Text


@dataclass(frozen=True, slots=True)
class Refusal:
    """What policies return instead of raising: a stable code, a status, what to do next."""

    code: str
    status: int
    text: Text
    retry_after: int | None = None

    def to_problem(self, **extra: object) -> Problem:
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after else None
        return Problem(self.code, self.text, status=self.status, extra=extra, headers=headers)


def stop_at(refusal: Refusal | None) -> None:
    """End the request with a refusal, if there is one; what it had begun is undone.

    Raises:
        Problem: as the refusal says.
    """
    if refusal is not None:
        raise refusal.to_problem()
