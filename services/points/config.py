"""Settings of the points service."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from shared.config import Environment
from shared.retention import Kept
from shared.storage import Storage, storage_from


@dataclass(frozen=True)
class Settings:
    database_url: str
    redis_url: str
    public_keys: Path
    threads: int
    storage: Storage
    kept: Kept = field(default_factory=Kept)

    @classmethod
    def from_environment(cls, environment: Environment) -> Self:
        """Read the settings; a missing one says which and how to give it."""
        return cls(
            database_url=environment.text("DATABASE_URL"),
            redis_url=environment.text("REDIS_URL"),
            public_keys=Path(environment.text("TOKEN_PUBLIC_KEYS")),
            threads=environment.integer("THREADS", 32),
            storage=storage_from(environment),
            kept=Kept.from_environment(environment),
        )
