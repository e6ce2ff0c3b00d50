"""A phone that had no network when it scanned sends the scan later, and says what happens next."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.suite import Suite

pytestmark = pytest.mark.browser


def test_a_kept_scan_goes_out_late_and_waits_for_the_organiser(
    suite: Suite, open_page: OpenPage
) -> None:
    secretary, account = suite.sign_in("secretary"), suite.account("member05")
    event = suite.hold_event(secretary, category="youth_study", title="没有信号的山上")
    code = secretary.get(f"/events/{event['id']}/code")["code"]
    phone = open_page("/", width=390, height=844, phone=True)
    phone.locator("#username").fill(account["username"])
    phone.locator("#password").fill(account["password"])
    phone.locator("#password-form button[type=submit]").click()
    expect(phone.locator("#total")).to_be_visible()
    # As a scan leaves it that nobody answered.
    phone.evaluate(
        """async (code) => {
            const {start} = await import('/assets/check-in.js');
            start({code});
        }""",
        code,
    )
    phone.wait_for_timeout(21_000)
    phone.reload()

    expect(phone.locator("#checked-in")).to_contain_text("待组织者确认")
    (item,) = secretary.get(f"/events/{event['id']}/reviews")["items"]
    assert [reason["code"] for reason in item["reasons"]] == ["late"]
    assert phone.evaluate("localStorage.getItem('suite.check-in')") is None
