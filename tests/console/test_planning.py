"""A year as it is planned and watched: plans, themes, working days, duties, study hours."""

import csv
import io
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from shared.clock import SHANGHAI
from tests.console.conftest import OpenConsole, serious, settle, visit
from tests.session import eventually
from tests.suite import Suite

pytestmark = pytest.mark.browser

_HEADINGS = ("计划编号", "组织代码", "活动名称", "活动类别", "日期", "开始", "结束", "地点")


def _plan(*rows: tuple[str, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([_HEADINGS, *rows])
    return text.getvalue().encode("utf-8-sig")


def _upload(page: Page, plan: bytes) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": "plan.csv", "mimeType": "text/csv", "buffer": plan}
    )
    page.get_by_role("button", name="上传并预览").click()


def test_a_plan_with_bad_rows_changes_nothing_and_a_good_one_is_undone(
    suite: Suite, open_console: OpenConsole
) -> None:
    secretary = suite.sign_in("secretary")
    day = (datetime.now(SHANGHAI) + timedelta(days=20)).date().isoformat()

    def planned() -> list[str]:
        return sorted(each["title"] for each in secretary.items("/events", q="计划活动"))

    page = open_console("secretary", "/plan-import")
    good = ("P1", "u001-b01", "计划活动甲", "党课", day, "14:00", "15:30", "会议室")
    other = ("P2", "u001-b01", "计划活动乙", "主题党日", day, "09:00", "10:00", "")
    _upload(
        page,
        _plan(
            good,
            ("P2", "u001-b01", "计划活动乙", "没有的类别", day, "09:00", "10:00", ""),
            ("P3", "u001-b01", "计划活动丙", "党课", day, "16:00", "15:00", ""),
            ("P4", "u001-b02", "计划活动丁", "党课", day, "16:00", "17:00", ""),
        ),
    )
    errors = page.locator("table tbody tr")
    expect(errors.first).to_be_visible(timeout=20_000)
    assert {row.locator("td").first.inner_text() for row in errors.all()} == {"3", "4", "5"}
    assert serious(page) == []
    assert planned() == []

    _upload(page, _plan(good, other))
    expect(page.get_by_role("heading", name="预览完成，尚未写入")).to_be_visible(timeout=20_000)
    assert planned() == []
    page.get_by_role("button", name="确认写入").click()
    expect(page.get_by_text("已全部写入")).to_be_visible(timeout=20_000)
    assert planned() == ["计划活动乙", "计划活动甲"]

    page.locator("main").get_by_role("link", name="导入记录").click()
    page.get_by_role("button", name="撤销导入").first.click()
    page.get_by_role("dialog").locator("textarea").fill("计划有变")
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.get_by_text("已提交撤销")).to_be_visible()
    page.reload()
    expect(page.locator("tbody tr").first).to_contain_text("计划有变", timeout=20_000)
    eventually(planned, lambda found: found == [], 20)


def test_a_record_book_is_taken_away_to_print(open_console: OpenConsole) -> None:
    page = open_console("secretary", "/record-book")
    for kind in ("pdf", "xlsx"):
        with page.expect_download() as book:
            page.get_by_role("button", name=f"下载 {kind.upper()}").click()
        assert book.value.suggested_filename.endswith(f".{kind}")
    assert serious(page) == []


def test_a_unit_names_who_answers_for_a_duty_and_by_when(
    suite: Suite, open_console: OpenConsole
) -> None:
    branch = suite.organisation("u001-b03")
    member = suite.sign_in("unit").get("/members", organisation_id=branch["id"])["items"][-1]
    page = open_console("unit", f"/cadence?organisation_id={branch['id']}")
    page.get_by_role("button", name="指定责任人 支部党员大会").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="责任人").fill(member["member_no"])
    page.get_by_role("option", name=member["name"]).click()
    dialog.get_by_role("spinbutton").fill("20")
    assert serious(page) == []
    dialog.get_by_role("button", name="保存").click()
    row = page.locator("tr", has=page.get_by_text("R1 支部党员大会"))
    expect(row).to_contain_text(member["name"])
    expect(row).to_contain_text("12-20 前")

    # What leaves no event behind is noted by hand.
    appraisal = page.locator("tr", has=page.get_by_text("R7 民主评议党员"))
    appraisal.get_by_role("button", name="标记已完成").click()
    expect(appraisal).to_contain_text("取消标记")
    assert serious(page) == []

    # What is due leads to the form that arranges it.
    row.get_by_role("link", name="安排活动").click()
    expect(page.get_by_role("combobox", name="主办组织").locator("xpath=../..")).to_contain_text(
        branch["name"]
    )
    category = page.get_by_role("combobox", name="类别").locator("xpath=../..")
    expect(category).to_contain_text("支部党员大会")


def test_those_above_see_counts_of_study_hours_and_the_branch_its_members(
    suite: Suite, open_console: OpenConsole
) -> None:
    page = open_console("secretary", "/study-hours")
    rows = page.locator("tbody tr")
    expect(rows.nth(1)).to_be_visible()
    page.get_by_role("searchbox").fill("0000003")
    expect(rows).to_have_count(1)
    page.reload()
    expect(rows).to_have_count(1)
    with page.expect_download() as book:
        page.get_by_role("button", name="导出表格").click()
    assert book.value.suggested_filename.endswith(".xlsx")
    name = rows.first.locator("a").inner_text()

    page = open_console("unit", "/study-hours")
    table = page.get_by_role("region", name="下级组织")
    expect(table).to_contain_text("第一党支部")
    table.get_by_role("link", name="第一党支部").first.click()
    expect(page.get_by_text("此处只有数量")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text(name)
    assert serious(page) == []


def test_the_city_says_a_year_s_theme_and_others_read_it(open_console: OpenConsole) -> None:
    page = open_console("city1", "/year-themes")
    year = datetime.now(SHANGHAI).year + 1
    rows = page.locator("tbody tr")
    page.get_by_role("button", name=f"{year} 文化年").click()
    said = rows.filter(has_text=str(year))
    expect(said).to_contain_text("已指定")
    expect(rows.filter(has_text=str(year + 1))).to_contain_text("体育年")
    page.get_by_role("button", name=f"{year} 体育年").click()
    expect(rows.filter(has_text=str(year + 1))).to_contain_text("文化年")
    assert serious(page) == []

    page = open_console("secretary", "/year-themes")
    expect(page.locator("tbody tr").filter(has_text=str(year))).to_contain_text("体育年")
    assert page.locator("main button").count() == 0
    visit(page, f"/calendar?month={year}-03")
    expect(page.locator(".page-head")).to_contain_text(f"{year} 体育年")


def test_the_city_adjusts_a_working_day_and_takes_it_back(
    suite: Suite, open_console: OpenConsole
) -> None:
    page = open_console("city1", "/working-days?year=2027")
    day = page.get_by_role("combobox", name="日期")
    day.fill("2027-03-10")
    day.press("Enter")
    page.get_by_role("textbox", name="理由").fill("市运动会")
    page.get_by_role("button", name="保存").click()
    row = page.locator("tbody tr").filter(has_text="2027-03-10")
    expect(row).to_contain_text("市运动会")
    expect(row).to_contain_text("休息")
    assert serious(page) == []

    reader = open_console("secretary", "/working-days?year=2027")
    expect(reader.locator("tbody tr").filter(has_text="2027-03-10")).to_contain_text("市运动会")
    assert reader.get_by_role("button", name="保存").count() == 0
    visit(reader, "/calendar?month=2027-03")
    expect(reader.locator("td").filter(has_text="市运动会")).to_have_count(1)

    page.get_by_role("button", name="恢复公布安排 2027-03-10").click()
    expect(row).to_have_count(0)


def test_the_city_sets_what_a_rule_asks_and_what_the_source_fixes_stays(
    suite: Suite, open_console: OpenConsole
) -> None:
    page = open_console("city1", "/cadence-rules")
    page.get_by_role("button", name="设定 党课").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("spinbutton", name="自年度").fill("2027")
    dialog.get_by_role("spinbutton", name="至少次数").fill("2")
    assert serious(page) == []
    dialog.get_by_role("button", name="保存").click()
    expect(dialog).to_be_hidden()
    visit(page, "/cadence-rules")
    page.get_by_role("spinbutton", name="年度").fill("2027")
    page.keyboard.press("Enter")
    expect(page.locator("tr", has_text="R4")).to_contain_text("至少次数 2")
    page.get_by_role("button", name="设定 主题党日").click()
    expect(dialog.get_by_role("spinbutton", name="至少次数")).to_be_disabled()

    page = open_console("secretary", "/cadence-rules")
    assert page.get_by_role("button", name="设定 党课").count() == 0


def test_what_waits_is_counted_exactly(suite: Suite, open_console: OpenConsole) -> None:
    waiting = suite.sign_in("secretary").get("/waiting")
    page = open_console("secretary")
    for queue, name in (("claims", "申报审核"), ("objections", "公示异议")):
        card = page.locator("a.waiting", has_text=name)
        expect(card.locator(".figure")).to_have_text(str(waiting[queue]))
    assert waiting["rule_sets"] is None
    assert page.locator("a.waiting", has_text="规则方案").count() == 0
    settle(page)
    assert serious(page) == []
