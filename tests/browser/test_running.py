"""A branch secretary runs an event with a phone alone, from the first tap to the headcount."""

import time
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from shared.clock import SHANGHAI
from tests.browser.app import agree, field, open_signed_in, scan, shown, tap
from tests.browser.conftest import OpenPage
from tests.chromium import Camera
from tests.session import Json, Session
from tests.suite import Suite

pytestmark = pytest.mark.browser

# A code's own step, and one more.
_UNTIL_OLD = 21


def _create(organiser: Page, title: str) -> str:
    """Make, publish and open an event as the secretary does; return its id."""
    shown(organiser).get_by_role("link", name="我的", exact=True).click()
    tap(organiser, "组织活动")
    tap(organiser, "新建活动")
    expect(field(organiser, "run-title")).to_have_value("支部党员大会")
    field(organiser, "run-title").fill(title)
    field(organiser, "run-place").fill("三楼会议室")
    tap(organiser, "创建并发布")
    expect(shown(organiser).locator("[data-test=present]")).to_have_text("0")
    return organiser.url.partition("id=")[2]


def _present(organiser: Page, count: int) -> None:
    expect(shown(organiser).locator("[data-test=present]")).to_have_text(str(count))


def _scan_late(member: Session, code: str, scanned_at: datetime) -> None:
    body = {"code": code, "client_ref": str(uuid4()), "scanned_at": scanned_at.isoformat()}
    assert member.post("/check-ins", body)["check_in"]["state"] == "pending"


def test_an_event_is_made_opened_attended_looked_through_and_closed(
    suite: Suite, open_page: OpenPage, camera: Camera, screenshots: Path
) -> None:
    of_desk, of_late = suite.newcomers("u001-b01", 2)
    path = suite.organisation("u001-b01")["path"]
    secretary = suite.sign_in("secretary")
    organiser = open_signed_in(suite, open_page, "secretary")
    began = time.monotonic()
    event = _create(organiser, "十一月支部党员大会")
    assert time.monotonic() - began < 60
    tap(organiser, "提前开始签到")
    agree(organiser)
    expect(shown(organiser)).to_contain_text("签到中")
    old = str(secretary.get(f"/events/{event}/code")["code"])
    scanned_at, since = datetime.now(SHANGHAI), time.monotonic()

    # The organiser's phone is the screen.
    tap(organiser, "出示签到码")
    expect(shown(organiser).locator("[data-test=code]")).to_contain_text("已签到 0 人")
    organiser.screenshot(path=screenshots / "organiser-1-code.png")
    phone = open_signed_in(suite, open_page, "member14")
    scan(phone, camera, organiser)
    expect(shown(phone).locator("[data-test=in]")).to_be_visible()
    expect(shown(organiser).locator("[data-test=code]")).to_contain_text("已签到 1 人")
    organiser.go_back()
    _present(organiser, 1)

    tap(organiser, "签到台")
    tap(organiser, "未带手机")
    field(organiser, "desk-words").fill("xtz")
    found = shown(organiser).locator("[data-test=member]").filter(has_text=of_desk["member_no"])
    found.locator("uni-button").click()
    expect(shown(organiser).locator("[data-test=ticked]")).to_contain_text(of_desk["name"])
    expect(found).to_contain_text("已到")
    organiser.screenshot(path=screenshots / "organiser-2-desk.png")
    organiser.go_back()
    _present(organiser, 2)

    organiser.wait_for_timeout(max(0, since + _UNTIL_OLD - time.monotonic()) * 1000)
    _scan_late(suite.member_session(of_late["id"], path), old, scanned_at)
    _present(organiser, 2)
    tap(organiser, "待核对")
    expect(shown(organiser).locator("[data-test=review]")).to_contain_text(of_late["name"])
    organiser.screenshot(path=screenshots / "organiser-3-reviews.png")
    tap(organiser, "属实")
    expect(shown(organiser)).to_contain_text("没有待核对的签到")
    organiser.go_back()
    _present(organiser, 3)

    tap(organiser, "结束签到")
    field(organiser, "run-count").fill("4")
    organiser.screenshot(path=screenshots / "organiser-4-closing.png")
    tap(organiser, "确认结束")
    expect(shown(organiser)).to_contain_text("已结束")
    _expect_kept(suite, event, of_desk)


def _expect_kept(suite: Suite, event: str, of_desk: Json) -> None:
    secretary = suite.sign_in("secretary")
    assert secretary.get(f"/events/{event}")["state"] == "closed"
    assert len(secretary.items(f"/events/{event}/attendance")) == 3
    reason = "SELECT reason FROM check_ins WHERE member_id = %s"
    assert suite.rows("events", reason, of_desk["id"]) == [("未带手机",)]
    (counted,) = secretary.get(f"/events/{event}/headcounts")["items"]
    assert (counted["counted"], counted["present"]) == (4, 3)
