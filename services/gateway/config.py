"""Settings of the gateway service and of its worker."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from services.gateway.notices.quiet_hours import QuietHours
from services.gateway.notices.templates import Templates, read_templates
from shared.config import Environment
from shared.retention import Kept

_WECHAT: Final = "https://api.weixin.qq.com"


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
    openid_key: bytes
    wechat_api_url: str
    wechat_app_id: str
    wechat_app_secret: str
    wechat_templates: Templates
    kept: Kept = field(default_factory=Kept)

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
            openid_key=environment.text("OPENID_KEY").encode(),
            wechat_api_url=environment.text("WECHAT_API_URL", _WECHAT),
            wechat_app_id=environment.text("WECHAT_APP_ID"),
            wechat_app_secret=environment.text("WECHAT_APP_SECRET"),
            wechat_templates=read_templates(environment.text("WECHAT_TEMPLATES", "{}")),
            kept=Kept.from_environment(environment),
        )


@dataclass(frozen=True)
class WorkerSettings:
    """The worker signs nothing, and of what is sealed it opens openids only."""

    database_url: str
    redis_url: str
    openid_key: bytes
    wechat_api_url: str
    wechat_app_id: str
    wechat_app_secret: str
    wechat_templates: Templates
    quiet_hours: QuietHours
    kept: Kept = field(default_factory=Kept)

    @classmethod
    def from_environment(cls, environment: Environment) -> Self:
        """Read the settings; a missing one says which and how to give it."""
        return cls(
            database_url=environment.text("DATABASE_URL"),
            redis_url=environment.text("REDIS_URL"),
            openid_key=environment.text("OPENID_KEY").encode(),
            wechat_api_url=environment.text("WECHAT_API_URL", _WECHAT),
            wechat_app_id=environment.text("WECHAT_APP_ID"),
            wechat_app_secret=environment.text("WECHAT_APP_SECRET"),
            wechat_templates=read_templates(environment.text("WECHAT_TEMPLATES", "{}")),
            quiet_hours=QuietHours.read(environment.text("QUIET_HOURS", "22:00-07:00")),
            kept=Kept.from_environment(environment),
        )
