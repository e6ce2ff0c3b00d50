"""A branch of the events service, as the tests of reminders drive it."""

from tests.events.conftest import app, client, database
from tests.events.reminders.conftest import board

__all__ = ["app", "board", "client", "database"]
