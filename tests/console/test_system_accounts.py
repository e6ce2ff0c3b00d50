"""Accounts looked after in the console; an administrator who was just appointed comes in."""

from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import Watch
from tests.console.conftest import OpenConsole, serious, settle, visit
from tests.session import Json, Session, eventually
from tests.suite import Suite

pytestmark = pytest.mark.browser

PASSWORD = "a password of my own"


@pytest.fixture
def stranger(browser: Browser, suite: Suite, watch: Watch) -> Iterator[Page]:
    """A browser that nobody is signed in to yet."""
    context = browser.new_context(base_url=suite.base_url, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(10_000)
    page = context.new_page()
    watch.follow(page)
    page.goto("/console/sign-in")
    page.evaluate("localStorage['console.language'] = 'zh-CN'")
    yield page
    context.close()


def joined(suite: Suite) -> Json:
    """Somebody of the first branch who has chosen a password by invitation."""
    (member,) = suite.newcomers("u001-b01", 1)
    body = {"member_ids": [member["id"]]}
    secretary = suite.sign_in("secretary")
    answer = eventually(
        lambda: secretary.request("POST", "/invitations", json=body), lambda a: a.status_code == 201
    )
    username = f"new.{member['member_no'].lower()}"
    accept = {"invitation": answer.json()["items"][0]["code"], "username": username}
    tokens = Session(suite.base_url, None).post(
        "/auth/invitation", {**accept, "password": PASSWORD}, status=200
    )
    return {**member, "username": username, "tokens": tokens}


def appointed(suite: Suite) -> Json:
    """The same, since then the administrator of a unit."""
    member = joined(suite)
    unit = suite.organisation("u002")["id"]
    body = {"member_id": member["id"], "role": "unit_admin", "organisation_id": unit}
    suite.sign_in("city1").post("/role-assignments", body)
    eventually(
        lambda: suite.rows(
            "gateway", "SELECT roles::text FROM members WHERE id = %s", member["id"]
        ),
        lambda rows: "unit_admin" in rows[0][0],
    )
    return member


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    page.locator("#username").fill(username)
    page.locator("#password").fill(password)
    page.locator("button[type=submit]").click()


def issued(page: Page, member: Json, screenshots: Path) -> str:
    """Find somebody who needs an authenticator, and issue the code."""
    page.screenshot(path=screenshots / "console-accounts.png", full_page=True)
    assert serious(page) == []
    page.get_by_role("searchbox").fill(member["member_no"])
    page.get_by_role("link", name=member["name"]).click()
    expect(page.locator("main h1")).to_contain_text(member["name"])
    settle(page)
    assert serious(page) == []
    page.screenshot(path=screenshots / "console-account.png", full_page=True)
    page.get_by_role("button", name="发放绑定码").click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    code = page.locator(".slip code.large").inner_text()
    assert serious(page) == []
    page.screenshot(path=screenshots / "console-enrolment-slip.png", full_page=True)
    page.emulate_media(media="print")
    expect(page.locator("nav.menu")).to_be_hidden()
    expect(page.locator(".slip")).to_be_visible()
    return code


def secret_shown(page: Page, screenshots: Path, name: str) -> str:
    """Read the secret that an authenticator is shown."""
    expect(page.get_by_role("img", name="验证器二维码")).to_be_visible()
    assert serious(page) == []
    page.screenshot(path=screenshots / f"console-{name}.png", full_page=True)
    return page.locator("code.secret").inner_text().replace(" ", "")


def test_a_new_administrator_is_given_a_code_and_comes_in_with_it(
    suite: Suite, open_console: OpenConsole, stranger: Page, watch: Watch, screenshots: Path
) -> None:
    member = appointed(suite)
    code = issued(open_console("security", "/accounts?state=factor_missing"), member, screenshots)
    sign_in(stranger, member["username"])
    expect(stranger.locator("[role=alert]")).to_contain_text("绑定验证器")
    watch.forgive(403)
    stranger.get_by_role("link", name="绑定验证器").click()
    expect(stranger.locator("#username")).to_have_value(member["username"])
    assert serious(stranger) == []
    stranger.screenshot(path=screenshots / "console-enrol.png", full_page=True)
    stranger.locator("#password").fill(PASSWORD)
    stranger.locator("#code").fill("AAAA-AAAA-AAAA")
    stranger.get_by_role("button", name="下一步").click()
    expect(stranger.locator("[role=alert]")).to_contain_text("绑定码无效")
    watch.forgive(410)
    stranger.locator("#code").fill(code.lower())
    stranger.get_by_role("button", name="下一步").click()
    secret = secret_shown(stranger, screenshots, "enrol-picture")
    stranger.locator("#new-totp").fill(pyotp.TOTP(secret).now())
    stranger.get_by_role("button", name="完成并登录").click()
    expect(stranger.locator("nav.menu")).to_contain_text("名册导入")

    stranger.get_by_role("link", name="我的登录").click()
    expect(stranger.get_by_role("region", name="登录中的会话")).to_contain_text("本次登录")
    settle(stranger)
    assert serious(stranger) == []
    stranger.screenshot(path=screenshots / "console-my-sign-in.png", full_page=True)
    stranger.get_by_role("button", name="开始更换").click()
    another = secret_shown(stranger, screenshots, "replace-factor")
    assert another != secret
    stranger.locator("#new-totp").fill(pyotp.TOTP(another).now())
    stranger.get_by_role("button", name="完成更换").click()
    expect(stranger.get_by_text("已更换")).to_be_visible()
    expect(stranger.locator("code.secret")).to_have_count(0)


def test_a_system_administrator_locks_and_unlocks_and_does_no_more(
    suite: Suite, open_console: OpenConsole, screenshots: Path
) -> None:
    member = joined(suite)
    page = open_console("system", f"/accounts?q={member['member_no']}", width=1920, language="en")
    page.get_by_role("link", name=member["name"]).click()
    expect(page.get_by_role("region", name="Sessions")).to_contain_text("invitation")
    for name in ("Issue an enrolment code", "End"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.get_by_role("button", name="Lock the account").click()
    dialog = page.get_by_role("dialog", name="Lock the account")
    dialog.get_by_role("textbox").fill("用户名借给了他人")
    dialog.get_by_role("button", name="Confirm").click()
    expect(page.locator("dl")).to_contain_text("用户名借给了他人")
    expect(page.locator("main")).to_contain_text("Not signed in anywhere")
    assert serious(page) == []
    page.screenshot(path=screenshots / "console-account-locked.png", full_page=True)
    body = {"refresh_token": member["tokens"]["refresh_token"]}
    Session(suite.base_url, None).refused(403, "account_locked", "POST", "/auth/refresh", body)
    page.get_by_role("button", name="Unlock the account").click()
    page.get_by_role("dialog").get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("button", name="Lock the account")).to_be_visible()
    visit(page, f"/accounts/{suite.account('auditor')['member_id']}")
    expect(page.get_by_role("button", name="Lock the account")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("by a security administrator only")
    visit(page, f"/accounts/{suite.account('system')['member_id']}")
    expect(page.locator("main")).to_contain_text("your own account")
    visit(page, "/")
    assert serious(page) == []
    page.screenshot(path=screenshots / "console-system-home.png", full_page=True)


def test_one_ends_another_session_and_changes_the_password(
    suite: Suite, stranger: Page, watch: Watch
) -> None:
    member = joined(suite)
    sign_in(stranger, member["username"])
    stranger.get_by_role("link", name="我的登录").click()
    sessions = stranger.get_by_role("region", name="登录中的会话")
    expect(sessions.locator("tbody tr")).to_have_count(2)
    stranger.get_by_role("button", name="结束").click()
    stranger.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(sessions.locator("tbody tr")).to_have_count(1)
    expect(sessions).to_contain_text("本次登录")
    stranger.locator("#old").fill("not the password")
    stranger.locator("#fresh").fill("another long one")
    stranger.locator("#repeat").fill("another long on")
    expect(stranger.locator("#differs")).to_contain_text("不一致")
    stranger.locator("#repeat").fill("another long one")
    stranger.get_by_role("button", name="修改密码").click()
    expect(stranger.get_by_text("原密码不正确")).to_be_visible()
    watch.forgive(422)
    stranger.locator("#old").fill(PASSWORD)
    stranger.get_by_role("button", name="修改密码").click()
    expect(stranger.get_by_text("密码已修改")).to_be_visible()
    stranger.get_by_role("button", name="退出登录").click()
    sign_in(stranger, member["username"], "another long one")
    expect(stranger.locator("nav.menu")).to_be_visible()


def test_the_auditor_reads_what_was_done_to_accounts(
    suite: Suite, open_console: OpenConsole
) -> None:
    page = open_console("auditor", "/audit?source=accounts&what=did")
    # Others may have done something since: the administrators' sign-ins are among the newest.
    expect(page.locator("tbody tr", has_text="POST /auth/password").first).to_be_visible()
    assert serious(page) == []
