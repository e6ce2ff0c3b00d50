"""Settings of the events service."""

from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import Self

from shared.config import Environment
from shared.retention import Kept


@dataclass(frozen=True)
class Settings:
    database_url: str
    redis_url: str
    public_keys: Path
    threads: int
    code_key: bytes
    public_url: str
    remind_day_before_at: time = time(18)
    remind_before: timedelta = timedelta(hours=1)
    kept: Kept = field(default_factory=Kept)

    @classmethod
    def from_environment(cls, environment: Environment) -> Self:
        """Read the settings; a missing one says which and how to give it."""
        return cls(
            database_url=environment.text("DATABASE_URL"),
            redis_url=environment.text("REDIS_URL"),
            public_keys=Path(environment.text("TOKEN_PUBLIC_KEYS")),
            threads=environment.integer("THREADS", 32),
            code_key=environment.text("CODE_KEY").encode(),
            public_url=environment.text("PUBLIC_URL"),
            remind_day_before_at=time.fromisoformat(
                environment.text("REMIND_DAY_BEFORE_AT", "18:00")
            ),
            remind_before=timedelta(minutes=environment.integer("REMIND_MINUTES_BEFORE", 60)),
            kept=Kept.from_environment(environment),
        )
