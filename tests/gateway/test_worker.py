import os
import signal
import subprocess
import sys
import time
from typing import Any
from uuid import UUID

from redis import Redis
from sqlalchemy import text

from shared.clock import FixedClock
from shared.contracts.roster import ORGANISATIONS_V1, STREAM
from shared.database import Database
from shared.ids import new_id
from shared.messaging.envelope import FIELD, Envelope, stream_key
from tests.gateway.conftest import OPENID_KEY


def organisations(database: Database) -> list[tuple[str]]:
    with database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT path FROM organisations"))]


def test_the_worker_reads_the_roster_and_ends_when_asked(
    database: Database, redis_url: str, redis_client: Redis, clock: FixedClock
) -> None:
    row: dict[str, Any] = {"id": str(UUID(int=1)), "code": "city", "name": "市直机关工委",
                           "kind": "committee", "parent_id": None, "path": "/city/",
                           "version": 1}  # fmt: skip
    message = Envelope(new_id(), ORGANISATIONS_V1, "x", clock.now(), {"organisations": [row]})
    redis_client.xadd(stream_key(STREAM), {FIELD: message.encode()})
    environment = {
        "DATABASE_URL": database.url,
        "REDIS_URL": redis_url,
        "OPENID_KEY": OPENID_KEY.decode(),
        "WECHAT_APP_ID": "wx-test",
        "WECHAT_APP_SECRET": "app-secret",
    }
    worker = subprocess.Popen(
        [sys.executable, "-m", "services.gateway.worker"], env={**os.environ, **environment}
    )
    try:
        deadline = time.monotonic() + 20
        while not organisations(database) and time.monotonic() < deadline:
            time.sleep(0.05)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(15) == 0
    finally:
        worker.kill()
    assert organisations(database) == [("/city/",)]
