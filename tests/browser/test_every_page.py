"""Every page of the app: nothing to complain of, readable by machines, large enough for thumbs."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.app import PHONE
from tests.browser.conftest import OpenPage
from tests.browser.every_page import ACCOUNTS, APP, EveryPage, Shown, settle
from tests.suite import Suite

pytestmark = pytest.mark.browser

# Each language with each look and each size of type.
_WAYS = (
    Shown("zh-CN", "light"),
    Shown("en", "dark"),
    Shown("zh-CN", "dark", large=True),
    Shown("en", "light", large=True),
)
_AXE = APP / "node_modules" / "axe-core" / "axe.min.js"
_RUN_AXE = """async () => {
    const found = await axe.run({include: [['uni-page:last-of-type']]});
    return found.violations
        .filter((each) => ['serious', 'critical'].includes(each.impact))
        .flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.html.slice(0, 160)}`));
}"""
# What is to be touched, and is lower than a thumb is wide; narrow screens are 320 px.
_TOO_SMALL = """(least) => {
    const touched = 'button, uni-button, [role=button], [role=link], [role=radio], input, textarea';
    return [...document.querySelectorAll(`uni-page:last-of-type :is(${touched})`)]
        .filter((e) => e.checkVisibility() && !e.closest('uni-switch, uni-picker > div'))
        .map((e) => [e.closest('uni-input, uni-textarea') ?? e, e])
        .filter(([outer]) => outer.getBoundingClientRect().height < least - 0.5)
        .map(([, e]) => `${e.getBoundingClientRect().height} px: ${e.outerHTML.slice(0, 160)}`);
}"""
_TOO_WIDE = "document.documentElement.scrollWidth > innerWidth"
_SMALL_PRINT = """() => [...document.querySelectorAll('uni-page:last-of-type *')]
    .filter((e) => e.checkVisibility() && [...e.childNodes].some(
        (n) => n.nodeType === 3 && n.textContent.trim() && !/[\\ue000-\\uf8ff]/.test(n.textContent)))
    .filter((e) => !e.closest('.app-tabs, uni-page-head, [aria-hidden=true]'))
    .filter((e) => parseFloat(getComputedStyle(e).fontSize) < 24)
    .map((e) => `${getComputedStyle(e).fontSize}: ${e.outerHTML.slice(0, 160)}`)"""


@pytest.fixture(scope="module")
def every_page(suite: Suite) -> EveryPage:
    return EveryPage(suite)


def _faults(page: Page, shown: Shown) -> list[str]:
    page.evaluate(_AXE.read_text("utf-8"))
    faults = [*page.evaluate(_RUN_AXE), *page.evaluate(_TOO_SMALL, 44)]
    if page.evaluate(_TOO_WIDE):
        faults.append("sticks out at the side")
    if shown.large:
        faults += page.evaluate(_SMALL_PRINT)
    return faults


@pytest.mark.parametrize("shown", _WAYS, ids=str)
def test_every_page_is_quiet_and_can_be_read_and_touched(
    open_page: OpenPage, every_page: EveryPage, shown: Shown, tmp_path: Path
) -> None:
    found: dict[str, list[str]] = {}
    for username in ACCOUNTS:
        script = every_page.script(shown, username)
        phone = open_page("/m/", **PHONE | {"width": 320}, script=script)
        settle(phone)
        for name, address in every_page.addresses(username):
            phone.goto(address)
            settle(phone)
            assert phone.locator("html").get_attribute("lang") == shown.language
            if faults := _faults(phone, shown):
                found[name] = faults
            if name == "events":
                # The calendar is a tap away.
                phone.locator("uni-page").last.get_by_role("radio").nth(1).click()
                settle(phone)
                if faults := _faults(phone, shown):
                    found["events, month"] = faults

    assert found == {}, json.dumps(found, ensure_ascii=False, indent=1)
