"""Every page of the console as each role: nothing foreign, nothing refused, and readable by everybody."""

from pathlib import Path

import pytest

from tests.chromium import Watch
from tests.console.conftest import OpenConsole, serious, visit
from tests.suite import Suite

pytestmark = pytest.mark.browser

_EVERYWHERE = (
    "/", "/rules", "/rule-sets", "/organisations", "/members", "/roles", "/invitations",
    "/roster-import", "/namesakes", "/claims", "/held-facts", "/adjustments", "/appeals", "/objections", "/flagged", "/events",
    "/calendar", "/events/new", "/plan-import", "/record-book", "/statements", "/cadence", "/boards",
    "/reports", "/running", "/proofs", "/imports", "/accounts", "/my-sign-in",
    "/year-themes", "/working-days", "/cadence-rules", "/study-hours",
)  # fmt: skip


@pytest.mark.parametrize(
    ("username", "width", "language", "dark"),
    [
        ("city2", 1280, "zh-CN", False),
        ("secretary", 1920, "en", True),
        ("auditor", 1280, "en", False),
        ("security", 1280, "zh-CN", True),
    ],
)
def test_every_page_is_quiet_and_accessible(
    suite: Suite, open_console: OpenConsole, screenshots: Path, username: str, width: int, language: str, dark: bool
) -> None:  # fmt: skip
    page = open_console(username, "/", width=width, language=language, dark=dark)
    event = suite.hold_event(suite.sign_in("secretary"), category="sports", title="控制台走查")
    pages = [*_EVERYWHERE, "/audit", "/nowhere"]
    if username != "auditor":
        member = suite.account("member01")["member_id"]
        pages += [f"/members/{member}"]
        tabs = (
            "overview", "registrations", "attendance", "expected", "results", "teams", "guests",
            "paper",
        )  # fmt: skip
        pages += [f"/events/{event['id']}/printed-codes"]
        pages += [f"/events/{event['id']}?tab={tab}" for tab in tabs]
    findings = {}
    for path in pages:
        visit(page, path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        if found := serious(page):
            findings[path] = found
        name = path.strip("/").replace("/", "-").replace("?", "-") or "home"
        page.screenshot(path=screenshots / f"console-{username}-{name}.png", full_page=True)
    assert findings == {}


def test_the_sign_in_page_is_accessible_and_says_why_it_refuses(
    open_console: OpenConsole, watch: Watch
) -> None:
    page = open_console("secretary")
    page.get_by_role("button", name="退出登录").click()
    page.locator("#username").fill("secretary")
    page.locator("#password").fill("wrong")
    assert serious(page) == []
    page.locator("button[type=submit]").click()
    page.locator("[role=alert]").wait_for()
    watch.forgive(401)


def test_what_one_may_not_see_says_so_and_is_not_in_the_menu(open_console: OpenConsole) -> None:
    page = open_console("secretary", "/rule-sets")
    assert page.locator("main h1").inner_text() == "您没有查看此页的权限"
    menu = page.locator("nav.menu").inner_text()
    assert "现行规则" in menu
    assert "规则方案" not in menu
    assert "审计日志" not in menu
