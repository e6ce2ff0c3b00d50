"""Puts the points service together."""

from apiflask import APIBlueprint, APIFlask

from services.points.adjustments import routes as adjustments
from services.points.appeals import routes as appeals
from services.points.audit.retention import rules as rules_kept
from services.points.calendar import routes as calendar
from services.points.checker import routes as proofs
from services.points.claims import routes as claims
from services.points.claims.attachments import routes as attachments
from services.points.config import Settings
from services.points.imports import IMPORTS, KINDS
from services.points.leaderboards import routes as leaderboards
from services.points.ledger import held_routes
from services.points.ledger import routes as ledger
from services.points.messages import READERS
from services.points.reports import job_routes
from services.points.reports import routes as reports
from services.points.roster import routes as roster
from services.points.rules import routes as rules
from services.points.simulations import routes as simulations
from services.points.statements import routes as statements
from services.points.waiting import routes as waiting
from shared.audit.routes import audit_blueprint
from shared.auth import TokenVerifier
from shared.auth.keys import read_jwks
from shared.clock import Clock, SystemClock
from shared.database import Database
from shared.imports.routes import imports_blueprint
from shared.jobs.waiting import IMPORTS as IMPORTS_QUEUE
from shared.jobs.waiting import JOBS
from shared.messaging.routes import messages_blueprint
from shared.redis import connect
from shared.retention.routes import retention_blueprint
from shared.web import Suite, create_service

# Each slice's routes; a new slice adds its own here.
BLUEPRINTS: tuple[APIBlueprint, ...] = (
    roster.blueprint,
    imports_blueprint("imports", "/api/v1/imports", KINDS, IMPORTS),
    rules.blueprint,
    simulations.blueprint,
    ledger.blueprint,
    held_routes.blueprint,
    leaderboards.blueprint,
    reports.blueprint,
    job_routes.blueprint,
    calendar.blueprint,
    statements.blueprint,
    claims.blueprint,
    attachments.blueprint,
    adjustments.blueprint,
    appeals.blueprint,
    proofs.blueprint,
    waiting.blueprint,
    audit_blueprint("audit", "/api/v1/audit", "members"),
    messages_blueprint(
        "points_messages", "/api/v1/points-messages", READERS, (IMPORTS_QUEUE, JOBS)
    ),
    retention_blueprint(
        "points_retention",
        "/api/v1/points-retention",
        lambda suite: rules_kept(suite.settings, suite.database),
    ),
)


def create_app(settings: Settings, clock: Clock | None = None) -> APIFlask:
    """Return the points service's application."""
    clock = clock or SystemClock()
    suite = Suite(
        name="points",
        database=Database(settings.database_url, pool_size=settings.threads, clock=clock),
        redis=connect(settings.redis_url),
        verifier=TokenVerifier(read_jwks(settings.public_keys)),
        clock=clock,
        settings=settings,
        audited=True,
    )
    return create_service(suite, BLUEPRINTS)
