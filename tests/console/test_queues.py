"""What waits for a decision, worked through from the keyboard."""

import pytest
from playwright.sync_api import expect

from tests.console.conftest import OpenConsole, serious, settle
from tests.console.deciding import make_claim
from tests.suite import Suite

pytestmark = pytest.mark.browser


def test_claims_are_decided_by_letters_and_the_next_one_comes_up(
    suite: Suite, open_console: OpenConsole
) -> None:
    # In no group, so that claims go to the branch at once.
    member = suite.newcomer()
    titles = [f"办实事 {n}" for n in range(2)]
    claims = [make_claim(member, title) for title in titles]
    page = open_console("secretary", "/claims")
    detail = page.locator(".detail")
    for claim in claims:
        page.locator("tbody tr", has_text=claim["title"]).get_by_role("button").click()
        expect(detail.locator("h2")).to_have_text(claim["title"])
        settle(page)
        assert serious(page) == []
        expect(detail.get_by_role("button", name="通过 a")).to_be_enabled()
        page.locator("main h1").focus()
        page.keyboard.press("a")
        expect(page.locator("tbody tr", has_text=claim["title"])).to_have_count(0)
    assert {member.get(f"/claims/{c['id']}")["state"] for c in claims} == {"approved"}


def test_returning_a_claim_takes_a_reason(suite: Suite, open_console: OpenConsole) -> None:
    claim = make_claim(suite.newcomer(), "说明不全的申报")
    page = open_console("secretary", "/claims")
    page.locator("tbody tr", has_text=claim["title"]).get_by_role("button").click()
    expect(page.locator(".detail h2")).to_have_text(claim["title"])
    settle(page)
    page.locator("main h1").focus()
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="确定").click()
    expect(dialog).to_contain_text("请写明理由")
    dialog.locator("textarea").fill("请补充地点。")
    dialog.get_by_role("button", name="确定").click()
    expect(page.locator("tbody tr", has_text=claim["title"])).to_have_count(0)


def test_who_proposes_does_not_decide_and_a_second_person_does(
    suite: Suite, open_console: OpenConsole
) -> None:
    (member,) = suite.newcomers("u001-b01", 1)
    page = open_console("secretary", "/adjustments")
    page.get_by_role("button", name="提出加减分").click()
    dialog = page.get_by_role("dialog", name="提出加减分")
    dialog.get_by_role("combobox", name="党员").fill(member["member_no"])
    page.get_by_role("option", name=member["name"]).click()
    dialog.get_by_role("combobox", name="事项").press("Enter")
    page.get_by_role("option", name="专题发言").click()
    dialog.locator("textarea").first.fill("在集中学习会上作专题发言。")
    dialog.get_by_role("button", name="提出加减分").click()
    expect(dialog).to_be_hidden()
    page.locator("tbody tr", has_text=member["name"]).get_by_role("button").click()
    settle(page)
    expect(page.locator(".detail [role=alert]")).to_contain_text("须由第二人审批")
    expect(page.get_by_role("button", name="批准入账 a")).to_be_disabled()

    second = open_console("unit", "/adjustments")
    second.locator("tbody tr", has_text=member["name"]).get_by_role("button").click()
    settle(second)
    expect(second.locator(".detail")).to_contain_text("将入账")
    assert serious(second) == []
    second.get_by_role("button", name="批准入账 a").click()
    second.get_by_role("button", name="确定").click()
    expect(second.locator("tbody tr", has_text=member["name"])).to_have_count(0)
    assert suite.sign_in("unit").get(f"/members/{member['id']}/points")["points"] == 2


def test_one_s_own_claim_is_locked_and_says_why(suite: Suite, open_console: OpenConsole) -> None:
    claim = make_claim(suite.sign_in("secretary"), "书记本人的申报")
    page = open_console("secretary", "/claims?queue=reach")
    page.locator("tbody tr", has_text=claim["title"]).get_by_role("button").click()
    settle(page)
    expect(page.locator(".detail [role=alert]")).to_contain_text("须由他人办理")
    expect(page.get_by_role("button", name="通过 a")).to_be_disabled()
