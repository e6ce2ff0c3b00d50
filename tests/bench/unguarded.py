"""The events service with nobody holding the seats: what shows that the harness would notice.

Its database has to be without `seats_are_not_oversold` as well.
"""

from services.events.registrations import seats

seats.LOCK = "SELECT FROM registration_settings WHERE event_id = :event"

from services.events.wsgi import app  # noqa: E402, F401 - gunicorn loads it from here
