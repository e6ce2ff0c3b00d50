"""The hall's screen: its code can be read off it, and its count follows what happens."""

import io
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.app import HALL, enter_screen, open_screen
from tests.browser.conftest import OpenPage
from tests.chromium import Watch
from tests.session import Json
from tests.suite import Suite

pytestmark = pytest.mark.browser

_WITHOUT_STREAMS = "delete window.EventSource"


def _check_in(suite: Suite, event: Json, username: str) -> None:
    code = suite.sign_in("secretary").get(f"/events/{event['id']}/code")["code"]
    assert suite.sign_in(username).scan(code).status_code == 201


def _count_asked(screen: Page) -> list[str]:
    """Return a list that grows with each time the screen asks for its code."""
    asked: list[str] = []
    screen.on("request", lambda each: asked.append(each.url) if "/code" in each.url else None)
    return asked


def test_a_camera_reads_the_screen_and_the_app_is_behind_the_code(
    suite: Suite, open_page: OpenPage, screenshots: Path
) -> None:
    event = suite.hold_event(suite.sign_in("secretary"), title="机关党委 2026 年第四季度党课")
    screen = open_page(f"/screen/{event['id']}", **HALL)
    screen.screenshot(path=screenshots / "screen-1-sign-in.png")
    enter_screen(screen, suite.account("secretary"))
    expect(screen.locator("#title")).to_have_text(event["title"])
    expect(screen.locator("#count")).to_have_text("0")
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(screen.screenshot())))
    screen.screenshot(path=screenshots / "screen-2-code.png")

    (code,) = found
    assert str(code.text).startswith(f"{suite.base_url}/c/")
    screen.locator("#language").click()
    expect(screen.locator(".present")).to_contain_text("checked in")
    screen.screenshot(path=screenshots / "screen-3-english.png")


def test_the_screen_is_told_the_count_and_asks_for_the_code_alone(
    suite: Suite, open_page: OpenPage
) -> None:
    event = suite.hold_event(suite.sign_in("secretary"), category="youth_study")
    screen = open_screen(suite, open_page, event)
    expect(screen.locator("#count")).to_have_text("0")
    screen.wait_for_timeout(2_500)
    asked = _count_asked(screen)
    _check_in(suite, event, "member01")
    expect(screen.locator("#count")).to_have_text("1")
    _check_in(suite, event, "member02")
    expect(screen.locator("#count")).to_have_text("2")
    screen.wait_for_timeout(6_000)

    assert len(asked) <= 2, "a code lasts ten seconds, and nothing else is to be asked for"


@pytest.mark.parametrize("why", ["no stream in this browser", "the stream is refused"])
def test_without_a_stream_the_screen_asks_for_the_count(
    suite: Suite, open_page: OpenPage, watch: Watch, why: str
) -> None:
    event = suite.hold_event(suite.sign_in("secretary"), category="youth_study")
    refused = why == "the stream is refused"
    screen = open_page(f"/screen/{event['id']}", **HALL, script="" if refused else _WITHOUT_STREAMS)
    if refused:
        screen.route("**/live-attendance**", lambda route: route.fulfill(status=401, body="{}"))
    enter_screen(screen, suite.account("secretary"))
    expect(screen.locator("#count")).to_have_text("0")
    asked = _count_asked(screen)
    _check_in(suite, event, "member03")

    expect(screen.locator("#count")).to_have_text("1")
    screen.wait_for_timeout(4_500)
    assert len(asked) >= 2
    if refused:
        watch.forgive(401)


def test_a_stream_that_breaks_is_made_up_for_until_it_is_back(
    suite: Suite, open_page: OpenPage, watch: Watch
) -> None:
    event = suite.hold_event(suite.sign_in("secretary"), category="youth_study")
    screen = open_screen(suite, open_page, event)
    screen.wait_for_timeout(2_000)
    screen.context.set_offline(True)
    expect(screen.locator("#away")).to_be_visible(timeout=15_000)
    screen.context.set_offline(False)
    _check_in(suite, event, "member04")

    expect(screen.locator("#count")).to_have_text("1")
    expect(screen.locator("#away")).to_be_hidden()
    watch.forgive_no_network()


def test_a_member_sees_why_the_hall_s_screen_is_not_for_them(
    suite: Suite, open_page: OpenPage, watch: Watch, screenshots: Path
) -> None:
    event = suite.hold_event(suite.sign_in("secretary"))
    screen = open_page(f"/screen/{event['id']}", **HALL)
    enter_screen(screen, suite.account("member04"))

    expect(screen.locator("#away.refused")).to_be_visible()
    expect(screen.locator("#hall")).to_be_hidden()
    screen.screenshot(path=screenshots / "screen-4-refused.png")
    screen.close()
    watch.forgive(403)
