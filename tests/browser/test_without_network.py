"""A phone without network keeps what it scanned, says so, and sends it by itself, exactly once."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.app import open_screen, open_signed_in, scan, shown, tap
from tests.browser.conftest import OpenPage
from tests.chromium import Camera, Watch
from tests.session import Json, eventually
from tests.suite import Suite

pytestmark = pytest.mark.browser


def _hold(suite: Suite, title: str) -> Json:
    return suite.hold_event(suite.sign_in("secretary"), category="youth_study", title=title)


def _present(suite: Suite, event: Json) -> list[Json]:
    items = suite.sign_in("secretary").items(f"/events/{event['id']}/attendance")
    return [item for item in items if item["state"] == "present"]


def _entries(suite: Suite, username: str, event: Json) -> list[Json]:
    """Return what the event has brought into the ledger."""
    items = suite.sign_in(username).items("/me/ledger")
    return [item for item in items if item["title"] == event["title"]]


def _scan_once_before(suite: Suite, open_page: OpenPage, camera: Camera, username: str) -> Page:
    """Return a phone that has checked in before, so that its scanner is there without network."""
    screen = open_screen(suite, open_page, _hold(suite, "先前的活动"))
    phone = open_signed_in(suite, open_page, username)
    scan(phone, camera, screen)
    expect(shown(phone).locator("[data-test=earned]")).to_be_visible()
    screen.close()
    tap(phone, "返回首页")
    expect(shown(phone).locator(".scan-button")).to_be_visible()
    return phone


def test_a_scan_without_network_waits_and_goes_out_by_itself_once(
    suite: Suite, open_page: OpenPage, camera: Camera, watch: Watch, screenshots: Path
) -> None:
    event = _hold(suite, "地下二层的党课")
    phone = _scan_once_before(suite, open_page, camera, "member07")
    screen = open_screen(suite, open_page, event)
    phone.context.set_offline(True)
    scan(phone, camera, screen)
    expect(shown(phone)).to_contain_text("有 1 次签到等待发送")
    phone.screenshot(path=screenshots / "phone-6-waiting.png")
    assert _present(suite, event) == []
    # Tries fail, and change nothing.
    phone.wait_for_timeout(6_000)
    expect(shown(phone)).to_contain_text("有 1 次签到等待发送")
    phone.context.set_offline(False)

    # It tries again every five seconds.
    expect(shown(phone)).not_to_contain_text("等待发送", timeout=15_000)
    eventually(lambda: _entries(suite, "member07", event), lambda found: len(found) == 1)
    phone.goto("/m/")
    expect(shown(phone).locator("[data-test=total]")).to_be_visible()
    assert len(_present(suite, event)) == 1
    assert len(_entries(suite, "member07", event)) == 1
    watch.forgive_no_network()


def test_a_killed_app_sends_its_scan_when_it_is_opened_again_and_it_waits_for_the_organiser(
    suite: Suite, open_page: OpenPage, camera: Camera, watch: Watch, screenshots: Path
) -> None:
    event = _hold(suite, "没有信号的山上")
    phone = _scan_once_before(suite, open_page, camera, "member08")
    screen = open_screen(suite, open_page, event)
    phone.context.set_offline(True)
    scan(phone, camera, screen)
    expect(shown(phone)).to_contain_text("有 1 次签到等待发送")
    # A tab that is closed gets its network back for a moment, and would send what it keeps.
    phone.context.route("**/api/v1/check-ins", lambda route: route.abort("internetdisconnected"))
    phone.close()
    # A code is good for twenty seconds; what is older is looked at before it counts.
    screen.wait_for_timeout(21_000)
    phone.context.unroute("**/api/v1/check-ins")
    again = phone.context.new_page()
    phone.context.set_offline(False)
    again.goto("/m/")

    expect(shown(again).locator("[data-test=in]")).to_contain_text("须组织者确认")
    again.screenshot(path=screenshots / "phone-7-to-confirm.png")
    (item,) = suite.sign_in("secretary").get(f"/events/{event['id']}/reviews")["items"]
    assert [reason["code"] for reason in item["reasons"]] == ["late"]
    again.goto("/m/")
    expect(shown(again).locator("[data-test=total]")).to_be_visible()
    assert "等待发送" not in (shown(again).text_content() or "")
    (item,) = suite.sign_in("secretary").get(f"/events/{event['id']}/reviews")["items"]
    watch.forgive_no_network()


def test_an_answer_that_was_lost_on_its_way_makes_no_second_check_in(
    suite: Suite, open_page: OpenPage, camera: Camera, watch: Watch
) -> None:
    event = _hold(suite, "信号不好的会场")
    screen = open_screen(suite, open_page, event)
    phone = open_signed_in(suite, open_page, "member09")
    sent: list[Json] = []

    def lose_the_first_answer(route: Route) -> None:
        sent.append(route.request.post_data_json)
        answer = route.fetch()
        if len(sent) == 1:
            assert answer.status == 201
            route.abort("internetdisconnected")
        else:
            route.fulfill(response=answer)

    phone.route("**/api/v1/check-ins", lose_the_first_answer)
    scan(phone, camera, screen)
    expect(shown(phone)).to_contain_text("有 1 次签到等待发送")

    # It tries again every five seconds.
    expect(shown(phone)).not_to_contain_text("等待发送", timeout=15_000)
    assert len(sent) == 2
    assert sent[0]["client_ref"] == sent[1]["client_ref"]
    assert len(_present(suite, event)) == 1
    eventually(lambda: _entries(suite, "member09", event), lambda found: len(found) == 1)
    watch.forgive_no_network()
