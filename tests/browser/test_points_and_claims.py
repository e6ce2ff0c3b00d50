"""Where points come from, how far they reach, and how a member claims what no scan has counted."""

from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from shared.clock import SHANGHAI
from tests.browser.app import field, open_signed_in, shown, tap
from tests.browser.conftest import OpenPage
from tests.chromium import Watch
from tests.suite import Suite

pytestmark = pytest.mark.browser


def _open(phone: Page, page: str) -> None:
    phone.goto(f"/m/pages/{page}/{page}")


def test_points_their_entries_and_why_are_a_tap_apart(suite: Suite, open_page: OpenPage) -> None:
    member = suite.sign_in("member01")
    newest = member.get("/me/ledger")["items"][0]
    phone = open_signed_in(suite, open_page, "member01")
    _open(phone, "points")
    expect(shown(phone).locator("[data-test=total]")).to_have_text(f"{member.points():g}")
    tap(phone, "积分明细")

    first = shown(phone).locator("[data-test=entry]").first
    expect(first).to_contain_text(newest["title"])
    expect(first).to_contain_text(newest["why"])


def test_the_board_shows_the_own_place_of_each_level_and_period(
    suite: Suite, open_page: OpenPage
) -> None:
    phone = open_signed_in(suite, open_page, "member02")
    _open(phone, "board")
    member, year = suite.sign_in("member02"), str(datetime.now(SHANGHAI).year)
    for level, code in (("本支部", "u001-b01"), ("本单位", "u001"), ("全市", "city")):
        tap(phone, level)
        tap(phone, "今年")
        organisation = suite.organisation(code)["id"]
        board = member.get("/leaderboards", organisation_id=organisation, period=year)
        place = f"第 {board['own']['rank']} 名 / {board['size']} 人"
        expect(shown(phone).locator("[data-test=own]")).to_contain_text(place)


def test_a_board_that_is_switched_off_says_so_and_shows_nobody(
    suite: Suite, open_page: OpenPage
) -> None:
    phone = open_signed_in(suite, open_page, "member02")
    _set_policy(suite, "off")
    try:
        _open(phone, "board")
        expect(shown(phone)).to_contain_text("榜单已按规定关闭")
        expect(shown(phone).locator("[data-test=own], .board-row")).to_have_count(0)
    finally:
        _set_policy(suite, "top_n_and_own")
    _open(phone, "board")
    expect(shown(phone).locator("[data-test=own]")).to_be_visible()


def _set_policy(suite: Suite, policy: str) -> None:
    city = suite.sign_in("city1")
    path = f"/board-policies/{suite.organisation('u001-b01')['id']}"
    seen = city.request("GET", path).headers["ETag"]
    answer = city.request("PUT", path, json={"policy": policy}, headers={"If-Match": seen})
    assert answer.status_code == 200, answer.text


def test_a_claim_with_a_picture_goes_to_review_and_can_be_taken_back(
    suite: Suite, open_page: OpenPage, tmp_path: Path
) -> None:
    picture = tmp_path / "receipt.jpg"
    Image.new("RGB", (640, 480), "seagreen").save(picture)
    phone = open_signed_in(suite, open_page, "member10")
    _open(phone, "claims")
    tap(phone, "新的申报")
    field(phone, "title").fill("文章《在窗口听民声》被市报采用")
    with phone.expect_file_chooser() as chooser:
        tap(phone, "附一张图片")
    chooser.value.set_files(picture)
    expect(shown(phone)).to_contain_text("已附图片")
    tap(phone, "提交申报")

    expect(shown(phone)).to_contain_text("小组初审中")
    member = suite.sign_in("member10")
    (claim,) = member.items("/claims", state="first_review")
    found = member.get(f"/claims/{claim['id']}")
    assert (found["title"], bool(found["attachment_id"])) == (
        "文章《在窗口听民声》被市报采用",
        True,
    )
    tap(phone, "撤回")
    expect(shown(phone)).to_contain_text("已撤回")


def test_a_claim_that_was_made_already_is_refused_in_words_and_what_was_typed_stays(
    suite: Suite, open_page: OpenPage, watch: Watch
) -> None:
    phone = open_signed_in(suite, open_page, "member12")
    title = "走访结对户，帮助办理医保"
    for said in ("小组初审中", "已经申报过"):
        _open(phone, "claim-new")
        field(phone, "title").fill(title)
        tap(phone, "提交申报")
        expect(shown(phone)).to_contain_text(said)
        phone.wait_for_load_state("networkidle")

    expect(shown(phone).locator("[role=alert]")).to_contain_text("已经申报过")
    expect(field(phone, "title")).to_have_value(title)
    watch.forgive(409)
