"""A service's door to its own database."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import orjson
import psycopg
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from shared.clock import Clock, SystemClock
from shared.database.unit_of_work import UnitOfWork

# A server that vanished without a word (a cable, a firewall) is given up within half a minute
# instead of the kernel's quarter of an hour.
_LIVENESS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
    }
)


def _dumps(value: object) -> str:
    return orjson.dumps(value).decode()


class Database:
    """Connections to one service's database.

    Args:
        url: ``postgresql+psycopg://role:password@host:port/name``.
        pool_size: connections kept; as many as the process has threads that use the database.
        statement_timeout_ms: 0 for workers, whose statements may be long.
        batches: for workers whose statements take many rows at once. They are planned each time:
            a plan kept from when the tables were small would read them whole for every batch.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 10,
        statement_timeout_ms: int = 30_000,
        batches: bool = False,
        clock: Clock | None = None,
    ) -> None:
        self.url = url
        self._options = f"-c timezone=UTC -c statement_timeout={statement_timeout_ms}"
        if batches:
            self._options += " -c plan_cache_mode=force_custom_plan"
        self.clock = clock or SystemClock()
        self.engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            json_serializer=_dumps,
            json_deserializer=orjson.loads,
            connect_args={"options": self._options, **_LIVENESS},
        )
        self._sessions = sessionmaker(self.engine, class_=Session, expire_on_commit=False)

    def unit_of_work(self) -> UnitOfWork:
        """Return a new unit of work; use it in a ``with`` statement."""
        return UnitOfWork(self._sessions(), self.clock)

    def raw_connection(self, *, autocommit: bool = False) -> psycopg.Connection[Any]:
        """Return a psycopg connection of its own, for hot paths that measure in microseconds."""
        conninfo = make_url(self.url).set(drivername="postgresql")
        return psycopg.connect(
            conninfo.render_as_string(hide_password=False),
            autocommit=autocommit,
            options=self._options,
            **_LIVENESS,
        )

    def close(self) -> None:
        self.engine.dispose()
