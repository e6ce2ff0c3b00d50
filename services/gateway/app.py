"""Puts the gateway service together."""

from functools import partial

from apiflask import APIBlueprint, APIFlask

from services.gateway.accounts.routes import blueprint as accounts
from services.gateway.config import Settings
from services.gateway.identity import tools
from services.gateway.identity.fields import FieldKey
from services.gateway.identity.keys import signer_in
from services.gateway.identity.own_routes import blueprint as own_sign_in
from services.gateway.identity.routes import blueprint as identity
from services.gateway.identity.wechat import WeChat
from services.gateway.messages import READERS
from services.gateway.notices.routes import blueprint as notices
from services.gateway.pages import upstreams
from services.gateway.pages.api_document import ApiDocument
from services.gateway.pages.routes import API_DOCUMENT
from services.gateway.pages.routes import blueprint as pages
from services.gateway.retention import rules
from shared.audit.routes import audit_blueprint
from shared.auth import TokenVerifier
from shared.auth.keys import read_jwks
from shared.clock import Clock, SystemClock
from shared.database import Database
from shared.messaging.routes import messages_blueprint
from shared.redis import connect
from shared.retention.routes import retention_blueprint
from shared.web import Suite, create_service

# Each slice's routes; a new slice adds its own here.
BLUEPRINTS: tuple[APIBlueprint, ...] = (
    identity,
    own_sign_in,
    accounts,
    audit_blueprint("account_audit", "/api/v1/account-audit", "members"),
    pages,
    notices,
    messages_blueprint("account_messages", "/api/v1/account-messages", READERS),
    retention_blueprint(
        "account_retention", "/api/v1/account-retention", lambda suite: rules(suite.settings.kept)
    ),
)


def create_app(settings: Settings, clock: Clock | None = None) -> APIFlask:
    """Return the gateway service's application."""
    clock = clock or SystemClock()
    suite = Suite(
        name="gateway",
        database=Database(settings.database_url, pool_size=settings.threads, clock=clock),
        redis=connect(settings.redis_url),
        verifier=TokenVerifier(read_jwks(settings.public_keys)),
        clock=clock,
        settings=settings,
        audited=True,
    )
    behind = upstreams.Upstreams({"events": settings.events_url, "points": settings.points_url})
    checks = {name: partial(behind.is_ready, name) for name in behind.names}
    app = create_service(suite, BLUEPRINTS, checks=checks)
    app.extensions[upstreams.KEY] = behind
    app.extensions[API_DOCUMENT] = ApiDocument(behind)
    app.extensions[tools.KEY] = tools.Tools(
        signer=signer_in(settings.private_key, settings.public_keys),
        field_key=FieldKey(settings.field_key),
        openid_key=FieldKey(settings.openid_key),
        wechat=WeChat(settings.wechat_api_url, settings.wechat_app_id, settings.wechat_app_secret),
    )
    return app
