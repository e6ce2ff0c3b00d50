"""An event from its draft to the last who came, as organisers see it."""

from datetime import datetime

import pytest
from playwright.sync_api import expect

from shared.clock import SHANGHAI
from tests.console.conftest import OpenConsole, serious, settle, visit
from tests.suite import Suite

pytestmark = pytest.mark.browser


def test_an_event_is_drafted_published_and_copied(open_console: OpenConsole) -> None:
    page = open_console("secretary", "/events/new")
    page.get_by_label("名称").fill("控制台新建的党课")
    page.get_by_role("button", name="保存为草稿").click()
    expect(page.locator("main h1")).to_contain_text("控制台新建的党课")
    settle(page)
    page.get_by_role("button", name="发布").click()
    expect(page.locator("main h1")).to_contain_text("已发布")
    # A lecture wants its lecturer, who earns points of another rule.
    page.get_by_role("combobox", name="党员").fill("0000004")
    page.get_by_role("option").first.click()
    page.get_by_role("button", name="指定").click()
    expect(page.get_by_text("主讲人", exact=False).first).to_be_visible()
    page.get_by_role("button", name="复制到另一天").click()
    page.get_by_role("dialog").get_by_role("button", name="复制到另一天").click()
    expect(page.locator("main h1")).to_contain_text("草稿")


def test_a_series_shows_its_days_before_it_is_made(open_console: OpenConsole) -> None:
    page = open_console("secretary", "/events/new")
    page.get_by_label("名称").fill("每月集中学习")
    page.get_by_text("按周期重复").click()
    page.get_by_role("button", name="查看日期").click()
    days = page.get_by_text("将生成以下日期")
    expect(days).to_be_visible()
    assert days.inner_text().count("-") == 12
    page.get_by_role("button", name="保存为草稿").click()
    expect(page.locator("main h1")).to_contain_text("每月集中学习")


def test_who_arrives_is_seen_without_reloading(suite: Suite, open_console: OpenConsole) -> None:
    secretary = suite.sign_in("secretary")
    event = suite.hold_event(secretary, title="实时看板")
    page = open_console("secretary", f"/events/{event['id']}?tab=attendance")
    present = page.locator("[data-figure=present]")
    expect(present).to_have_text("0")
    expect(page.get_by_text("实时", exact=True)).to_be_visible()
    member = suite.newcomer()
    code = secretary.get(f"/events/{event['id']}/code")["code"]
    assert member.scan(code).status_code == 201
    expect(present).to_have_text("1")
    expect(page.locator("tbody tr")).to_have_count(1)

    # Equal to a scan: a name is ticked, with a reason.
    (other,) = suite.newcomers("u001-b01", 1)
    page.get_by_role("combobox", name="党员").fill(other["member_no"])
    page.get_by_role("option", name=other["name"]).click()
    page.get_by_role("button", name="点名签到").click()
    page.get_by_role("dialog").locator("textarea").fill("手机没电。")
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(present).to_have_text("2")
    assert serious(page) == []


def test_results_are_drafts_until_they_are_confirmed_together(
    suite: Suite, open_console: OpenConsole
) -> None:
    event = suite.hold_event(suite.sign_in("secretary"), category="culture", title="公文大赛")
    page = open_console("secretary", f"/events/{event['id']}?tab=results")
    page.get_by_role("button", name="登记成绩").click()
    dialog = page.get_by_role("dialog", name="登记成绩")
    dialog.get_by_role("combobox", name="党员").fill("0000007")
    page.get_by_role("option").first.click()
    dialog.locator("input[maxlength='200']").fill("一等奖")
    dialog.get_by_role("button", name="保存").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("tbody tr")).to_contain_text("草稿")
    page.get_by_role("button", name="确认全部草稿").click()
    page.get_by_role("button", name="确定").click()
    expect(page.locator("tbody tr")).to_contain_text("已确认")


def test_the_calendar_shows_the_month_s_events_on_their_days(
    suite: Suite, open_console: OpenConsole
) -> None:
    suite.hold_event(suite.sign_in("secretary"), title="日历上的活动")
    page = open_console("secretary", "/calendar")
    today = datetime.now(SHANGHAI).date().isoformat()
    expect(
        page.locator("td", has=page.locator(f"time[datetime='{today}']")).locator("a").first
    ).to_be_visible()
    page.get_by_role("button", name="下月").click()
    settle(page)
    assert "month=" in page.url
    visit(page, "/calendar?month=2026-02")
    expect(page.locator("main h1")).to_contain_text("2026-02")
