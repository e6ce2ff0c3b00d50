"""Settings of the gateway service."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from shared.config import Environment


@dataclass(frozen=True)
class Settings:
    database_url: str
    redis_url: str
    public_keys: Path
    threads: int
    public_url: str
    events_url: str
    points_url: str
    private_key: bytes
    field_key: bytes
    wechat_api_url: str
    wechat_app_id: str
    wechat_app_secret: str

    @classmethod
    def from_environment(cls, environment: Environment) -> Self:
        """Read the settings; a missing one says which and how to give it."""
        return cls(
            database_url=environment.text("DATABASE_URL"),
            redis_url=environment.text("REDIS_URL"),
            public_keys=Path(environment.text("TOKEN_PUBLIC_KEYS")),
            threads=environment.integer("THREADS", 32),
            public_url=environment.text("PUBLIC_URL"),
            events_url=environment.text("EVENTS_URL"),
            points_url=environment.text("POINTS_URL"),
            private_key=Path(environment.text("TOKEN_PRIVATE_KEY")).read_bytes(),
            field_key=environment.text("FIELD_KEY").encode(),
            wechat_api_url=environment.text("WECHAT_API_URL", "https://api.weixin.qq.com"),
            wechat_app_id=environment.text("WECHAT_APP_ID"),
            wechat_app_secret=environment.text("WECHAT_APP_SECRET"),
        )
