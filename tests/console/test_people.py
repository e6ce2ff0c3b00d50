"""Members found, moved, invited and imported."""

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from shared.clock import SHANGHAI
from tests.console.conftest import OpenConsole, serious, settle, visit
from tests.suite import Suite

pytestmark = pytest.mark.browser


def test_what_a_table_shows_stands_in_the_address(suite: Suite, open_console: OpenConsole) -> None:
    page = open_console("city1", "/members")
    expect(page.locator("tbody tr")).to_have_count(50)
    first = page.locator("tbody tr").first.inner_text()
    page.get_by_role("button", name="下一页").click()
    expect(page.locator("tbody tr").first).not_to_have_text(first)
    settle(page)
    assert "cursor=" in page.url
    page.get_by_role("searchbox").fill("0000003")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert "q=0000003" in page.url
    assert "cursor=" not in page.url
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_have_value("0000003")
    page.get_by_role("button", name="清除条件").click()
    expect(page.locator("tbody tr")).to_have_count(50)


def test_a_member_s_points_are_shown_with_their_why(
    suite: Suite, open_console: OpenConsole
) -> None:
    member = suite.account("member01")["member_id"]
    page = open_console("secretary", f"/members/{member}")
    points = f"{suite.sign_in('member01').points():g}"
    expect(page.locator(".figure")).to_have_text(points)
    ledger = page.get_by_role("region", name="积分明细")
    entries = suite.sign_in("member01").items("/me/ledger")
    expect(ledger.locator("tbody tr")).to_have_count(min(50, len(entries)))
    expect(ledger).to_contain_text("今年还可得")


def test_a_transfer_asks_first_and_stays_in_the_history(
    suite: Suite, open_console: OpenConsole
) -> None:
    (member,) = suite.newcomers("u001-b01", 1)
    page = open_console("city1", f"/members/{member['id']}")
    page.get_by_role("combobox", name="转入支部").fill("u001-b02")
    page.get_by_role("option", name="第二党支部").click()
    page.get_by_label("理由").fill("工作调动")
    page.get_by_role("button", name="转移组织关系").click()
    question = page.get_by_role("dialog", name="转移组织关系")
    expect(question).to_contain_text(member["name"])
    question.get_by_role("button", name="确定").click()
    expect(page.locator("dl").first).to_contain_text("第二党支部")
    expect(page.locator(".card").first).to_contain_text("工作调动")
    history = suite.sign_in("city1").get(f"/members/{member['id']}/transfers")["items"]
    assert len(history) == 2


def test_a_role_is_given_and_taken_away(suite: Suite, open_console: OpenConsole) -> None:
    (member,) = suite.newcomers("u001-b01", 1)
    page = open_console("city1", "/roles")
    page.get_by_role("button", name="授予角色").click()
    dialog = page.get_by_role("dialog", name="授予角色")
    dialog.get_by_role("combobox", name="党员").fill(member["member_no"])
    page.get_by_role("option", name=member["name"]).click()
    dialog.get_by_role("combobox", name="角色").press("Enter")
    page.get_by_role("option", name="组织者").click()
    dialog.get_by_role("combobox", name="组织").fill("u001-b01")
    page.get_by_role("option", name="第一党支部").first.click()
    dialog.get_by_role("button", name="授予角色").click()
    expect(dialog).to_be_hidden()
    visit(page, "/roles?role=organiser")
    take = page.get_by_role("button", name=f"收回 {member['name']}")
    take.click()
    page.get_by_role("button", name="确定").click()
    expect(take).to_have_count(0)


def test_invitations_are_printed_from_a_sheet_that_is_shown_once(
    suite: Suite, open_console: OpenConsole
) -> None:
    page = open_console(
        "secretary", f"/invitations?organisation_id={suite.organisation('u001-b01')['id']}"
    )
    settle(page)
    for box in page.locator("tbody input[type=checkbox]").all()[17:19]:
        box.check()
    page.get_by_role("button", name="生成 2 张邀请码").click()
    expect(page.locator(".slips li")).to_have_count(2)
    assert serious(page) == []
    page.emulate_media(media="print")
    expect(page.locator("nav.menu")).to_be_hidden()
    expect(page.locator(".slips code").first).to_be_visible()


def _roster(*rows: tuple[str, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([("编号", "姓名", "支部代码", "状态"), *rows])
    return text.getvalue().encode("utf-8-sig")


def test_a_roster_is_looked_at_before_it_counts(suite: Suite, open_console: OpenConsole) -> None:
    page = open_console("city1", "/roster-import")
    upload = page.locator("input[type=file]")
    bad = _roster(
        ("W001", "新同志", "u001-b01", "正式党员"), ("W002", "另一人", "nowhere", "正式党员")
    )
    upload.set_input_files({"name": "roster.csv", "mimeType": "text/csv", "buffer": bad})
    page.get_by_role("button", name="上传并预览").click()
    errors = page.locator("table")
    expect(errors).to_contain_text("支部代码", timeout=20_000)
    expect(errors.locator("tbody tr")).to_have_count(1)
    assert serious(page) == []
    good = _roster(
        ("W001", "新同志", "u001-b01", "正式党员"), ("W003", "第三人", "u001-b01", "正式党员")
    )
    upload.set_input_files({"name": "roster.csv", "mimeType": "text/csv", "buffer": good})
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_role("heading", name="预览完成，尚未写入")).to_be_visible(timeout=20_000)
    assert suite.sign_in("city1").get("/members", q="W001")["items"] == []
    page.get_by_role("button", name="确认写入").click()
    expect(page.get_by_text("已全部写入")).to_be_visible(timeout=20_000)
    assert [m["name"] for m in suite.sign_in("city1").get("/members", q="W00")["items"]] == [
        "新同志",
        "第三人",
    ]


def test_a_preview_shows_row_by_row_who_is_new_who_changes_and_who_leaves(
    suite: Suite, open_console: OpenConsole, screenshots: Path
) -> None:
    stays, goes = suite.newcomers("u001-b01", 2)
    page = open_console("city1", "/roster-import")
    rows = _roster(
        (stays["member_no"], stays["name"], "u001-b02", "正式党员"),
        (goes["member_no"], goes["name"], "u001-b01", "已转出"),
        ("W011", "新同志", "u001-b01", "预备党员"),
    )
    page.locator("input[type=file]").set_input_files(
        {"name": "roster.csv", "mimeType": "text/csv", "buffer": rows}
    )
    page.get_by_role("button", name="上传并预览").click()
    table = page.get_by_role("region", name="将发生的变化")
    expect(table.locator("tbody tr")).to_have_count(3, timeout=20_000)
    for row, words in enumerate(("转移", "转出", "新增")):
        expect(table.locator("tbody tr").nth(row)).to_contain_text(words)
    expect(table.locator("tbody tr").first).to_contain_text("u001-b02")
    assert serious(page) == []
    page.screenshot(path=screenshots / "console-roster-preview.png", full_page=True)
    page.locator("label", has_text="转出 1").click()
    expect(table.locator("tbody tr")).to_have_count(1)
    expect(table).to_contain_text(goes["name"])


def test_two_entries_that_look_alike_are_told_apart_and_a_slip_is_taken_back(
    suite: Suite, open_console: OpenConsole, screenshots: Path
) -> None:
    city = suite.sign_in("city1")
    place = suite.organisation("u001-b01")["id"]
    # Before the newcomers of other tests, who are often called alike, and after the city's own.
    for number in ("0000240A", "0000240B"):
        city.post("/members", {"member_no": number, "name": "司徒重名", "organisation_id": place})
    page = open_console("city1", "/namesakes")
    pair = page.locator("tbody tr", has_text="司徒重名")
    expect(pair).to_contain_text("0000240A")
    expect(pair).to_contain_text("0000240B")
    assert serious(page) == []
    page.screenshot(path=screenshots / "console-namesakes.png", full_page=True)
    pair.get_by_role("button", name="不是同一人").click()
    expect(pair).to_have_count(0)
    page.get_by_role("button", name="撤销").click()
    expect(pair).to_have_count(1)
    pair.get_by_role("button", name="不是同一人").click()
    expect(pair).to_have_count(0)
    assert all(
        item["first"]["name"] != "司徒重名" for item in city.get("/members/namesakes")["items"]
    )


def test_a_list_is_taken_away_whole_and_noted_as_an_export(
    suite: Suite, open_console: OpenConsole
) -> None:
    page = open_console("city1", "/members?status=full")
    expect(page.locator("tbody tr")).to_have_count(50)
    with page.expect_download() as file:
        page.get_by_role("button", name="导出全部").click()
    lines = Path(file.value.path()).read_text("utf-8-sig").splitlines()
    everybody = suite.sign_in("city1").items("/members", status="full")
    assert lines[0] == "编号,党员,所在支部,类别,计分,入党日期"
    assert len(lines) == 1 + len(everybody) > 200
    assert lines[-1].startswith(everybody[-1]["member_no"])
    since = (datetime.now(SHANGHAI) - timedelta(minutes=5)).isoformat()
    noted = suite.sign_in("auditor").get("/audit", what="exported", since=since)["items"]
    assert {act["filters"]["status"] for act in noted if act["action"] == "GET /members"} == {
        "full"
    }
