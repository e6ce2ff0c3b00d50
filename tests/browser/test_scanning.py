"""From the hall's screen through a phone's camera to points: the app's main way, and its detours."""

import io
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
import segno
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from shared.clock import SHANGHAI
from tests.browser.app import (
    PHONE,
    digits_of,
    enter,
    field,
    invite,
    open_screen,
    open_signed_in,
    path_of,
    scan,
    shown,
    tap,
)
from tests.browser.conftest import OpenPage
from tests.chromium import Camera, Watch
from tests.session import Json
from tests.suite import Suite

pytestmark = pytest.mark.browser


def _hold(suite: Suite, **more: object) -> Json:
    return suite.hold_event(suite.sign_in("secretary"), category="youth_study", **more)  # type: ignore[arg-type]


def _expect_points(phone: Page, points: str = "+1") -> None:
    expect(shown(phone).locator("[data-test=earned]")).to_have_text(points)


def _read(screen: Page) -> str:
    """Read the screen as WeChat's scanner does; return the address in its code."""
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(screen.screenshot())))
    return str(found.text)


def test_a_member_scans_in_one_tap_and_sees_points_and_board_move(
    suite: Suite, open_page: OpenPage, camera: Camera, screenshots: Path
) -> None:
    event = _hold(suite, title="青年读书分享会")
    member = suite.sign_in("member01")
    before = member.points()
    board = {
        "organisation_id": suite.organisation("u001-b01")["id"],
        "period": datetime.now(SHANGHAI).strftime("%Y-%m"),
    }
    this_month = member.get("/leaderboards", **board)["own"]["points"]
    screen = open_screen(suite, open_page, event)
    phone = open_signed_in(suite, open_page, "member01")
    expect(shown(phone).locator("[data-test=total]")).to_have_text(f"{before:g}")
    expect(shown(phone)).to_contain_text(event["title"])
    phone.screenshot(path=screenshots / "phone-1-home.png")

    scan(phone, camera, screen)
    _expect_points(phone)
    result = shown(phone)
    expect(result).to_contain_text(event["title"])
    expect(result.locator("[data-test=total]")).to_have_text(f"{before + 1:g}")
    expect(screen.locator("#count")).to_have_text("1")
    phone.screenshot(path=screenshots / "phone-2-result.png")

    phone.goto("/m/pages/board/board")
    expect(shown(phone).locator("[data-test=own]")).to_contain_text(f"{this_month + 1:g} 分")


def test_who_opens_a_scanned_link_is_checked_in_and_the_code_leaves_the_address(
    suite: Suite, open_page: OpenPage
) -> None:
    screen = open_screen(suite, open_page, _hold(suite))
    phone = open_signed_in(suite, open_page, "member02")
    phone.goto(_read(screen))

    _expect_points(phone)
    phone.go_back()
    assert path_of(phone) == "/m/"
    assert "code" not in phone.url


def test_who_scans_before_signing_in_keeps_the_scan_and_is_in_by_the_branch_s_invitation(
    suite: Suite, open_page: OpenPage, camera: Camera, watch: Watch, screenshots: Path
) -> None:
    (newcomer,) = suite.newcomers("u001-b01", 1)
    invitation = invite(suite, newcomer)
    screen = open_screen(suite, open_page, _hold(suite))
    phone = open_page("/m/", **PHONE)

    scan(phone, camera, screen)
    expect(shown(phone).locator("[role=status]")).to_be_visible()
    phone.screenshot(path=screenshots / "phone-3-kept.png")
    enter(phone, {"username": "member02", "password": "not the password"})
    expect(shown(phone).locator("[role=alert]")).to_be_visible()
    watch.forgive(401)
    # Far longer than the code lasts: it was swapped for a claim.
    phone.wait_for_timeout(25_000)
    tap(phone, "邀请码")
    field(phone, "invitation").fill(invitation)
    enter(phone, {"username": f"new{uuid4().hex[:8]}", "password": "a long enough password"})

    _expect_points(phone)


def test_six_digits_do_where_no_camera_does(
    suite: Suite, open_page: OpenPage, screenshots: Path
) -> None:
    screen = open_screen(suite, open_page, _hold(suite))
    phone = open_signed_in(suite, open_page, "member03")
    tap(phone, "输入六位数字")
    field(phone, "digits").fill(digits_of(screen))
    phone.screenshot(path=screenshots / "phone-4-digits.png")
    tap(phone, "签到")

    _expect_points(phone)


def test_a_second_scan_says_that_one_is_in_already(
    suite: Suite, open_page: OpenPage, camera: Camera
) -> None:
    event = _hold(suite)
    screen = open_screen(suite, open_page, event)
    phone = open_signed_in(suite, open_page, "member04")
    scan(phone, camera, screen)
    _expect_points(phone)
    tap(phone, "返回首页")
    expect(shown(phone).locator(".scan-button")).to_be_visible()
    scan(phone, camera, screen)

    expect(shown(phone).locator("[data-test=in]")).to_contain_text("您已签到")
    expect(screen.locator("#count")).to_have_text("1")


def test_a_refusal_says_what_to_do_next(
    suite: Suite, open_page: OpenPage, camera: Camera, watch: Watch, screenshots: Path
) -> None:
    event = _hold(suite)
    screen = open_screen(suite, open_page, event)
    phone = open_signed_in(suite, open_page, "member05")
    camera.look_at(screen)
    suite.sign_in("secretary").post(
        f"/events/{event['id']}/cancel", {"reason": "会议室漏水"}, status=200
    )
    shown(phone).locator(".scan-button").click()

    refused = shown(phone).locator("[data-test=refused]")
    expect(refused).to_contain_text("活动已取消")
    phone.screenshot(path=screenshots / "phone-5-refused.png")
    tap(phone, "返回首页")
    expect(shown(phone).locator(".scan-button")).to_be_visible()
    screen.close()
    watch.forgive(409)


def test_a_code_that_is_none_of_ours_is_said_to_be_so_and_the_scanner_stays(
    suite: Suite, open_page: OpenPage, camera: Camera
) -> None:
    screen = open_screen(suite, open_page, _hold(suite))
    strange = screen.context.new_page()
    strange.set_content(segno.make("https://example.invalid/menu").svg_inline(scale=16, border=4))
    phone = open_signed_in(suite, open_page, "member06")
    scan(phone, camera, strange)
    expect(shown(phone)).to_contain_text("这不是签到码")
    phone.go_back()
    scan(phone, camera, screen)

    _expect_points(phone)
