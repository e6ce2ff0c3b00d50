"""What lies behind the gateway, as each test likes it."""

from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest
from flask import Flask, request
from werkzeug.serving import make_server


class Behind:
    """A service the test can make answer as it likes; it remembers what it was asked."""

    def __init__(self) -> None:
        self.answer: Callable[[], Any] = lambda: {"items": []}
        self.asked: list[tuple[str, dict[str, str]]] = []
        app = Flask("behind")
        app.add_url_rule("/<path:path>", "all", self._take)
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def _take(self, path: str) -> Any:
        self.asked.append((f"/{path}?{request.query_string.decode()}", dict(request.headers)))
        return self.answer()


@pytest.fixture
def behind() -> Iterator[Behind]:
    made = Behind()
    Thread(target=made.server.serve_forever, daemon=True).start()
    yield made
    made.server.shutdown()
    made.server.server_close()
