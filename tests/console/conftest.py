"""The administrators' console in Chromium: people signed in, each in a browser context of their own."""

import json
import time
from collections.abc import Callable, Iterator

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from shared.testing.plugin import ROOT
from tests.chromium import Watch
from tests.session import Json
from tests.suite import Suite

_AXE = ROOT / "services/gateway/frontends/console/node_modules/axe-core/axe.min.js"
_TOTP_SECONDS = 30
# Well before the access token's ten minutes are over: two contexts must not refresh the same session.
_FRESH_SECONDS = 400

OpenConsole = Callable[..., Page]

_signed_in: dict[str, tuple[float, str]] = {}


@pytest.fixture
def open_console(browser: Browser, suite: Suite, watch: Watch) -> Iterator[OpenConsole]:
    """Open the console as somebody: ``open_console("city1", "/members", width=1920)``."""
    contexts: list[BrowserContext] = []

    def open_(
        username: str,
        path: str = "/",
        *,
        width: int = 1280,
        language: str = "zh-CN",
        dark: bool = False,
    ) -> Page:
        context = browser.new_context(
            base_url=suite.base_url,
            viewport={"width": width, "height": 900},
            # Far from Shanghai on purpose: the suite's days are Shanghai's, wherever the desk is.
            timezone_id="America/New_York",
            # Colours are measured as they are, not on their way.
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.goto("/console/sign-in")
        since, tokens = _signed_in.get(username, (0.0, ""))
        if time.monotonic() - since > _FRESH_SECONDS:
            sign_in(page, suite.account(username))
            tokens = page.evaluate("localStorage['console.session']")
            _signed_in[username] = (time.monotonic(), tokens)
        choices = {"session": tokens, "language": language, "dark": "1" if dark else "0"}
        page.evaluate(
            f"Object.entries({json.dumps(choices)}).forEach(([k, v]) => localStorage['console.' + k] = v)"
        )
        # A code of the authenticator that is used up is refused; from here on nothing may be.
        watch.follow(page)
        visit(page, path)
        return page

    yield open_
    for context in contexts:
        context.close()


def sign_in(page: Page, account: Json) -> None:
    """Sign in as people do; each code of the authenticator is good once."""
    page.locator("#username").fill(account["username"])
    for _ in range(2):
        page.locator("#password").fill(account["password"])
        if account["totp_secret"]:
            page.locator("#totp").fill(pyotp.TOTP(account["totp_secret"]).now())
        with page.expect_response("**/auth/password") as answer:
            page.locator("button[type=submit]").click()
        if answer.value.ok:
            break
        time.sleep(_TOTP_SECONDS - time.time() % _TOTP_SECONDS)
    expect(page.locator("main h1")).to_be_visible()
    expect(page.locator("#username")).to_have_count(0)


def visit(page: Page, path: str) -> None:
    """Open a page of the console and wait until it has asked for all it shows."""
    page.goto(f"/console{path}")
    expect(page.locator("main h1").first).to_be_visible()
    settle(page)


def settle(page: Page) -> None:
    """Wait until nothing is being read any more."""
    expect(page.locator(".el-skeleton, .stale")).to_have_count(0)


def serious(page: Page) -> list[str]:
    """Return what axe-core finds serious or worse, each with where it is."""
    page.evaluate(_AXE.read_text("utf-8"))
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    return [
        f"{violation['id']}: {node['html'][:160]} {node['any'][:1]}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"][:3]
    ]
