"""What every service's ``migrations/env.py`` runs: one transaction, one migrator, short waits."""

from alembic import context
from sqlalchemy import create_engine, pool, text

# Any number will do, as long as every migrator asks for the same one.
_MIGRATOR_LOCK = 7_236_001


def run() -> None:
    """Run the migrations asked for.

    A migration that waits for a lock makes every later query wait behind it, so it gives up
    after five seconds and may be run again. Two migrators at once take turns.
    """
    url = context.config.get_main_option("sqlalchemy.url")
    if url is None:
        message = "no database to migrate"
        raise RuntimeError(message)
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATOR_LOCK})
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.commit()
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()
