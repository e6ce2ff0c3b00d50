"""Settings of the points service."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self

from shared.audit.tables import SHORTEST_KEPT_DAYS
from shared.config import Environment
from shared.storage import Storage, storage_from


@dataclass(frozen=True)
class Settings:
    database_url: str
    redis_url: str
    public_keys: Path
    threads: int
    storage: Storage
    audit_kept: timedelta = timedelta(days=730)

    def __post_init__(self) -> None:
        if self.audit_kept < timedelta(days=SHORTEST_KEPT_DAYS):
            message = f"Set AUDIT_KEPT_DAYS to {SHORTEST_KEPT_DAYS} or more."
            raise ValueError(message)

    @classmethod
    def from_environment(cls, environment: Environment) -> Self:
        """Read the settings; a missing one says which and how to give it."""
        return cls(
            database_url=environment.text("DATABASE_URL"),
            redis_url=environment.text("REDIS_URL"),
            public_keys=Path(environment.text("TOKEN_PUBLIC_KEYS")),
            threads=environment.integer("THREADS", 32),
            storage=storage_from(environment),
            audit_kept=timedelta(days=environment.integer("AUDIT_KEPT_DAYS", 730)),
        )
