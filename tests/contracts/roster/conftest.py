"""The points service's roster, as its own tests drive it."""

from tests.points.conftest import app, client, database, storage
from tests.points.roster.conftest import city

__all__ = ["app", "city", "client", "database", "storage"]
