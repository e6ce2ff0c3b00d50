"""Puts the events service together."""

from apiflask import APIBlueprint, APIFlask

from services.events.attendance import routes as attendance
from services.events.audit.retention import rules as rules_kept
from services.events.cadence import routes as cadence
from services.events.calendar_feeds import routes as calendar_feeds
from services.events.catalogue import routes as catalogue
from services.events.catalogue.permissions import EVENTS_IMPORT
from services.events.check_ins import routes as check_ins
from services.events.check_ins import staff_routes as check_ins_by_staff
from services.events.check_ins.service import CheckIns
from services.events.config import Settings
from services.events.desk import routes as desk
from services.events.expected import routes as expected
from services.events.guests import routes as guests
from services.events.imports import KINDS
from services.events.live import routes as live
from services.events.live.hub import Hub
from services.events.messages import READERS
from services.events.offline import routes as offline
from services.events.passes import routes as passes
from services.events.registrations import routes as registrations
from services.events.rehearsals import routes as rehearsals
from services.events.results import routes as results
from services.events.reviews import routes as reviews
from services.events.screen import routes as screen
from services.events.series import routes as series
from services.events.static_codes import routes as static_codes
from services.events.stays import routes as stays
from services.events.study_hours import routes as study_hours
from services.events.teams import routes as teams
from services.events.year_themes import routes as year_themes
from shared.audit.routes import audit_blueprint
from shared.auth import TokenVerifier
from shared.auth.keys import read_jwks
from shared.clock import Clock, SystemClock
from shared.database import Database
from shared.imports.routes import imports_blueprint
from shared.jobs.waiting import IMPORTS
from shared.messaging.routes import messages_blueprint
from shared.redis import connect
from shared.retention.routes import retention_blueprint
from shared.web import Suite, create_service

# Each slice's routes; a new slice adds its own here.
BLUEPRINTS: tuple[APIBlueprint, ...] = (
    catalogue.blueprint,
    check_ins.blueprint,
    screen.blueprint,
    attendance.blueprint,
    desk.blueprint,
    rehearsals.blueprint,
    study_hours.blueprint,
    cadence.blueprint,
    offline.blueprint,
    reviews.blueprint,
    guests.blueprint,
    registrations.blueprint,
    expected.blueprint,
    teams.blueprint,
    check_ins_by_staff.blueprint,
    stays.blueprint,
    passes.blueprint,
    static_codes.blueprint,
    audit_blueprint("event_audit", "/api/v1/event-audit", "roster_members"),
    messages_blueprint("event_messages", "/api/v1/event-messages", READERS, (IMPORTS,)),
    retention_blueprint(
        "event_retention", "/api/v1/event-retention", lambda suite: rules_kept(suite.settings.kept)
    ),
    imports_blueprint("event_imports", "/api/v1/event-imports", KINDS, EVENTS_IMPORT),
    series.blueprint,
    year_themes.blueprint,
    calendar_feeds.blueprint,
    results.blueprint,
    live.blueprint,
)


def create_app(settings: Settings, clock: Clock | None = None) -> APIFlask:
    """Return the events service's application."""
    clock = clock or SystemClock()
    suite = Suite(
        name="events",
        database=Database(settings.database_url, pool_size=settings.threads, clock=clock),
        redis=connect(settings.redis_url),
        verifier=TokenVerifier(read_jwks(settings.public_keys)),
        clock=clock,
        settings=settings,
        audited=True,
    )
    app = create_service(suite, BLUEPRINTS)
    # Nobody at the door waits for a Redis that is away.
    counters = connect(settings.redis_url, patience=0.3)
    app.extensions["live"] = Hub(suite.database, connect(settings.redis_url))
    app.extensions["door"] = CheckIns(suite.database, counters, clock, settings.code_key)
    return app
