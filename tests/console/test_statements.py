"""A branch's months: on notice, objected to, closed one after the other; and what comes too late."""

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from shared.clock import SHANGHAI
from tests.chromium import Watch
from tests.console.conftest import OpenConsole, serious, settle, visit
from tests.session import Json, Session, eventually
from tests.suite import Suite

pytestmark = pytest.mark.browser

_BRANCH = "u003-b04"
_LECTURE = "支部补录的党课"


def _months() -> tuple[str, str]:
    """Return the last two months of one year that are over."""
    last = datetime.now(SHANGHAI).date().replace(day=1) - timedelta(days=1)
    if last.month == 1:
        last = last.replace(day=1) - timedelta(days=1)
    return f"{last.year}-{last.month - 1:02d}", f"{last:%Y-%m}"


def _people(suite: Suite) -> list[Json]:
    place = suite.organisation(_BRANCH)
    return suite.sign_in("city1").items("/members", organisation_id=place["id"])


def _attended(suite: Suite, month: str, people: list[Json]) -> None:
    """Import who attended a lecture in a month."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(
        ("event_ref", "category", "title", "organisation_code", "starts_at", "ends_at", "member_no")
    )
    for person in people:
        at = (f"{month}-12 09:00", f"{month}-12 11:00")
        rows.writerow(("late-1", "党课", _LECTURE, _BRANCH, *at, person["member_no"]))
    city = suite.sign_in("city1")
    answer = city.request(
        "POST", "/event-imports", data={"kind": "attendance"},
        files={"file": ("attendance.csv", text.getvalue().encode("utf-8-sig"))},
    )  # fmt: skip
    assert answer.status_code == 202, answer.text
    job = f"/event-imports/{answer.json()['id']}"
    eventually(lambda: city.get(job), lambda done: done["state"] == "done", 30)


def _as_member(suite: Suite, person: Json) -> Session:
    return suite.member_session(person["id"], person["organisation_path"])


def _prepare(page: Page, month: str) -> str:
    """Prepare a month's statement; return the address of its page below /console."""
    visit(page, "/statements")
    page.get_by_role("button", name="编制本月").click()
    dialog = page.get_by_role("dialog", name="编制本月")
    dialog.get_by_role("combobox", name="支部").fill(_BRANCH)
    page.get_by_role("option", name=_BRANCH).click()
    dialog.get_by_label("月份").fill(month)
    dialog.get_by_label("月份").press("Enter")
    dialog.get_by_role("button", name="编制本月").click()
    page.wait_for_url("**/console/statements/*-*")
    expect(page.locator("main h1")).to_contain_text(month)
    settle(page)
    return page.url.split("/console")[1]


def _publish(page: Page) -> None:
    page.get_by_role("button", name="张榜公示").click()
    expect(page.locator("main h1")).to_contain_text("公示中")
    settle(page)


def _close(page: Page) -> None:
    page.get_by_role("button", name="封账").click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()


def _let_the_notice_pass(suite: Suite, path: str) -> None:
    """Nobody waits five working days for a test."""
    query = "UPDATE statements SET notice_ends_on = current_date - 1 WHERE id = %s"
    suite.rows("points", query, path.rsplit("/", 1)[1])


def test_a_month_is_put_on_notice_objected_to_and_closed_after_the_one_before(
    suite: Suite, open_console: OpenConsole, watch: Watch, screenshots: Path
) -> None:
    people = _people(suite)
    # The demo's roster was imported today; here its people have belonged there all the year.
    suite.rows(
        "points",
        "UPDATE memberships SET since = since - interval '1 year' WHERE organisation_id = %s",
        suite.organisation(_BRANCH)["id"],
    )
    months = _months()
    _attended(suite, months[1], people[:2])
    remarks = {
        "member_id": people[7]["id"], "kind": "prepared_remarks", "day": f"{months[0]}-15",
        "reason": "在集中学习会上作专题发言。",
    }  # fmt: skip
    made = suite.sign_in("city1").post("/adjustments", remarks)
    suite.sign_in("city2").post(f"/adjustments/{made['id']}/approve", status=200)
    page = open_console("city1", "/statements")
    paths = []
    for month in months:
        paths.append(_prepare(page, month))
        names = page.locator("tbody tr td:first-child").all_inner_texts()
        assert len(names) >= len(people) - 1
        _publish(page)
    latest = paths[1]
    member, other = _as_member(suite, people[5]), people[6]
    objection = {"line_member_id": other["id"], "reason": "党课没有记上。"}
    member.post(f"{latest}/objections", objection)

    _hangs_on_the_wall(page, latest, screenshots)
    _close(page)
    expect(page.get_by_role("alert").filter(has_text="公示")).to_be_visible()
    watch.forgive(409)
    for path in paths:
        _let_the_notice_pass(suite, path)
    visit(page, latest)
    _close(page)
    expect(page.get_by_role("alert").filter(has_text="异议")).to_be_visible()
    watch.forgive(409)

    _is_answered(page, other["name"], screenshots)

    # Months are closed in their order.
    visit(page, latest)
    _close(page)
    expect(page.get_by_role("alert").filter(has_text=months[0])).to_be_visible()
    watch.forgive(409)
    for path in paths:
        visit(page, path)
        _close(page)
        expect(page.locator("main h1")).to_contain_text("已封账")
        expect(page.locator("main dl")).to_contain_text("核验码")
    _late_facts_are_decided(suite, page, screenshots)


def _hangs_on_the_wall(page: Page, path: str, screenshots: Path) -> None:
    visit(page, path)
    page.emulate_media(media="print")
    for seen in ("党员积分公示表", "公示期：", "按姓名排序", "盖章"):
        expect(page.locator("main")).to_contain_text(seen)
    expect(page.get_by_role("button", name="封账")).to_be_hidden()
    page.pdf(path=screenshots / "statement.pdf", prefer_css_page_size=True)
    page.screenshot(path=screenshots / "statement-print.png", full_page=True)
    page.emulate_media(media="screen")
    assert serious(page) == []
    page.screenshot(path=screenshots / "statement-screen.png", full_page=True)


def _is_answered(page: Page, about: str, screenshots: Path) -> None:
    visit(page, "/objections")
    page.locator("tbody tr", has_text="党课没有记上。").get_by_role("button").click()
    detail = page.locator(".detail")
    expect(detail).to_contain_text(about)
    assert serious(page) == []
    page.screenshot(path=screenshots / "objections.png")
    page.keyboard.press("x")
    question = page.get_by_role("dialog")
    question.get_by_role("button", name="确定").click()
    expect(question).to_contain_text("请写明理由")
    question.locator("textarea").fill("签到表上没有。")
    question.get_by_role("button", name="确定").click()
    expect(page.locator("tbody tr", has_text="党课没有记上。")).to_have_count(0)


def _late_facts_are_decided(suite: Suite, page: Page, screenshots: Path) -> None:
    """What is annulled in a closed month is entered as a correction, or left out."""
    city = suite.sign_in("city1")
    found = suite.rows(
        "events",
        "SELECT c.id FROM check_ins c JOIN events e ON e.id = c.event_id WHERE e.title = %s",
        _LECTURE,
    )
    assert len(found) == 2
    for (check_in,) in found:
        city.post(f"/check-ins/{check_in}/annul", {"reason": "核对后发现代签。"}, 200)
    eventually(lambda: city.items("/held-facts"), lambda held: len(held) == 2, 10)
    visit(page, "/held-facts")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    rows.first.get_by_role("button").click()
    expect(page.locator(".detail")).to_contain_text("签到已作废")
    assert serious(page) == []
    page.screenshot(path=screenshots / "held.png")
    for key, reason, left in (("a", "代签属实，更正。", 1), ("x", "维持公示结果。", 0)):
        page.keyboard.press(key)
        question = page.get_by_role("dialog")
        question.locator("textarea").fill(" ")
        question.get_by_role("button", name="确定").click()
        expect(question).to_contain_text("请写明理由")
        question.locator("textarea").fill(reason)
        question.get_by_role("button", name="确定").click()
        expect(rows).to_have_count(left)
    visit(page, "/held-facts?waiting=")
    decided = {
        (each["decision"], each["reason"]) for each in city.items("/held-facts", waiting=False)
    }
    assert decided >= {("released", "代签属实，更正。"), ("refused", "维持公示结果。")}
