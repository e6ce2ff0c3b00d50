"""One database and one role a service, made where missing."""

import psycopg
from psycopg import sql

from shared.embedded.layout import SERVICES, Layout


def create_databases(layout: Layout) -> None:
    """Make each service's role and database, with the password its settings name."""
    with psycopg.connect(layout.admin_url, autocommit=True) as connection:
        for service in SERVICES:
            name = sql.Identifier(service)
            password = sql.Literal(layout.secret(f"database_{service}"))
            exists = connection.execute(
                "SELECT 1 FROM pg_roles WHERE rolname = %s", [service]
            ).fetchone()
            action = sql.SQL("ALTER" if exists else "CREATE")
            connection.execute(
                sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(action, name, password)
            )
            if not connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [service]
            ).fetchone():
                # Owned by the service's role; nobody else may even connect.
                connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(name))
                connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(name))
            connection.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(name))
