"""The members' app and the hall's screen, as people handle them."""

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.chromium import Camera
from tests.session import Json, eventually
from tests.suite import Suite

PHONE = {"width": 390, "height": 844, "phone": True}
HALL = {"width": 1280, "height": 720}


def field(page: Page, name: str) -> Locator:
    """Return a field of the app's by its id; the platform wraps each into an element of its own."""
    return shown(page).locator(f"#{name} input, #{name} textarea")


def shown(page: Page) -> Locator:
    """Return the page on top; those beneath stay in the document."""
    return page.locator("uni-page").last


def tap(page: Page, text: str) -> None:
    """Tap what leads on and says so; a button's own text does not take the tap."""
    ways = shown(page).locator("uni-button, [role=button], [role=link], [role=radio]")
    ways.filter(has_text=text).first.click()


def agree(page: Page) -> None:
    """Say yes to what the platform asks."""
    page.locator(".uni-modal__btn_primary").click()


def enter(phone: Page, account: Json) -> None:
    """Sign in by password on the page that asks for it."""
    field(phone, "username").fill(account["username"])
    field(phone, "password").fill(account["password"])
    shown(phone).locator("[data-test=enter]").click()


def open_signed_in(suite: Suite, open_page: OpenPage, username: str, **more: Any) -> Page:
    """Open the app as somebody who has signed in; it stands on its home."""
    phone = open_page("/m/pages/sign-in/sign-in", **PHONE | more)
    enter(phone, suite.account(username))
    expect(phone.locator("[data-test=total]")).to_be_visible()
    return phone


def open_screen(
    suite: Suite, open_page: OpenPage, event: Json, username: str = "secretary", **more: Any
) -> Page:
    """Open the hall's screen of an event, signed in and showing its code."""
    screen = open_page(f"/screen/{event['id']}", **HALL | more)
    enter_screen(screen, suite.account(username))
    expect(screen.locator("#code")).to_be_visible()
    expect(screen.locator("#digits")).not_to_be_empty()
    return screen


def enter_screen(screen: Page, account: Json) -> None:
    screen.locator("#username").fill(account["username"])
    screen.locator("#password").fill(account["password"])
    screen.locator("button[type=submit]").click()


def scan(phone: Page, camera: Camera, screen: Page) -> None:
    """Hold the phone before the screen and tap once."""
    camera.look_at(screen)
    shown(phone).locator(".scan-button").click()


def digits_of(screen: Page) -> str:
    return (screen.locator("#digits").text_content() or "").replace(" ", "")


def path_of(page: Page) -> str:
    return urlsplit(page.url).path


def invite(suite: Suite, member: Json) -> str:
    """Return an invitation of the branch's secretary, once the gateway has heard of the member."""
    secretary, wanted = suite.sign_in("secretary"), {"member_ids": [member["id"]]}
    issued = eventually(
        lambda: secretary.request("POST", "/invitations", json=wanted),
        lambda answer: answer.status_code == 201,
    )
    return str(issued.json()["items"][0]["code"])
