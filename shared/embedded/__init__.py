"""The servers that come with the suite: PostgreSQL, Valkey and nginx out of their wheels."""

from shared.embedded.nginx import nginx_command
from shared.embedded.postgres import PostgresServer
from shared.embedded.valkey import ValkeyServer

__all__ = ["PostgresServer", "ValkeyServer", "nginx_command"]
