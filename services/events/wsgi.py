"""What gunicorn loads: ``services.events.wsgi:app``."""

from services.events.app import create_app
from services.events.config import Settings
from shared.config import Environment

app = create_app(Settings.from_environment(Environment()))
