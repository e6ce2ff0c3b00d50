"""Working through a queue as people do."""

from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from shared.clock import SHANGHAI
from tests.console.conftest import serious, settle
from tests.session import Json, Session

TOO_LONG = "长" * 501


def today() -> str:
    return datetime.now(SHANGHAI).date().isoformat()


def make_claim(by: Session, title: str, description: str = "为社区修好路灯。") -> Json:
    body = {
        "kind": "practical_matter",
        "day": today(),
        "title": title,
        "description": description,
    }
    return by.post("/claims", body)


def walk_to(page: Page, text: str) -> None:
    """Go down the list by the keyboard alone, until the row with a text is the open one."""
    for _ in range(60):
        if text in page.locator("tr.active").first.inner_text():
            settle(page)
            return
        page.keyboard.press("j")
    pytest.fail(f"{text} was not reached")


def look(page: Page, screenshots: Path, name: str) -> None:
    """Nothing on the page is unreadable or cut off, at the width of an office's screen and a wide one."""
    settle(page)
    assert serious(page) == []
    for width in (1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        page.screenshot(path=screenshots / f"decisions-{name}-{width}.png")
    page.set_viewport_size({"width": 1280, "height": 900})


def open_row(page: Page, text: str) -> Locator:
    page.locator("tbody tr", has_text=text).get_by_role("button").first.click()
    settle(page)
    return page.locator(".detail")


def give_reason(page: Page, reason: str) -> Locator:
    """Answer the question for a reason, after what no reason is was refused."""
    dialog = page.get_by_role("dialog")
    confirm = dialog.get_by_role("button", name="确定")
    confirm.click()
    expect(dialog).to_contain_text("请写明理由")
    dialog.locator("textarea").fill(TOO_LONG)
    confirm.click()
    expect(dialog).to_contain_text("现有 501 字")
    dialog.locator("textarea").fill(reason)
    confirm.click()
    return dialog
