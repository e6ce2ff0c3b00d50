"""What gunicorn loads: ``services.points.wsgi:app``."""

from services.points.app import create_app
from services.points.config import Settings
from shared.config import Environment

app = create_app(Settings.from_environment(Environment()))
