"""A seat that is waited for, offered and taken; and what a member does with the own data."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.app import PHONE, agree, invite, open_signed_in, shown, tap
from tests.browser.conftest import OpenPage
from tests.browser.every_page import stored
from tests.session import Json, eventually
from tests.suite import Suite

pytestmark = pytest.mark.browser


def _one_seat(suite: Suite, title: str, **terms: Any) -> Json:
    """Publish an event with one seat that has not begun."""
    secretary = suite.sign_in("secretary")
    event = suite.hold_event(secretary, since=timedelta(minutes=-20), title=title)
    answer = secretary.request(
        "PUT", f"/events/{event['id']}/registration",
        json={"capacity": 1, "required": True} | terms, headers={"If-Match": '"0"'},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    return event


def _open(suite: Suite, open_page: OpenPage, username: str, event: Json) -> Page:
    phone = open_signed_in(suite, open_page, username)
    phone.goto(f"/m/pages/event/event?id={event['id']}")
    return phone


def _expect_seat(phone: Page, said: str) -> None:
    expect(shown(phone).locator("[data-test=seat] [role=status]").first).to_have_text(said)


def test_who_waits_gets_the_seat_that_is_given_up_and_reads_so_in_the_inbox(
    suite: Suite, open_page: OpenPage
) -> None:
    event = _one_seat(suite, "只有一个名额的读书会")
    first = _open(suite, open_page, "member10", event)
    _expect_seat(first, "可以报名")
    tap(first, "报名")
    _expect_seat(first, "已报名")
    second = _open(suite, open_page, "member11", event)
    _expect_seat(second, "名额已满，可排队候补")
    tap(second, "排队候补")
    _expect_seat(second, "候补中，第 1 位")
    tap(first, "取消报名")
    agree(first)
    _expect_seat(first, "名额已满，可排队候补")

    def told() -> list[Json]:
        items = suite.sign_in("member11").get("/me/inbox")["items"]
        return [item for item in items if item["subject_id"] == event["id"]]

    eventually(told, bool)
    second.goto("/m/pages/inbox/inbox")
    notice = shown(second).locator("[data-test=notice]").filter(has_text=event["title"])
    expect(notice).to_contain_text("未读")
    notice.click()
    _expect_seat(second, "已报名")


def test_an_offered_seat_is_accepted_with_one_tap(suite: Suite, open_page: OpenPage) -> None:
    event = _one_seat(suite, "名额须答复的讲座", reply_hours=1)
    path = f"/events/{event['id']}/registrations"
    first, second = suite.sign_in("member12"), suite.sign_in("member13")
    first.post(path)
    assert second.post(path)["state"] == "waiting"
    assert first.request("DELETE", path).status_code == 200
    phone = _open(suite, open_page, "member13", event)
    _expect_seat(phone, "有名额留给您，请答复")
    expect(shown(phone)).to_contain_text("前答复")
    tap(phone, "接受名额")

    _expect_seat(phone, "已报名")
    assert second.get(f"/events/{event['id']}/registration")["own"]["state"] == "registered"


def _bound_by_wechat(suite: Suite) -> Json:
    """Return the tokens of a member whose only way in is WeChat."""
    (member,) = suite.newcomers("u001-b01", 1)
    wechat = suite.settings("gateway")["WECHAT_API_URL"]
    openid = {"openid": f"unbinds-{member['id']}"}
    code = httpx.post(f"{wechat}/stand-in/codes", json=openid).json()["code"]
    auth = f"{suite.base_url}/api/v1/auth"
    unknown = httpx.post(f"{auth}/wechat", json={"code": code}).json()
    body = {"invitation": invite(suite, member), "wechat_ticket": unknown["wechat_ticket"]}
    tokens = httpx.post(f"{auth}/bind", json=body)
    assert tokens.status_code == 200, tokens.text
    found: Json = tokens.json()
    return found


def test_who_unbinds_wechat_is_told_how_to_come_back(suite: Suite, open_page: OpenPage) -> None:
    tokens = _bound_by_wechat(suite)
    kept = {name: tokens[name] for name in ("access_token", "refresh_token")}
    phone = open_page("/m/pages/privacy/privacy", **PHONE, script=stored("suite.session", kept))
    expect(shown(phone)).to_contain_text("起已绑定微信")
    tap(phone, "解绑微信")
    expect(phone.locator("uni-modal")).to_contain_text("须向支部索取邀请码")
    agree(phone)
    expect(phone.locator("uni-modal")).to_contain_text("再次登录请向支部索取邀请码")
    agree(phone)

    expect(shown(phone).locator(".scan-button")).to_be_visible()
    me = httpx.post(
        f"{suite.base_url}/api/v1/auth/refresh", json={"refresh_token": kept["refresh_token"]}
    )
    assert me.status_code == 401


def test_the_own_data_are_taken_along_as_a_file(suite: Suite, open_page: OpenPage) -> None:
    phone = open_signed_in(suite, open_page, "member03")
    phone.goto("/m/pages/privacy/privacy")
    with phone.expect_download() as download:
        tap(phone, "导出")

    assert download.value.suggested_filename.endswith(".json")
    taken = json.loads(download.value.path().read_text("utf-8"))
    assert taken.keys() == suite.sign_in("member03").get("/me/export").keys()
