"""A branch of the points service, as the tests of claims drive it."""

from tests.points.claims.conftest import branch
from tests.points.conftest import app, city, client, database, storage

__all__ = ["app", "branch", "city", "client", "database", "storage"]
