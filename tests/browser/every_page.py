"""Every page of the members' app, with something on it, in each way it can be shown."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from uuid import uuid4

from playwright.sync_api import Page

from shared.clock import SHANGHAI
from shared.testing.plugin import ROOT
from tests.session import Json
from tests.suite import Suite

APP: Final = ROOT / "services" / "gateway" / "frontends" / "miniprogram"
MEMBER: Final = "member03"
ORGANISER: Final = "secretary"
ACCOUNTS: Final = (MEMBER, ORGANISER)
# Of the machine that is tried on, not of the app.
_PATIENCE_MS: Final = 30_000


@dataclass(frozen=True)
class Shown:
    """How a phone shows the app: its language, light or dark, in large type or not."""

    language: str = "zh-CN"
    look: str = "light"
    large: bool = False

    def __str__(self) -> str:
        return f"{self.language} {self.look}{' large' if self.large else ''}"

    @property
    def script(self) -> str:
        """What writes it where the app looks for it, before the app starts."""
        return stored("suite.language", self.language) + stored(
            "suite.preferences", {"look": self.look, "large": self.large}
        )


class EveryPage:
    """The pages that `pages.json` names, and what each is opened with."""

    def __init__(self, suite: Suite) -> None:
        self._suite = suite
        self._member = suite.sign_in(MEMBER)
        self._organiser = suite.sign_in(ORGANISER)

    @cached_property
    def _event(self) -> Json:
        """An event with seats, at which one phone checked in two, which is worth a look."""
        event = self._suite.hold_event(
            self._organiser, category="youth_study", title="青年读书分享会"
        )
        terms = self._organiser.request(
            "PUT", f"/events/{event['id']}/registration",
            json={"required": False, "capacity": 30}, headers={"If-Match": '"0"'},
        )  # fmt: skip
        assert terms.status_code == 200, terms.text
        code = self._organiser.get(f"/events/{event['id']}/code")["code"]
        for username in ("member11", "member12"):
            body = {"code": code, "client_ref": str(uuid4()), "device": "one-phone-of-two"}
            self._suite.sign_in(username).post("/check-ins", body)
        return event

    def script(self, shown: Shown, username: str) -> str:
        """What a phone knows that somebody has signed in on and set to this."""
        me = self._suite.sign_in(username).request("GET", "/me").request
        token = me.headers["Authorization"].split()[1]
        tokens = {"access_token": token, "refresh_token": f"of {username}"}
        return shown.script + stored("suite.session", tokens)

    def addresses(self, username: str) -> Iterator[tuple[str, str]]:
        """Yield the name and the address of each page that is this account's.

        Pages to run events with are the organiser's, all others the member's.
        """
        pages = json.loads((APP / "src" / "pages.json").read_text("utf-8"))
        roots = [("", page) for page in pages["pages"]]
        for part in pages.get("subPackages", []):
            roots += [(f"{part['root']}/", page) for page in part["pages"]]
        for root, page in roots:
            path = root + page["path"]
            name = path.rpartition("/")[2]
            if name.startswith("run") != (username == ORGANISER):
                continue
            # A code lasts twenty seconds: it is fetched when its page's turn has come.
            code = f"/m/?code={self._code()}" if name == "result" else None
            about = f"?id={self._event['id']}" if name.startswith("run-") else ""
            yield name, code or self._opened.get(name, f"/m/{path}{about}")

    def _code(self) -> str:
        return str(self._organiser.get(f"/events/{self._event['id']}/code")["code"])

    @cached_property
    def _opened(self) -> dict[str, str]:
        """What pages are opened with that are about one thing."""
        entry = self._member.get("/me/ledger")["items"][0]
        return {
            "event": f"/m/pages/event/event?id={self._event['id']}",
            "claim": f"/m/pages/claim/claim?id={self._claim()}",
            "appeal-new": f"/m/pages/appeal-new/appeal-new?entry={entry['id']}&title=党课",
        }

    def _claim(self) -> str:
        if made := self._member.items("/claims", state="first_review"):
            return str(made[0]["id"])
        body: Json = {
            "kind": self._member.get("/claims/kinds")["items"][0]["code"],
            "day": datetime.now(SHANGHAI).date().isoformat(),
            "title": "到社区参加志愿服务，整理图书角",
            "description": "与社区工作者一起，两小时。",
            "client_ref": str(uuid4()),
        }
        return str(self._member.post("/claims", body)["id"])


def settle(page: Page) -> None:
    """Wait until a page has asked and been answered, and nothing moves any more."""
    page.wait_for_load_state("networkidle", timeout=_PATIENCE_MS)
    page.locator("uni-page").last.locator(".state__bone").first.wait_for(state="hidden")
    page.wait_for_timeout(350)


def stored(key: str, value: Any) -> str:
    """Write what the app's platform keeps in a browser: texts as they are, others with their type."""
    text = value if isinstance(value, str) else json.dumps({"type": "object", "data": value})
    # The empty page that a tab starts with has no storage.
    return (
        f"if (location.host) localStorage.getItem({key!r}) ?? "
        f"localStorage.setItem({key!r}, {json.dumps(text)});\n"
    )
