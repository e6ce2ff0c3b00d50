"""Alembic's entry; see shared.database.migration_env."""

from shared.database.migration_env import run

run()
