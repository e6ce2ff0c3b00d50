"""Pages in Chromium: whatever one complains of or asks of strangers fails the test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.chromium import Watch
from tests.suite import Suite

OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, suite: Suite, watch: Watch) -> Iterator[OpenPage]:
    """Open pages, each a device of its own: ``open_page("/m/", width=390, height=844)``."""
    contexts: list[BrowserContext] = []

    def open_(
        path: str, width: int, height: int, *, phone: bool = False, script: str = "", **more: Any
    ) -> Page:
        context = browser.new_context(
            base_url=suite.base_url,
            viewport={"width": width, "height": height},
            device_scale_factor=2 if phone else 1,
            is_mobile=phone,
            has_touch=phone,
            locale="zh-CN",
            # Far from Shanghai on purpose: the suite's days are Shanghai's, wherever the phone is.
            timezone_id="America/New_York",
            **more,
        )
        context.set_default_timeout(10_000)
        context.on("page", watch.follow)
        if script:
            context.add_init_script(script)
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
