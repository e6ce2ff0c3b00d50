"""Whoever keeps the suite running sees what is stuck, and decides on it."""

import json
import re
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect
from redis import Redis

from shared.messaging.envelope import FIELD, stream_key
from tests.console.conftest import OpenConsole, serious, settle, visit
from tests.session import eventually
from tests.stuck import stuck_check_in
from tests.suite import Suite

pytestmark = pytest.mark.browser


def _rows(page: Page) -> Locator:
    return page.get_by_role("region", name="处理不了的消息").locator("tbody tr")


def test_a_message_that_breaks_its_contract_is_seen_and_set_aside(
    suite: Suite, open_console: OpenConsole, screenshots: Path
) -> None:
    message = {
        "id": str(uuid4()), "type": "study.recorded.v1", "key": str(uuid4()),
        "created_at": "2026-11-26T09:00:00+08:00", "data": {"member_id": "王小明", "fact_id": str(uuid4())},
    }  # fmt: skip
    with Redis.from_url(suite.settings("events")["REDIS_URL"]) as redis:
        redis.xadd(stream_key("study"), {FIELD: json.dumps(message).encode()})
    system = suite.sign_in("system")
    eventually(
        lambda: system.get("/event-messages")["dead_letters"],
        lambda found: [each["waiting"] for each in found] == [1],
        30,
    )
    page = open_console("system", "/running")
    card = page.locator(".card", has_text="活动与签到")
    expect(card).to_contain_text("1 条消息处理不了，待决定")
    expect(page.locator(".card", has_text="账号与通知")).to_contain_text("正常")
    section = page.locator("main")
    section.get_by_role("search").get_by_text("活动与签到", exact=True).click()
    (row,) = eventually(_rows(page).all, lambda rows: len(rows) == 1, 10)
    expect(row).to_contain_text("study.recorded.v1")
    expect(row).to_contain_text(message["data"]["fact_id"])
    assert "王小明" not in section.inner_text()
    settle(page)
    assert serious(page) == []
    page.screenshot(path=screenshots / "console-system-running-letter.png", full_page=True)
    row.get_by_role("button", name="搁置").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("textarea").fill("测试误发，无需补救。")
    dialog.get_by_role("button", name="确定").click()
    expect(page.get_by_text("没有符合条件的消息")).to_be_visible()
    expect(card).to_contain_text("正常")
    visit(page, "/running?service=events&state=set_aside")
    expect(_rows(page)).to_contain_text("测试误发，无需补救。")
    assert suite.rows("events", "SELECT count(*) FROM dead_letters") == [(1,)]


def test_a_message_whose_cause_is_mended_is_sent_again_and_takes_effect(
    suite: Suite, open_console: OpenConsole, screenshots: Path
) -> None:
    member = suite.newcomer()
    check_in, letter = stuck_check_in(suite, member)
    page = open_console("system", "/running", width=1920)
    (row,) = eventually(_rows(page).all, lambda rows: len(rows) == 1, 10)
    expect(row).to_contain_text("are refused for a while")
    assert "王小明" not in page.locator("main").inner_text()
    page.screenshot(path=screenshots / "console-system-running-wide.png", full_page=True)
    page.get_by_role("button", name="全部重新发送（1）").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("重新发送全部 1 条")
    dialog.get_by_role("button", name="确定").click()
    expect(page.get_by_text("没有符合条件的消息")).to_be_visible()
    assert member.receipt(check_in, 30)["points"] == 1
    visit(page, "/running?state=sent_again")
    expect(_rows(page).filter(has_text=letter["ids"]["check_in_id"])).to_contain_text("已生效")
    suite.prove(30)


def test_an_auditor_sees_the_figures_and_decides_nothing(
    open_console: OpenConsole, screenshots: Path
) -> None:
    page = open_console("auditor", "/running", language="en", dark=True)
    expect(page.get_by_role("region", name="Readers")).to_contain_text("roster → boards")
    expect(page.get_by_role("region", name="What is kept")).to_contain_text("AUDIT_KEPT_DAYS")
    assert page.get_by_role("button", name="Send all again").count() == 0
    assert serious(page) == []
    page.screenshot(path=screenshots / "console-system-running-en.png")


def test_an_import_that_was_refused_shows_every_bad_row(
    suite: Suite, open_console: OpenConsole, screenshots: Path
) -> None:
    number = f"X{uuid4().hex[:8]}"
    job = suite.import_roster([(number, "赵六", "no-such-branch", "正式党员", "2020-07-01")])
    assert job["state"] == "refused", job
    page = open_console("city2", "/imports?kind=roster&state=refused")
    page.locator("tbody tr").first.get_by_role("button", name="问题行").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("tbody")).to_contain_text(job["errors"][0]["message"])
    settle(page)
    assert serious(page) == []
    page.screenshot(path=screenshots / "console-system-imports.png")


def test_who_asks_for_a_proof_sees_it_come(
    suite: Suite, open_console: OpenConsole, screenshots: Path
) -> None:
    page = open_console("system", "/proofs")
    page.get_by_role("button", name="立即核对").click()
    expect(page.get_by_text("正在核对")).to_be_visible()
    expect(page.get_by_text("正在核对")).to_have_count(0, timeout=60_000)
    expect(page.locator("main")).to_contain_text("全部一致")
    expect(page.get_by_role("region", name="最新封签").locator("tbody tr").first).to_be_visible()
    settle(page)
    assert serious(page) == []
    page.screenshot(path=screenshots / "console-system-proofs.png", full_page=True)
    visit(page, "/running")
    expect(page.locator(".card", has_text="最近一次账目核对")).to_contain_text("全部一致")


def test_the_log_of_the_last_month_is_taken_away(
    open_console: OpenConsole, screenshots: Path
) -> None:
    page = open_console("auditor", "/audit")
    page.screenshot(path=screenshots / "console-system-audit.png")
    page.get_by_role("button", name="只看").first.click()
    expect(page.get_by_role("button", name="查看所有人")).to_be_visible()
    expect(page).to_have_url(re.compile("actor_id="))
    settle(page)
    assert serious(page) == []
    with page.expect_download() as download:
        page.get_by_role("button", name="导出", exact=True).click()
    assert download.value.suggested_filename == "audit.xlsx"
