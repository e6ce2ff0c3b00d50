"""The parts of an event's page: teams, guests, who is expected, paper, series, terms, corrections."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from shared.clock import SHANGHAI
from tests.chromium import Watch
from tests.console.conftest import OpenConsole, serious, settle, visit
from tests.session import Json, eventually
from tests.suite import Suite

pytestmark = pytest.mark.browser


def newcomers(suite: Suite, event: Json, count: int, branch: str = "u001-b01") -> list[Json]:
    """Return members without a past, once events knows of them, too."""
    found = suite.newcomers(branch, count)
    secretary, desk = suite.sign_in("secretary"), f"/events/{event['id']}/desk"
    eventually(lambda: [secretary.get(desk, q=each["member_no"])["items"] for each in found], all)
    return found


def pick(page: Page, name: str, typed: str, option: str | None = None) -> None:
    """Choose somebody or something that is looked up."""
    page.get_by_role("combobox", name=name).fill(typed)
    page.get_by_role("option", name=option or typed).first.click()


def say_why(page: Page, reason: str) -> None:
    dialog = page.get_by_role("dialog")
    dialog.locator("textarea").fill(reason)
    dialog.get_by_role("button", name="确定").click()


def test_a_team_is_made_and_wins_together(suite: Suite, open_console: OpenConsole) -> None:
    secretary = suite.sign_in("secretary")
    event = suite.hold_event(secretary, category="sports", title="趣味运动会")
    captain, member = newcomers(suite, event, 2)
    page = open_console("secretary", f"/events/{event['id']}?tab=teams")
    page.get_by_role("button", name="开启组队").click()
    page.get_by_role("textbox", name="队名").fill("飞虎队")
    pick(page, "队长", captain["member_no"], captain["name"])
    page.get_by_role("button", name="新建队伍").click()
    team = page.get_by_role("region", name="飞虎队")
    expect(team.get_by_text("队长", exact=True)).to_be_visible()
    team.get_by_role("combobox", name="党员").fill(member["member_no"])
    page.get_by_role("option", name=member["name"]).click()
    team.get_by_role("button", name="加入队员").click()
    expect(team.locator("li")).to_have_count(2)
    assert serious(page) == []

    page.get_by_role("tab", name="成绩").click()
    page.get_by_role("button", name="登记成绩").click()
    dialog = page.get_by_role("dialog", name="登记成绩")
    dialog.get_by_role("combobox", name="按队伍登记").press("Enter")
    page.get_by_role("option", name="飞虎队").click()
    expect(dialog).to_contain_text(member["name"])
    dialog.get_by_role("button", name="保存").click()
    expect(dialog).to_be_hidden()
    (result,) = secretary.get(f"/events/{event['id']}/results")["items"]
    assert {one["member_id"] for one in result["members"]} == {captain["id"], member["id"]}
    assert result["team"] == "飞虎队"


def test_guests_of_elsewhere_are_invited_by_number_and_name(
    suite: Suite, open_console: OpenConsole, watch: Watch
) -> None:
    """A secretary cannot look them up: a wrong name invites nobody, and is named."""
    event = suite.hold_event(suite.sign_in("secretary"), title="联学共建")
    one, two = newcomers(suite, event, 2, "u001-b02")
    page = open_console("secretary", f"/events/{event['id']}?tab=guests")
    lines = page.get_by_role("textbox", name="编号和姓名")
    lines.fill(f"{one['member_no']} {one['name']}\n{two['member_no']}\t查无此人")
    page.get_by_role("button", name="邀请 2 人").click()
    expect(page.get_by_text("名册中没有：")).to_contain_text("查无此人")
    expect(page.locator("tbody tr")).to_have_count(0)
    lines.fill(f"{one['member_no']} {one['name']}\n{two['member_no']}\t{two['name']}")
    page.get_by_role("button", name="邀请 2 人").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(lines).to_have_value("")
    assert serious(page) == []
    page.get_by_role("button", name=f"撤回邀请 {two['name']}").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    watch.forgive(422)


def test_a_code_is_printed_and_a_signed_list_is_brought_back(
    suite: Suite, open_console: OpenConsole, watch: Watch
) -> None:
    secretary = suite.sign_in("secretary")
    event = suite.hold_event(secretary, title="社区植树")
    one, two = newcomers(suite, event, 2)
    page = open_console("secretary", f"/events/{event['id']}?tab=paper")
    with page.expect_download() as sheet:
        page.get_by_role("button", name="签到表（PDF）").click()
    assert sheet.value.suggested_filename.endswith(".pdf")
    page.get_by_role("button", name="启用").click()
    expect(page.get_by_text("已启用", exact=True)).to_be_visible()
    (session,) = event["sessions"]
    code = secretary.get(f"/events/{event['id']}/sessions/{session['id']}/static-code")["code"]

    page.get_by_role("textbox", name="编号").fill(f"{one['member_no']}\n没有这个编号")
    page.get_by_role("textbox", name="理由").fill("现场无网络")
    page.get_by_role("button", name="录入 2 人").click()
    expect(page.get_by_text("名册中没有：")).to_contain_text("没有这个编号")
    assert secretary.get(f"/events/{event['id']}/attendance")["present"] == 0
    page.get_by_role("textbox", name="编号").fill(f"{one['member_no']}\n{two['member_no']}")
    page.get_by_role("button", name="录入 2 人").click()
    expect(page.get_by_role("region", name="录入纸质签到表").locator("tbody tr")).to_have_count(2)
    assert secretary.get(f"/events/{event['id']}/attendance")["present"] == 2
    assert serious(page) == []

    page.get_by_role("link", name="打印签到码").click()
    expect(page.get_by_role("img", name="扫码签到")).to_be_visible()
    assert serious(page) == []
    page.emulate_media(media="print")
    expect(page.locator("nav.menu")).to_be_hidden()
    expect(page.get_by_role("button", name="打印")).to_be_hidden()
    expect(page.get_by_role("img", name="扫码签到")).to_be_visible()
    page.emulate_media(media="screen")

    assert suite.newcomer().scan(code).status_code == 201
    visit(page, f"/events/{event['id']}?tab=paper")
    page.get_by_role("button", name="停用").click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.get_by_text("未启用", exact=True)).to_be_visible()
    assert suite.newcomer().scan(code).status_code == 410
    watch.forgive(422)


def test_who_is_expected_is_named_and_has_leave(suite: Suite, open_console: OpenConsole) -> None:
    event = suite.hold_event(suite.sign_in("secretary"), category="lecture", title="点名应到")
    one, two = newcomers(suite, event, 2)
    page = open_console("secretary", f"/events/{event['id']}?tab=expected")
    expected = page.locator("[data-figure=expected]")
    everybody = int(expected.inner_text())
    assert everybody > 2
    page.get_by_role("button", name="点名确定应到").click()
    dialog = page.get_by_role("dialog", name="点名确定应到")
    people = (f"{each['member_no']} {each['name']}" for each in (one, two))
    dialog.get_by_role("textbox", name="编号和姓名").fill("\n".join(people))
    dialog.get_by_role("button", name="保存名单（2 人）").click()
    expect(expected).to_have_text("2")
    expect(page.get_by_text("应到依据 点名名单")).to_be_visible()
    pick(page, "党员", one["member_no"], one["name"])
    page.get_by_role("button", name="登记请假").click()
    say_why(page, "出差")
    expect(page.locator("[data-figure=excused]")).to_have_text("1")
    assert serious(page) == []
    page.get_by_role("button", name="恢复默认应到").click()
    page.get_by_role("dialog", name="恢复默认应到").get_by_role("button", name="确定").click()
    expect(expected).to_have_text(str(everybody))


def test_registration_has_terms_that_are_changed_and_taken_down(
    suite: Suite, open_console: OpenConsole
) -> None:
    secretary = suite.sign_in("secretary")
    event = suite.hold_event(secretary, title="限额讲座")
    (member,) = newcomers(suite, event, 1)
    page = open_console("secretary", f"/events/{event['id']}?tab=registrations")
    page.get_by_role("button", name="开启报名").click()
    terms = page.get_by_role("dialog", name="报名规则")
    terms.get_by_role("spinbutton", name="名额").fill("30")
    terms.get_by_text("未报名者不能扫码签到").click()
    assert serious(page) == []
    terms.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已报 0 / 30")).to_be_visible()
    page.get_by_role("button", name="修改报名规则").click()
    terms.get_by_role("spinbutton", name="名额").fill("1")
    terms.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已报 0 / 1")).to_be_visible()
    settings = secretary.get(f"/events/{event['id']}/registration")["settings"]
    assert (settings["capacity"], settings["required"]) == (1, True)
    page.get_by_role("button", name="修改报名规则").click()
    terms.get_by_role("button", name="改为不需报名").click()
    expect(page.get_by_text("本活动不需报名")).to_be_visible()
    page.get_by_role("button", name="开启报名").click()
    terms.get_by_role("button", name="保存").click()
    pick(page, "党员", member["member_no"], member["name"])
    page.get_by_role("button", name="代为报名").click()
    say_why(page, "电话报名")
    expect(page.locator("tbody tr")).to_contain_text(member["name"])


def test_a_departure_and_a_mistake_are_put_right(suite: Suite, open_console: OpenConsole) -> None:
    secretary = suite.sign_in("secretary")
    event = suite.hold_event(secretary, category="volunteering", title="志愿服务签退")
    member, late = newcomers(suite, event, 2)
    body = {"member_id": member["id"], "reason": "手机没电"}
    secretary.post(f"/events/{event['id']}/check-ins", body)
    page = open_console("secretary", f"/events/{event['id']}?tab=attendance")
    page.get_by_role("button", name=f"签退 {member['name']}").click()
    page.get_by_role("dialog").get_by_role("button", name="签退", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    (row,) = secretary.get(f"/events/{event['id']}/attendance")["items"]
    assert row["checked_out_at"] is not None
    page.get_by_role("button", name=f"作废 {member['name']}").click()
    say_why(page, "点错了人")
    expect(page.locator("[data-figure=present]")).to_have_text("0")
    page.get_by_role("button", name=f"恢复 {member['name']}").click()
    say_why(page, "核实到场")
    expect(page.locator("[data-figure=present]")).to_have_text("1")
    page.get_by_role("spinbutton", name="清点人数").fill("3")
    page.get_by_role("button", name="记录清点").click()
    expect(page.get_by_role("region", name="清点人数").locator("tbody tr")).to_contain_text("3")
    assert serious(page) == []

    # Who was forgotten is made up for when all is over, with a reason.
    secretary.post(f"/events/{event['id']}/close", status=200)
    visit(page, f"/events/{event['id']}?tab=attendance")
    pick(page, "党员", late["member_no"], late["name"])
    page.get_by_role("button", name="补签").click()
    say_why(page, "现场漏签")
    expect(page.locator("[data-figure=present]")).to_have_text("2")


def _series(suite: Suite) -> Json:
    starts = datetime.now(SHANGHAI) + timedelta(days=1)
    body = {
        "event": {
            "title": "每周集中学习",
            "category": "study_session",
            "organisation_id": suite.organisation("u001-b01")["id"],
            "place": "一楼",
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(hours=1)).isoformat(),
        },
        "recurrence": {"every": "week", "count": 4},
    }
    return suite.sign_in("secretary").post("/event-series", body)


def test_a_series_is_changed_and_called_off_from_one_event_on(
    suite: Suite, open_console: OpenConsole
) -> None:
    secretary, series = suite.sign_in("secretary"), _series(suite)
    place = f"/event-series/{series['id']}"
    page = open_console("secretary", f"/events/{series['events'][1]['id']}")
    page.get_by_role("button", name="发布全部草稿").click()
    expect(page.locator("main h1")).to_contain_text("已发布")
    settle(page)
    page.get_by_role("button", name="修改", exact=True).first.click()
    dialog = page.get_by_role("dialog", name="修改")
    dialog.get_by_label("地点").fill("三楼会议室")
    dialog.get_by_text("本场及以后").click()
    assert serious(page) == []
    dialog.get_by_role("button", name="保存").click()
    expect(page.locator("dl").first).to_contain_text("三楼会议室")
    places = [each["place"] for each in secretary.get(place)["events"]]
    assert places == ["一楼", "三楼会议室", "三楼会议室", "三楼会议室"]
    visit(page, f"/events/{series['events'][2]['id']}")
    page.get_by_role("button", name="取消本场及以后").click()
    say_why(page, "改为自学")
    expect(page.locator("main h1")).to_contain_text("已取消")
    states = [each["state"] for each in secretary.get(place)["events"]]
    assert states == ["published", "published", "cancelled", "cancelled"]


def test_sessions_and_a_fence_are_said_in_the_form(suite: Suite, open_console: OpenConsole) -> None:
    secretary = suite.sign_in("secretary")
    page = open_console("secretary", "/events/new?category=training")
    page.get_by_label("名称").fill("两天培训班")
    page.get_by_text("更多设置").click()
    page.get_by_text("签到时询问位置").click()
    save = page.get_by_role("button", name="保存为草稿")
    expect(save).to_be_disabled()
    page.get_by_role("spinbutton", name="纬度").fill("39.9")
    page.get_by_role("spinbutton", name="经度").fill("116.4")
    page.keyboard.press("Tab")
    assert serious(page) == []
    save.click()
    expect(page.locator("dl").first).to_contain_text("39.9, 116.4")
    page.get_by_role("button", name="增加场次").click()
    dialog = page.get_by_role("dialog", name="增加场次")
    dialog.get_by_label("场次名称").fill("下午场")
    dialog.get_by_role("button", name="保存").click()
    expect(dialog).to_be_hidden()
    event = secretary.get(page.url.split("/console")[1].split("?")[0])
    assert event["geofence"] == {"latitude": 39.9, "longitude": 116.4, "radius": 200}
    assert [session["title"] for session in event["sessions"]] == ["", "下午场"]
    assert event["category"] == "training"


def test_a_rehearsal_is_scanned_and_never_counts(suite: Suite, open_console: OpenConsole) -> None:
    event = suite.hold_event(suite.sign_in("secretary"), title="会前演练")
    page = open_console("secretary", f"/events/{event['id']}")
    page.get_by_role("button", name="演练签到码").click()
    dialog = page.get_by_role("dialog", name="演练签到码")
    expect(dialog.locator("img")).to_be_visible()
    expect(dialog.get_by_role("status")).to_contain_text("已试扫 0 次")
    assert serious(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
