"""Debian's Chromium, with a camera, and watched; one for the whole test run.

Playwright runs once in a process, so that all who drive a browser share this one (`tests.conftest`).
"""

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image, ImageOps
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    sync_playwright,
)

from shared.testing.plugin import ROOT
from tests.suite import Suite

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
# Chromium reports every answer of 4xx as an error; which of them it provoked, a test says.
_ANSWER = "Failed to load resource: the server responded with a status of "
_NO_NETWORK = "net::ERR_INTERNET_DISCONNECTED"
# Whoever goes on to another page ends what this one still asks: a stream, a pass to keep.
_LEFT = "net::ERR_ABORTED"


class Watch:
    """Collects what must not happen on any page."""

    def __init__(self, host: str) -> None:
        self._host = host
        self.complaints: list[str] = []

    def follow(self, page: Page) -> None:
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", lambda request: self._asked(request.url))
        page.on("requestfailed", self._failed)

    def forgive(self, status: int) -> None:
        """Strike out the answers of this status, which the test has provoked."""
        self._forgive(lambda complaint: complaint.startswith(f"error: {_ANSWER}{status}"))

    def forgive_no_network(self) -> None:
        """Strike out what came of the network's absence, which the test has provoked."""
        self._forgive(lambda complaint: _NO_NETWORK in complaint)

    def _forgive(self, provoked: Callable[[str], bool]) -> None:
        assert any(map(provoked, self.complaints)), f"not provoked: {self.complaints}"
        self.complaints = [each for each in self.complaints if not provoked(each)]

    def _heard(self, message: ConsoleMessage) -> None:
        # A content security policy that stops something says so here as well.
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self._host:
            self.complaints.append(f"foreign: {url}")

    def _failed(self, request: Request) -> None:
        if request.failure != _LEFT:
            self.complaints.append(f"failed: {request.url} {request.failure}")


class Camera:
    """What every page's camera sees; Chromium reads the picture anew each time one is opened."""

    SIZE = (1280, 720)

    def __init__(self, film: Path) -> None:
        self.film = film
        self._show(Image.new("RGB", self.SIZE, "white"))

    def look_at(self, page: Page) -> None:
        """Hold the camera before a page, so that all of it is seen."""
        self._show(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))

    def _show(self, picture: Image.Image) -> None:
        frame = io.BytesIO()
        ImageOps.pad(picture, self.SIZE, color="white").save(frame, "JPEG", quality=90)
        self.film.write_bytes(frame.getvalue() * 2)


@pytest.fixture(scope="session")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Camera:
    return Camera(tmp_path_factory.mktemp("camera") / "film.mjpeg")


@pytest.fixture(scope="session")
def browser(camera: Camera) -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing; .ci/browser.sh installs it.")
        pytest.skip("Chromium is not installed; .ci/browser.sh installs it.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                *FLAGS,
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={camera.film}",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def watch(suite: Suite) -> Iterator[Watch]:
    watch = Watch(urlsplit(suite.base_url).netloc)
    yield watch
    assert watch.complaints == []


@pytest.fixture(scope="session")
def screenshots() -> Path:
    folder = ROOT / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
