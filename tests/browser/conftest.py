"""Debian's Chromium, watched: whatever a page complains of or asks of strangers fails the test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from shared.testing.plugin import ROOT
from tests.suite import Suite

_CHROMIUM = "/usr/bin/chromium"
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
# Chromium reports every answer of 4xx as an error; which of them it provoked, a test says.
_ANSWER = "Failed to load resource: the server responded with a status of "

OpenPage = Callable[..., Page]


class Watch:
    """Collects what must not happen on any page."""

    def __init__(self, host: str) -> None:
        self._host = host
        self.complaints: list[str] = []

    def follow(self, page: Page) -> None:
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", lambda request: self._asked(request.url))
        page.on(
            "requestfailed",
            lambda request: self.complaints.append(f"failed: {request.url} {request.failure}"),
        )

    def forgive(self, status: int) -> None:
        """Strike out the answers of this status, which the test has provoked."""
        provoked = [c for c in self.complaints if c.startswith(f"error: {_ANSWER}{status}")]
        assert provoked, f"nothing was answered with {status}"
        self.complaints = [c for c in self.complaints if c not in provoked]

    def _heard(self, message: ConsoleMessage) -> None:
        # A content security policy that stops something says so here as well.
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self._host:
            self.complaints.append(f"foreign: {url}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(_CHROMIUM).exists():
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing; .ci/browser.sh installs it.")
        pytest.skip("Chromium is not installed; .ci/browser.sh installs it.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=list(_FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def watch(suite: Suite) -> Iterator[Watch]:
    watch = Watch(urlsplit(suite.base_url).netloc)
    yield watch
    assert watch.complaints == []


@pytest.fixture
def open_page(browser: Browser, suite: Suite, watch: Watch) -> Iterator[OpenPage]:
    """Open pages, each a device of its own: ``open_page("/", width=390, height=844)``."""
    contexts: list[BrowserContext] = []

    def open_(path: str, width: int, height: int, *, phone: bool = False) -> Page:
        context = browser.new_context(
            base_url=suite.base_url,
            viewport={"width": width, "height": height},
            device_scale_factor=2 if phone else 1,
            is_mobile=phone,
            has_touch=phone,
            locale="zh-CN",
            # Far from Shanghai on purpose: the suite's days are Shanghai's, wherever the phone is.
            timezone_id="America/New_York",
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        watch.follow(page)
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    folder = ROOT / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
