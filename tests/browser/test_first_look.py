"""A hall, a screen, a phone: the code is scanned off the picture, and points appear."""

import io
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from shared.clock import SHANGHAI
from tests.browser.conftest import OpenPage, Watch
from tests.session import Json
from tests.suite import Suite

pytestmark = pytest.mark.browser

_PHONE = {"width": 390, "height": 844, "phone": True}
_HALL = {"width": 1280, "height": 720}


def _sign_in(page: Page, account: Json) -> None:
    page.locator("#username").fill(account["username"])
    page.locator("#password").fill(account["password"])
    page.locator("form:visible button[type=submit]").first.click()


def _read_code(screen: Page) -> str:
    """Read the code off the screen's picture, as a camera does; return its link."""
    expect(screen.locator("#code")).to_be_visible()
    expect(screen.locator("#digits")).not_to_be_empty()
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(screen.screenshot())))
    assert len(found) == 1, "the screen shows one code"
    return str(found[0].text)


def _fits(page: Page) -> None:
    """Nothing sticks out at the side, and nothing to be touched is too small for a thumb."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = page.evaluate(
        """[...document.querySelectorAll('button, input, a')].filter((e) => e.offsetParent
            && e.getBoundingClientRect().height < 40).map((e) => e.outerHTML)"""
    )
    assert small == []


def test_a_member_scans_the_hall_s_code_and_sees_points_and_board_move(
    suite: Suite, open_page: OpenPage, screenshots: Path
) -> None:
    secretary = suite.sign_in("secretary")
    title = "青年读书分享会"
    event = suite.hold_event(secretary, category="youth_study", title=title)
    member = suite.sign_in("member01")
    before = member.points()
    # The board that is shown first is the month's; the total is the year's.
    month = datetime.now(SHANGHAI).strftime("%Y-%m")
    home = suite.organisation("u001-b01")["id"]
    board = member.get("/leaderboards", organisation_id=home, period=month)
    this_month = board["own"]["points"]

    phone = open_page("/", **_PHONE)
    expect(phone.locator("#sign-in")).to_be_visible()
    _fits(phone)
    phone.screenshot(path=screenshots / "phone-1-sign-in.png", full_page=True)
    _sign_in(phone, suite.account("member01"))
    expect(phone.locator("#events")).to_contain_text(title)
    expect(phone.locator("#total")).to_have_text(f"{before:g}")
    expect(phone.locator("#board table, #board .soft").first).to_be_visible()
    _fits(phone)
    phone.screenshot(path=screenshots / "phone-2-home.png", full_page=True)

    screen = open_page(f"/screen/{event['id']}", **_HALL)
    screen.screenshot(path=screenshots / "screen-1-sign-in.png")
    _sign_in(screen, suite.account("secretary"))
    link = _read_code(screen)
    expect(screen.locator("#title")).to_have_text(title)
    expect(screen.locator("#count")).to_have_text("0")
    screen.screenshot(path=screenshots / "screen-2-code.png")
    assert link.startswith(f"{suite.base_url}/c/")

    phone.goto(urlsplit(link).path)
    expect(phone.locator("#earned")).to_have_text("+1")
    expect(phone.locator("#total")).to_have_text(f"{before + 1:g}")
    expect(phone.locator("#own-place")).to_contain_text(f"，{this_month + 1:g} 分")
    assert urlsplit(phone.url).path == "/", "the code does not stay in the address"
    _fits(phone)
    phone.screenshot(path=screenshots / "phone-3-receipt.png", full_page=True)
    expect(screen.locator("#count")).to_have_text("1")
    screen.screenshot(path=screenshots / "screen-3-counted.png")
    screen.locator("#language").click()
    expect(screen.locator(".present")).to_contain_text("checked in")
    screen.screenshot(path=screenshots / "screen-5-english.png")

    phone.locator("#language").click()
    expect(phone.locator("#points h2")).to_have_text("My points")
    expect(phone.locator("#checked-in")).to_contain_text("Checked in")
    assert phone.locator("html").get_attribute("lang") == "en"
    _fits(phone)
    phone.screenshot(path=screenshots / "phone-4-english.png", full_page=True)


def test_who_scans_before_signing_in_is_in_as_soon_as_signed_in(
    suite: Suite, open_page: OpenPage, watch: Watch, screenshots: Path
) -> None:
    secretary = suite.sign_in("secretary")
    event = suite.hold_event(secretary, category="youth_study")
    screen = open_page(f"/screen/{event['id']}", **_HALL)
    _sign_in(screen, suite.account("secretary"))

    phone = open_page(urlsplit(_read_code(screen)).path, **_PHONE)
    expect(phone.locator("#notice")).to_be_visible()
    phone.screenshot(path=screenshots / "phone-5-kept.png", full_page=True)
    phone.locator("#username").fill("member02")
    phone.locator("#password").fill("not the password")
    phone.locator("#password-form button[type=submit]").click()
    expect(phone.locator("#notice.bad")).to_be_visible()
    phone.screenshot(path=screenshots / "phone-6-wrong-password.png", full_page=True)
    watch.forgive(401)
    _sign_in(phone, suite.account("member02"))

    expect(phone.locator("#earned")).to_have_text("+1")


def test_six_digits_do_where_no_camera_does(suite: Suite, open_page: OpenPage) -> None:
    secretary = suite.sign_in("secretary")
    event = suite.hold_event(secretary, category="youth_study")
    screen = open_page(f"/screen/{event['id']}", **_HALL)
    _sign_in(screen, suite.account("secretary"))
    expect(screen.locator("#digits")).not_to_be_empty()

    phone = open_page("/", **_PHONE)
    _sign_in(phone, suite.account("member03"))
    phone.locator("#digits").fill((screen.locator("#digits").text_content() or "").replace(" ", ""))
    phone.locator("#digits-form button").click()

    expect(phone.locator("#earned")).to_have_text("+1")


def test_a_member_sees_why_the_hall_s_screen_is_not_for_them(
    suite: Suite, open_page: OpenPage, watch: Watch, screenshots: Path
) -> None:
    event = suite.hold_event(suite.sign_in("secretary"))
    screen = open_page(f"/screen/{event['id']}", **_HALL)
    _sign_in(screen, suite.account("member04"))

    expect(screen.locator("#away.refused")).to_be_visible()
    expect(screen.locator("#hall")).to_be_hidden()
    screen.screenshot(path=screenshots / "screen-4-refused.png")
    screen.close()
    watch.forgive(403)
