"""The mini-program as it is built, in WeChat's own open-source engine, before the suite itself.

What the engine is not: WeChat's native components, its permissions and its list of domains. A
person goes through those before a release (docs/mini-program.md).
"""

import io
import json
import re
import subprocess
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

import httpx
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from shared.clock import SHANGHAI
from shared.testing.plugin import ROOT
from tests.browser.app import PHONE, invite, open_screen
from tests.browser.conftest import OpenPage
from tests.browser.every_page import ACCOUNTS, APP, EveryPage
from tests.chromium import Watch
from tests.suite import Suite

pytestmark = pytest.mark.browser

_BUILT = APP / "dist" / "build" / "mp-weixin"
_HOST = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>mini-program</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="/assets/icon.svg">
<body><script src="script.js"></script></body></html>"""


@pytest.fixture(scope="session")
def script() -> str:
    """The mini-program and its engine as one script; WeChat's compiler has passed its templates."""
    assert (_BUILT / "app.json").exists(), "`make mini-program` builds it"
    bundle = ROOT / "tests" / "browser" / "engine" / "bundle.mjs"
    made = subprocess.run(
        [ROOT / ".ci" / "node.sh", "node", bundle, APP],
        capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return made.stdout


class MiniProgram:
    """The mini-program on one phone."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def top(self) -> Locator:
        """The page that is seen."""
        return self.page.locator("body > :not(script):not([hidden])").last

    def open(self, path: str) -> None:
        self.page.evaluate("path => host.open(path)", path)

    def tap(self, text: str) -> None:
        ways = self.top.locator("button, [role=button], [role=link], [role=radio]")
        ways.filter(has_text=text).first.tap()


Start = Callable[..., MiniProgram]


@pytest.fixture
def start(open_page: OpenPage, script: str, suite: Suite) -> Start:
    def start_(username: str | None = None) -> MiniProgram:
        page = open_page("about:blank", **PHONE)
        page.route("**/engine/", lambda route: _fulfil(route, "text/html", _HOST))
        page.route("**/engine/script.js", lambda route: _fulfil(route, "text/javascript", script))
        page.goto("/engine/")
        if username:
            request = suite.sign_in(username).request("GET", "/me").request
            token = request.headers["Authorization"].split()[1]
            session = json.dumps({"access_token": token, "refresh_token": "none"})
            page.evaluate("session => localStorage.setItem('suite.session', session)", session)
            page.reload()
        return MiniProgram(page)

    return start_


def _fulfil(route: Route, kind: str, body: str) -> None:
    route.fulfill(content_type=f"{kind}; charset=utf-8", body=body)


def _read(screen: Page) -> str:
    """Read the screen as WeChat's scanner does; return the address in its code."""
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(screen.screenshot())))
    return str(found.text)


def test_every_page_opens_without_a_complaint(suite: Suite, start: Start) -> None:
    every_page = EveryPage(suite)
    for username in ACCOUNTS:
        phone = start(username)
        for name, address in every_page.addresses(username):
            phone.open(address.removeprefix("/m/").replace("?code=", "pages/home/home?code="))
            phone.page.wait_for_function("name => host.path.endsWith(`/${name}`)", arg=name)
            expect(phone.top).to_have_text(re.compile(r"\S"))
            phone.page.wait_for_load_state("networkidle")


def test_events_points_and_boards_show_what_the_suite_says(suite: Suite, start: Start) -> None:
    event = suite.hold_event(suite.sign_in("secretary"), title="微信里的支部大会")
    member, phone = suite.sign_in("member06"), start("member06")
    phone.open("/pages/events/events")
    expect(phone.top).to_contain_text(event["title"])
    phone.open("/pages/points/points")
    expect(phone.top.locator(".big")).to_have_text(f"{member.points():g}")
    phone.open("/pages/board/board")
    phone.tap("今年")
    home, year = suite.organisation("u001-b01")["id"], str(datetime.now(SHANGHAI).year)
    board = member.get("/leaderboards", organisation_id=home, period=year)
    expect(phone.top).to_contain_text(f"第 {board['own']['rank']} 名 / {board['size']} 人")


def test_a_scan_by_wechat_s_scanner_brings_points(
    suite: Suite, open_page: OpenPage, start: Start
) -> None:
    event = suite.hold_event(suite.sign_in("secretary"), category="youth_study")
    screen = open_screen(suite, open_page, event)
    phone = start("member13")
    phone.open("/pages/home/home")
    expect(phone.top).to_contain_text(event["title"])
    phone.page.evaluate("link => { host.scanned = link }", _read(screen))
    phone.tap("扫码签到")

    expect(phone.top.locator(".big")).to_have_text("+1")
    expect(screen.locator("#count")).to_have_text("1")


def test_who_is_new_in_wechat_scans_binds_by_the_branch_s_invitation_and_is_in(
    suite: Suite, open_page: OpenPage, start: Start, watch: Watch
) -> None:
    (newcomer,) = suite.newcomers("u001-b01", 1)
    code_of_branch = invite(suite, newcomer)
    event = suite.hold_event(suite.sign_in("secretary"), category="youth_study")
    screen = open_screen(suite, open_page, event)
    wechat = suite.settings("gateway")["WECHAT_API_URL"]
    openid = {"openid": f"new-{newcomer['id']}"}
    code = httpx.post(f"{wechat}/stand-in/codes", json=openid).json()["code"]
    phone = start()
    phone.page.evaluate("code => { host.loginCode = code }", code)
    # As WeChat opens the mini-program when its own scanner has read the screen.
    phone.open(f"/pages/home/home?q={quote(_read(screen), safe='')}")
    phone.tap("微信登录")
    invitation = phone.top.locator("input")
    expect(phone.top).to_contain_text("请输入支部发给您的邀请码")
    watch.forgive(409)
    invitation.fill(code_of_branch)
    phone.tap("开通并登录")

    expect(phone.top.locator(".big")).to_have_text("+1")
