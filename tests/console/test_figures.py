"""Boards, reports, proofs and the audit log."""

import pytest
from playwright.sync_api import expect

from tests.console.conftest import OpenConsole, serious, visit
from tests.session import eventually
from tests.suite import Suite

pytestmark = pytest.mark.browser


def test_one_switch_turns_every_board_off_and_on_again(
    suite: Suite, open_console: OpenConsole
) -> None:
    city = suite.organisation("city")["id"]
    page = open_console("city1", "/boards")
    switch = page.get_by_role("switch", name="关闭全部排行榜")
    expect(switch).not_to_be_checked()

    def turn() -> None:
        page.locator(".el-switch").first.click()
        page.get_by_role("dialog").get_by_role("button", name="确定").click()

    turn()
    expect(switch).to_be_checked()
    assert suite.sign_in("city1").get(f"/board-policies/{city}")["all_off"] is True
    turn()
    expect(switch).not_to_be_checked()
    assert suite.sign_in("city1").get(f"/board-policies/{city}")["all_off"] is False


def test_a_report_is_made_in_the_background_and_fetched(open_console: OpenConsole) -> None:
    page = open_console("secretary", "/reports")
    page.get_by_role("button", name="生成报表").click()
    row = page.locator("tbody tr").first
    expect(row).to_contain_text("已完成", timeout=30_000)
    with page.expect_download() as file:
        row.get_by_role("button", name="下载").click()
    assert file.value.suggested_filename.endswith(".xlsx")


def test_a_chart_has_its_figures_beside_it(open_console: OpenConsole) -> None:
    page = open_console("secretary", "/")
    expect(page.locator(".chart canvas")).to_be_visible()
    page.get_by_role("button", name="看数据表").click()
    table = page.get_by_role("region", name="组织生活落实")
    expect(table).to_contain_text("支部党员大会")
    assert serious(page) == []


def test_the_auditor_reads_what_others_did_with_masked_names(
    suite: Suite, open_console: OpenConsole
) -> None:
    suite.sign_in("city1").get("/members", q="0000001")
    page = open_console("auditor", "/audit?what=saw")

    def read() -> str:
        visit(page, "/audit?what=saw")
        return page.locator("main tbody").inner_text()

    assert "*" in eventually(read, lambda text: "/members" in text, 30)
    expect(page.get_by_role("link", name="申报审核")).to_have_count(0)


def test_the_console_is_served_under_the_strict_policy_and_reloads_anywhere(
    suite: Suite, open_console: OpenConsole
) -> None:
    page = open_console("city1", "/members?status=retired")
    deep = page.request.get("/console/members/x")
    assert deep.status == 200
    policy = deep.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "'unsafe-inline'" not in policy
    assert deep.headers["cache-control"] == "no-cache"
    script = page.locator("script[type=module]").first.get_attribute("src")
    assert script
    assert "immutable" in page.request.get(script).headers["cache-control"]
    assert page.request.get("/console/assets/nowhere.js").status == 404
