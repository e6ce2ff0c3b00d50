"""The gateway service's background loops: ``python -m services.gateway.worker``.

It is given none of the keys that the service signs with, and of those that seal only the openids'.
"""

from services.gateway.config import WorkerSettings
from services.gateway.identity import roster
from services.gateway.identity.fields import FieldKey
from services.gateway.notices import storing
from services.gateway.notices.sending import Sender
from services.gateway.notices.wechat import SubscriptionMessages
from services.gateway.retention import rules
from shared.config import Environment
from shared.contracts.notices import STREAM as NOTICES
from shared.contracts.roster import STREAM as ROSTER
from shared.database import Database
from shared.messaging.consumer import Consumer
from shared.redis import connect
from shared.retention.rules import keeper
from shared.worker import Loop, run_loops


def loops(environment: Environment) -> dict[str, Loop]:
    """Return the loops by name; the gateway reads what others tell and tells nothing."""
    settings = WorkerSettings.from_environment(environment)
    database = Database(settings.database_url, statement_timeout_ms=0)
    redis = connect(settings.redis_url)
    openid_key = FieldKey(settings.openid_key)
    messages = SubscriptionMessages(
        settings.wechat_api_url,
        settings.wechat_app_id,
        settings.wechat_app_secret,
        redis,
        openid_key,
    )
    sender = Sender(database, messages, openid_key, settings.wechat_templates, settings.quiet_hours)
    return {
        "roster": Consumer(database, redis, ROSTER, "gateway", roster.take).run,
        "notices": Consumer(
            database, connect(settings.redis_url), NOTICES, "gateway", storing.take
        ).run,
        "sender": sender.run,
        "retention": keeper(database, rules(settings.kept)),
    }


if __name__ == "__main__":
    run_loops(loops(Environment()))
