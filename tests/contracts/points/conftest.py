"""The points service's ledger, as its own tests drive it."""

from tests.points.conftest import attend, city, database

__all__ = ["attend", "city", "database"]
