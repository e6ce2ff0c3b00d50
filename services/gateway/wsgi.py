"""What gunicorn loads: ``services.gateway.wsgi:app``."""

from services.gateway.app import create_app
from services.gateway.config import Settings
from shared.config import Environment

app = create_app(Settings.from_environment(Environment()))
