"""What waits for a decision: by keyboard, by two people, in two browsers, and with bad input."""

import time
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from shared.clock import SHANGHAI
from tests.chromium import Watch
from tests.console.conftest import OpenConsole, settle, visit
from tests.console.deciding import TOO_LONG, give_reason, look, make_claim, open_row, today, walk_to
from tests.session import Json, Session, eventually
from tests.suite import Suite

pytestmark = pytest.mark.browser

# How long until a code is so old that a scan of it has to be confirmed.
_UNTIL_OLD = 21


def test_many_claims_are_approved_by_the_keyboard_alone(
    suite: Suite, open_console: OpenConsole, screenshots: Path
) -> None:
    titles = [f"键盘办理 {n}" for n in range(3)]
    claims = [make_claim(suite.newcomer(), title) for title in titles]
    own = make_claim(suite.sign_in("secretary"), "键盘办理 本人的")
    page = open_console("secretary", "/claims")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="快捷键")
    expect(keys).to_contain_text("全部勾选的")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    for title in titles:
        walk_to(page, title)
        page.keyboard.press(" ")
    expect(page.get_by_text("选中的 3 件")).to_be_visible()
    look(page, screenshots, "claims-ticked")
    page.keyboard.press("Shift+A")
    question = page.get_by_role("dialog", name="通过")
    # Counted, and named, before anything is done.
    expect(question).to_contain_text("3 件")
    expect(question).to_contain_text("× 3")
    expect(question).to_contain_text(titles[0])
    page.screenshot(path=screenshots / "decisions-claims-question.png")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr", has_text="键盘办理")).to_have_count(0)
    secretary = suite.sign_in("secretary")
    assert {secretary.get(f"/claims/{c['id']}")["state"] for c in claims} == {"approved"}

    # The own case is there, but neither ticked with the others nor decided.
    visit(page, "/claims?queue=reach")
    row = page.locator("tbody tr", has_text=own["title"])
    expect(row.get_by_role("checkbox")).to_be_disabled()
    expect(row.get_by_role("checkbox")).to_have_attribute("title", "涉及您本人，须由他人办理。")


def test_two_reviewers_of_one_claim_are_asked_instead_of_overwriting(
    suite: Suite, open_console: OpenConsole, watch: Watch, screenshots: Path
) -> None:
    member = suite.newcomer()
    claim = make_claim(member, "两人同审", "")
    first = open_console("secretary", "/claims?queue=reach")
    detail = open_row(first, "两人同审")
    second = open_console("unit", "/claims")
    open_row(second, "两人同审")
    second.keyboard.press("r")
    give_reason(second, "请写明地点。")
    expect(second.locator("tbody tr", has_text="两人同审")).to_have_count(0)
    # The member completes it: what the first reviewer looks at is no more what is claimed.
    version = member.get(f"/claims/{claim['id']}")["version"]
    changed = member.request(
        "PATCH", f"/claims/{claim['id']}", json={"description": "东湖社区，修好路灯三盏。"},
        headers={"If-Match": f'"{version}"'},
    )  # fmt: skip
    assert changed.status_code == 200, changed.text
    member.post(f"/claims/{claim['id']}/resubmit", status=200)

    first.keyboard.press("x")
    give_reason(first, "没有地点，无法核实。")
    question = first.get_by_role("dialog", name="内容已被他人修改")
    expect(question).to_contain_text("您写的理由会保留")
    look(first, screenshots, "conflict")
    question.get_by_role("button", name="重新读取").click()
    expect(detail).to_contain_text("东湖社区，修好路灯三盏。")
    settle(first)
    watch.forgive(412)
    first.keyboard.press("x")
    again = first.get_by_role("dialog")
    expect(again.locator("textarea")).to_have_value("没有地点，无法核实。")
    first.keyboard.press("Escape")
    expect(again).to_be_hidden()
    first.keyboard.press("a")
    expect(detail).to_contain_text("已通过")
    assert member.get(f"/claims/{claim['id']}")["state"] == "approved"


def test_a_false_claim_is_found_by_one_and_taken_back_by_a_second_person(
    suite: Suite, open_console: OpenConsole, screenshots: Path
) -> None:
    (person,) = suite.newcomers("u001-b01", 1)
    member = suite.member_session(person["id"], suite.organisation("u001-b01")["path"])
    secretary, unit = suite.sign_in("secretary"), suite.sign_in("unit")
    for title in ("真的办结", "并未办结"):
        claim = make_claim(member, title)
        secretary.post(f"/claims/{claim['id']}/review", {"decision": "approve"}, 200)
    assert member.points() == 6

    page = open_console("secretary", "/claims?queue=reach&state=approved")
    open_row(page, "并未办结")
    page.keyboard.press("n")
    form = page.get_by_role("dialog", name="认定申报不实")
    # Member, kind and claim are there, with what the member wrote.
    expect(form).to_contain_text(person["name"])
    expect(form).to_contain_text("为社区修好路灯。")
    expect(form.get_by_role("alert")).to_contain_text("-3")
    propose = form.get_by_role("button", name="提出加减分")
    expect(propose).to_be_disabled()
    form.get_by_label("理由").fill("   ")
    expect(propose).to_be_disabled()
    look(page, screenshots, "false-claim")
    form.get_by_label("理由").fill("社区证实该事项没有办结。")
    propose.click()
    expect(form).to_be_hidden()
    visit(page, "/adjustments")
    expect(open_row(page, person["name"]).get_by_role("alert")).to_contain_text("须由第二人审批")
    page.keyboard.press("a")
    expect(page.get_by_role("dialog")).to_have_count(0)

    second = open_console("unit", "/adjustments")
    detail = open_row(second, person["name"])
    for seen in ("社区证实该事项没有办结。", "为社区修好路灯。", "将入账", "冲正", "-3"):
        expect(detail).to_contain_text(seen)
    look(second, screenshots, "false-claim-second")
    second.keyboard.press("a")
    second.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(second.locator("tbody tr", has_text=person["name"])).to_have_count(0)
    # 3 taken back and 3 deducted of 6.
    assert unit.get(f"/members/{person['id']}/points")["points"] == 0


def _deducted(suite: Suite) -> tuple[Session, Json]:
    """Return a member with 2 points of which 1 was deducted by two people, and the deduction."""
    (person,) = suite.newcomers("u001-b01", 1)
    secretary, unit = suite.sign_in("secretary"), suite.sign_in("unit")
    body = {"member_id": person["id"], "day": today(), "reason": "已核实。"}
    for kind in ("prepared_remarks", "study_absence"):
        made = secretary.post("/adjustments", body | {"kind": kind})
        unit.post(f"/adjustments/{made['id']}/approve", status=200)
    path = suite.organisation("u001-b01")["path"]
    return suite.member_session(person["id"], path), made


def test_an_appeal_is_decided_by_somebody_who_had_no_hand_in_it(
    suite: Suite, open_console: OpenConsole, screenshots: Path
) -> None:
    member, deduction = _deducted(suite)
    assert member.points() == 1
    body = {
        "adjustment_id": deduction["id"],
        "reason": "当天已请假。",
        "evidence": "请假条在支部。",
    }
    appeal = member.post("/appeals", body)
    # Who proposed the deduction does not find it among what to decide.
    page = open_console("secretary", "/appeals")
    expect(page.locator("tbody tr", has_text="当天已请假。")).to_have_count(0)
    visit(page, "/appeals?queue=")
    expect(open_row(page, "当天已请假。").get_by_role("alert")).to_contain_text("须由他人裁决")
    expect(page.get_by_role("button", name="予以支持 a")).to_be_disabled()

    page = open_console("city1", "/appeals")
    detail = open_row(page, "当天已请假。")
    for seen in (
        "请假条在支部。",
        "-1",
        "今年最多再扣 5",
        "D02",
        "无故缺席集中学习",
        "已核实。",
        "提出",
    ):
        expect(detail).to_contain_text(seen)
    look(page, screenshots, "appeal")
    page.keyboard.press("a")
    form = page.get_by_role("dialog", name="予以支持")
    uphold = form.get_by_role("button", name="予以支持")
    expect(uphold).to_be_disabled()
    form.get_by_label("理由").fill(TOO_LONG)
    # What a form takes ends where the service ends.
    expect(form.get_by_label("理由")).to_have_value(TOO_LONG[:500])
    form.get_by_label("理由").fill("请假属实，撤销扣分。")
    uphold.click()
    expect(form).to_be_hidden()
    expect(page.locator("tbody tr", has_text="当天已请假。")).to_have_count(0)
    assert member.points() == 2
    assert member.get(f"/appeals/{appeal['id']}")["state"] == "upheld"


def test_what_was_never_posted_is_appealed_and_dismissed_with_a_reason(
    suite: Suite, open_console: OpenConsole
) -> None:
    member = suite.newcomer()
    body = {"fact_kind": "lecture", "day": today(), "reason": "听课没有记上。"}
    appeal = member.post("/appeals", body)
    page = open_console("secretary", "/appeals")
    detail = open_row(page, "听课没有记上。")
    expect(detail).to_contain_text("未入账")
    expect(detail).to_contain_text("L04 听党课")
    page.keyboard.press("a")
    form = page.get_by_role("dialog", name="予以支持")
    expect(form.get_by_role("radio", name="撤销扣分")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()
    page.keyboard.press("x")
    give_reason(page, "签到表上没有本人。")
    expect(page.locator("tbody tr", has_text="听课没有记上。")).to_have_count(0)
    read = member.get(f"/appeals/{appeal['id']}")
    assert (read["state"], read["decision_reason"]) == ("dismissed", "签到表上没有本人。")
    assert member.points() == 0
    page.locator(".filters .el-select__wrapper").first.hover()
    page.locator(".filters .el-select__clear").first.click()
    expect(page.locator("tbody tr", has_text="听课没有记上。")).to_have_count(1)
    assert "queue=" in page.url
    expect(open_row(page, "听课没有记上。").get_by_role("alert")).to_contain_text("已办结")


def test_doubtful_check_ins_are_confirmed_together_or_annulled_with_a_reason(
    suite: Suite, open_console: OpenConsole, screenshots: Path
) -> None:
    secretary = suite.sign_in("secretary")
    members = [suite.newcomer() for _ in range(3)]
    event = suite.hold_event(secretary, title="存疑签到走查")
    code = secretary.get(f"/events/{event['id']}/code")["code"]
    scanned = datetime.now(SHANGHAI).isoformat()
    time.sleep(_UNTIL_OLD)
    ids = []
    for member in members:
        body = {"code": code, "client_ref": str(uuid4()), "scanned_at": scanned}
        answer = member.request("POST", "/check-ins", json=body)
        assert answer.json()["check_in"]["state"] == "pending", answer.text
        ids.append(answer.json()["check_in"]["id"])
    page = open_console("secretary", f"/flagged?event={event['id']}")
    expect(page.locator("tbody tr")).to_have_count(3)
    look(page, screenshots, "flagged")
    page.keyboard.press("x")
    give_reason(page, "本人不在场。")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("checkbox", name="全选本页").check()
    page.keyboard.press("Shift+A")
    expect(page.get_by_role("dialog")).to_contain_text("2 件")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(0)
    points = eventually(
        lambda: sorted(member.points() for member in members), lambda all_: sum(all_) == 2, 10
    )
    assert points == [0, 1, 1]
