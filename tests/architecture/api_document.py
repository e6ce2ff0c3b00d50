"""The suite's OpenAPI document without a running suite: ``python -m tests.architecture.api_document``.

The front ends' types are generated from it; see ``make api-types``.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

import orjson

from services.gateway.pages.api_document import merge
from shared.auth.keys import generate_private_key, to_jwks
from shared.auth.tokens import TokenSigner
from shared.clock import SystemClock
from tests.architecture.services import create

# Nothing is asked of either: an application connects when the first request comes.
_DATABASE, _REDIS = "postgresql+psycopg://nobody@127.0.0.1:9/none", "redis://127.0.0.1:9/0"


def api_document() -> dict[str, Any]:
    """Return what `GET /api/v1/openapi.json` answers."""
    with tempfile.TemporaryDirectory() as folder:
        private, public = Path(folder, "private.pem"), Path(folder, "public.json")
        private.write_bytes(generate_private_key())
        public.write_text(to_jwks(TokenSigner(private.read_bytes(), "types").public_keys))
        documents = {}
        for service in ("gateway", "events", "points"):
            app = create(service, _DATABASE, _REDIS, public, private, SystemClock())
            with app.app_context():
                documents[service] = dict(app.spec)
    return merge(documents)


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(api_document(), option=orjson.OPT_SORT_KEYS))
