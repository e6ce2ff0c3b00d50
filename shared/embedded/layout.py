"""Where everything of one running suite is: its folder, its ports, its secrets, its settings."""

import json
import os
import secrets
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SERVICES = ("points", "events", "gateway")
# As a mini-program's would be; the stand-in for WeChat is given them too.
_DEMO_TEMPLATES = {
    name: {"id": f"demo-{name}", "fields": {"thing1": "title", "time2": "time", "thing3": last}}
    for name, last in (
        ("event_reminder", "place"),
        ("event_news", "note"),
        ("decision", "note"),
        ("duty", "note"),
    )
}


@dataclass(frozen=True)
class Layout:
    """One suite on this machine.

    Args:
        var: the folder that holds its data, logs, secrets and settings.
        port: the edge's; those behind it take the next ones.
        admin_database_url: of a PostgreSQL that people already have; None starts our own.
        redis_url: of a Redis that people already have; None starts our own.
    """

    var: Path
    port: int
    admin_database_url: str | None = None
    external_redis_url: str | None = None

    @property
    def ports(self) -> dict[str, int]:
        """The ports this suite listens on itself, by name."""
        names = ("edge", "gateway", "events", "points", "postgres", "valkey", "wechat", "live")
        ports = {name: self.port + place for place, name in enumerate(names)}
        if self.admin_database_url:
            del ports["postgres"]
        if self.external_redis_url:
            del ports["valkey"]
        return ports

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def admin_url(self) -> str:
        """Of a role that may make databases and roles."""
        return (
            self.admin_database_url
            or f"postgresql://postgres@127.0.0.1:{self.ports['postgres']}/postgres"
        )

    @property
    def redis_url(self) -> str:
        return self.external_redis_url or f"redis://127.0.0.1:{self.ports['valkey']}/0"

    @cached_property
    def folders(self) -> dict[str, Path]:
        """The folders below `var`, made where missing."""
        names = ("postgres", "valkey", "log", "secrets", "env", "edge")
        folders = {name: self.var / name for name in names}
        for name, folder in folders.items():
            folder.mkdir(parents=True, exist_ok=True)
            if name in ("secrets", "env"):
                folder.chmod(0o700)
        return folders

    def secret(self, name: str) -> str:
        """Return a secret of this suite, made the first time it is asked for."""
        path = self.folders["secrets"] / name
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(32))
        return path.read_text().strip()

    def settings(self, service: str) -> dict[str, str]:
        """Return a service's settings, as its `config.py` reads them."""
        keys = self.folders["secrets"]
        port = self.ports
        settings = {
            "DATABASE_URL": self._database_url(service),
            "REDIS_URL": self.redis_url,
            "TOKEN_PUBLIC_KEYS": str(keys / "token_public_keys.json"),
            "PUBLIC_URL": self.base_url,
            "BIND": f"127.0.0.1:{port[service]}",
        }
        if service == "points":
            settings["STORAGE"] = str(self.var / "attachments")
        if service == "events":
            settings["CODE_KEY"] = self.secret("code_key")
        if service == "gateway":
            settings |= {
                "TOKEN_PRIVATE_KEY": str(keys / "token_private_key.pem"),
                "FIELD_KEY": self.secret("field_key"),
                "OPENID_KEY": self.secret("openid_key"),
                "EVENTS_URL": f"http://127.0.0.1:{port['events']}",
                "POINTS_URL": f"http://127.0.0.1:{port['points']}",
                "WECHAT_API_URL": f"http://127.0.0.1:{port['wechat']}",
                "WECHAT_APP_ID": "wx0000000000000000",
                "WECHAT_APP_SECRET": "demo-secret",
                "WECHAT_TEMPLATES": json.dumps(_DEMO_TEMPLATES),
            }
        return settings

    def _database_url(self, service: str) -> str:
        _, _, rest = self.admin_url.partition("://")
        host = rest.rpartition("/")[0].rpartition("@")[2]
        password = self.secret(f"database_{service}")
        return f"postgresql+psycopg://{service}:{password}@{host}/{service}"

    def environment(self, service: str) -> dict[str, str]:
        """Return the whole environment of a service's process."""
        return os.environ | self.settings(service)

    def write_settings(self) -> None:
        """Write each service's settings to a file, for `make manage` and the demo's loader."""
        for service in SERVICES:
            path = self.folders["env"] / f"{service}.env"
            path.touch(mode=0o600)
            lines = [f"export {name}='{value}'\n" for name, value in self.settings(service).items()]
            path.write_text("".join(lines))


def manage(service: str, *arguments: str) -> list[str]:
    """Return a command of a service's command line."""
    return [sys.executable, "-m", f"services.{service}.manage", *arguments]
