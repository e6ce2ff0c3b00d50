"""One administrator drafts, another approves: each in a browser of their own."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from shared.clock import SHANGHAI
from tests.chromium import Watch
from tests.console.conftest import OpenConsole, serious, settle, visit
from tests.suite import Suite

pytestmark = pytest.mark.browser


def _draft(page: Page, name: str) -> str:
    """Draft a copy of what is in force; return the page's path below /console."""
    page.get_by_role("button", name="起草新方案").click()
    dialog = page.get_by_role("dialog", name="起草新方案")
    dialog.get_by_label("方案名称").fill(name)
    dialog.get_by_role("button", name="起草新方案").click()
    page.wait_for_url("**/console/rule-sets/*")
    expect(page.locator("main h1")).to_contain_text(name)
    settle(page)
    return page.url.split("/console")[1]


def _tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
    settle(page)


def _lines(page: Page) -> list[str]:
    """Return what changes, in words."""
    expect(page.locator(".diff li:visible").first).to_be_visible()
    return page.locator(".diff li:visible").all_inner_texts()


def test_a_second_administrator_sees_exactly_what_the_first_submits_and_approves_it(
    suite: Suite, open_console: OpenConsole
) -> None:
    author = open_console("city1", "/rule-sets")
    path = _draft(author, "党课加分")
    author.get_by_role("button", name="修改 L04").click()
    form = author.get_by_role("dialog", name="修改规则 L04")
    # The form of a value is drawn from its kind's own schema.
    points = form.get_by_role("spinbutton", name="每次分值")
    expect(points).to_have_value("2.0")
    points.fill("3")
    assert serious(author) == []
    form.get_by_role("button", name="保存").click()
    expect(form).to_be_hidden()
    expect(author.locator("[data-rule=L04]")).to_contain_text("每次 3 分")

    _tab(author, "与现行规则对比")
    words = _lines(author)
    assert len(words) == 1
    assert "L04 听党课" in words[0]
    assert "每次 2 分" in words[0]
    assert "每次 3 分" in words[0]

    _tab(author, "试算")
    author.get_by_role("button", name="开始试算").click()
    author.wait_for_url("**/console/simulations/*")
    expect(author.get_by_role("heading", name="谁的积分会变")).to_be_visible(timeout=60_000)
    settle(author)
    expect(author.locator(".chart canvas")).to_be_visible()
    author.get_by_role("button", name="逐项依据").first.click()
    working = author.get_by_role("dialog").get_by_role("region")
    expect(working).to_contain_text("L04 听党课")
    assert serious(author) == []

    visit(author, f"{path}?tab=decide")
    tomorrow = (datetime.now(SHANGHAI).date() + timedelta(days=1)).isoformat()
    author.get_by_label("生效日").fill(tomorrow)
    author.get_by_label("生效日").press("Enter")
    author.get_by_role("button", name="提交审批").click()
    expect(author.get_by_role("heading", name="已提交，等待第二人批准")).to_be_visible()
    # One's own stays locked, and the page says why.
    expect(author.get_by_role("button", name="批准", exact=True)).to_be_disabled()
    expect(author.get_by_role("alert").filter(has_text="须由另一位管理员批准")).to_be_visible()

    second = open_console("city2", f"{path}?tab=decide")
    assert _lines(second) == words
    second.get_by_role("button", name="批准", exact=True).click()
    second.get_by_role("button", name="确定").click()
    expect(second.locator("main h1")).to_contain_text("已批准")
    # What is approved for a later day can be taken back, so that the suite's rules stay as they were.
    second.get_by_role("button", name="撤回批准").click()
    second.get_by_role("button", name="确定").click()
    expect(second.locator("main h1")).to_contain_text("已撤回")


def test_a_submitted_set_goes_back_to_its_author(open_console: OpenConsole) -> None:
    author = open_console("city1", "/rule-sets")
    path = _draft(author, "待退回的方案")
    visit(author, f"{path}?tab=decide")
    day = (datetime.now(SHANGHAI).date() + timedelta(days=9)).isoformat()
    author.get_by_label("生效日").fill(day)
    author.get_by_label("生效日").press("Enter")
    author.get_by_role("button", name="提交审批").click()
    expect(author.get_by_role("heading", name="已提交，等待第二人批准")).to_be_visible()
    second = open_console("city2", f"{path}?tab=decide")
    second.get_by_role("button", name="退回修改").click()
    expect(second.locator("main h1")).to_contain_text("草案")
    visit(author, path)
    expect(author.get_by_role("button", name="修改 L04")).to_be_visible()


def test_two_who_edit_the_same_draft_are_asked_instead_of_overwriting(
    open_console: OpenConsole, watch: Watch
) -> None:
    first = open_console("city1", "/rule-sets")
    path = _draft(first, "两人同改")
    second = open_console("city2", path)
    for page, floor in ((first, "1"), (second, "2")):
        page.locator(".card").get_by_role("button", name="修改").click()
        page.get_by_role("dialog").get_by_role("spinbutton", name="最低分").fill(floor)
    first.get_by_role("dialog").get_by_role("button", name="保存").click()
    expect(first.get_by_role("dialog")).to_be_hidden()
    second.get_by_role("dialog").get_by_role("button", name="保存").click()
    question = second.get_by_role("dialog", name="内容已被他人修改")
    expect(question).to_be_visible()
    watch.forgive(412)
    question.get_by_role("button", name="重新读取").click()
    expect(second.locator("dl").last).to_contain_text("1")
    expect(second.get_by_role("dialog", name="总体限制")).to_be_hidden()


def test_the_rules_in_force_can_be_printed_without_the_frame(open_console: OpenConsole) -> None:
    page = open_console("secretary", "/rules")
    expect(page.locator("[data-rule=L04]")).to_contain_text("每次 2 分")
    page.emulate_media(media="print")
    expect(page.locator("nav.menu")).to_be_hidden()
    expect(page.locator("[data-rule=L04]")).to_be_visible()
    assert len(page.pdf()) > 10_000
