"""Loads the city: roster, accounts, the past month or year, and something that is on today."""

import json
import time
from collections.abc import Callable
from dataclasses import astuple
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from services.demo import calendar, city, past
from services.demo.city import Size
from services.demo.files import csv_files, xlsx
from services.demo.suite import (
    LoadFailedError,
    Suite,
    create_accounts,
    manage,
    password_of,
    totp_secret_of,
)
from shared.auth import ROLES
from shared.clock import SHANGHAI

_ROWS_A_FILE: Final = 400_000
_MEMBERS: Final = 15
_HOME: Final = "u001-b01"
_CITY_BRANCH: Final = "u001-b02"
_PATIENCE_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.5
ORGANISATION_HEADINGS: Final = ("code", "name", "kind", "parent_code")
ROSTER_HEADINGS: Final = (
    "编号", "姓名", "支部代码", "小组代码", "状态", "入党日期", "角色", "角色组织代码",
)  # fmt: skip


def load(base_url: str, size: Size, settings: Path, out: Path) -> None:
    """Load the city unless it is there, and make sure something is on today."""
    if not out.exists():
        document = _load_city(base_url, size, settings)
        out.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    document = json.loads(out.read_text(encoding="utf-8"))
    document["screens"] = _something_today(base_url, document)
    out.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")


def _load_city(base_url: str, size: Size, settings: Path) -> dict[str, Any]:
    first = json.loads(
        manage(settings, "points", "bootstrap", "--member-no", "A0001", "--member-name", "高建国")
    )
    boss = _account("city_admin", "city1", first["member_id"], totp=True)
    suite = Suite(base_url)
    _eventually(lambda: create_accounts(settings, [boss]))
    _eventually(lambda: suite.sign_in("city1", totp=True))
    places = xlsx(ORGANISATION_HEADINGS, map(astuple, city.organisations(size)))
    suite.import_file("/imports", "organisations", "organisations.xlsx", places)
    people = xlsx(ROSTER_HEADINGS, map(astuple, city.members(size)))
    suite.import_file("/imports", "roster", "roster.xlsx", people)
    accounts = [boss, *_accounts(suite)]
    _eventually(lambda: create_accounts(settings, accounts[1:]))
    today = datetime.now(SHANGHAI).date()
    rows = past.attendance(size, today)
    for number, content in enumerate(csv_files(past.HEADINGS, rows, _ROWS_A_FILE), start=1):
        name = f"attendance-{number}.csv"
        _eventually(
            lambda name=name, content=content: suite.import_file(  # type: ignore[misc] # both bound
                "/event-imports", "attendance", name, content
            )
        )
    _appoint(base_url, accounts)
    _fill_calendar(base_url, suite, accounts, today)
    _wait_until_posted(suite)
    _decide_on_a_claim(base_url, today)
    root = _organisation(suite, "city")["id"]
    for account in accounts:
        account.setdefault("organisation_id", root)
    accounts.sort(key=lambda account: (ROLES.index(account["role"]), account["username"]))
    return {"base_url": base_url, "accounts": accounts}


def _appoint(base_url: str, accounts: list[dict[str, Any]]) -> None:
    """Let the security administrator give the other two of the separate duties."""
    suite = Suite(base_url)
    _eventually(lambda: suite.sign_in("security", totp=True))
    root = _organisation(suite, "city")["id"]
    held = suite.call("GET", "/role-assignments", params={"organisation_id": root, "limit": 200})
    given = {each["role"] for each in held["items"]}
    for account in accounts:
        if account["role"] in {"system_admin", "auditor"} - given:
            body = {name: account[name] for name in ("member_id", "role")}
            suite.call("POST", "/role-assignments", json={**body, "organisation_id": root})


def _fill_calendar(
    base_url: str, city_admin: Suite, accounts: list[dict[str, Any]], today: date
) -> None:
    (home,) = (account for account in accounts if account["username"] == "secretary")
    winners = [account["member_id"] for account in accounts if account["role"] == "member"][:3]
    secretary = Suite(base_url)
    _eventually(lambda: secretary.sign_in(home["username"]))
    calendar.fill(city_admin, secretary, home["organisation_id"], winners, today)


def _decide_on_a_claim(base_url: str, today: date) -> None:
    """Let a member claim something, and the group's leader and the secretary decide on it.

    The member is told of it; each step is done once, however often the load is taken up.
    """
    body = {
        "kind": "community_service",
        "day": (today - timedelta(days=1)).isoformat(),
        "title": "东湖社区值守",
        "description": "周末在东湖社区维持秩序两小时。",
        "client_ref": str(uuid5(NAMESPACE_URL, "demo:claim")),
    }
    claim = _signed_in(base_url, "member03").call("POST", "/claims", json=body)
    for state, username, decision in (
        ("first_review", "member02", "forward"),
        ("branch_review", "secretary", "approve"),
    ):
        if claim["state"] == state:
            claim = _signed_in(base_url, username).call(
                "POST", f"/claims/{claim['id']}/review", json={"decision": decision}
            )


def _signed_in(base_url: str, username: str) -> Suite:
    suite = Suite(base_url)
    _eventually(lambda: suite.sign_in(username))
    return suite


def _account(role: str, username: str, member_id: str, *, totp: bool = False) -> dict[str, Any]:
    return {
        "role": role,
        "username": username,
        "password": password_of(username),
        "totp_secret": totp_secret_of(username) if totp else None,
        "member_id": member_id,
    }


def _accounts(suite: Suite) -> list[dict[str, Any]]:
    """Return the demo accounts: fifteen of one branch, and one of each role."""
    home, office = _organisation(suite, _HOME), _organisation(suite, _CITY_BRANCH)
    people, officers = _people(suite, home["id"]), _people(suite, office["id"])
    # Places in a branch, as services.demo.city gives them out: 0 leads it, 3 runs the unit.
    plain = [people[place] for place in (1, 2, *range(4, 17))][:_MEMBERS]
    accounts = [
        _account("member", f"member{number:02d}", person["id"])
        for number, person in enumerate(plain, start=1)
    ]
    accounts.append(_account("branch_secretary", "secretary", people[0]["id"]))
    accounts.append(_account("unit_admin", "unit", people[3]["id"], totp=True))
    for account in accounts:
        account["organisation_id"] = home["id"]
    accounts[-1]["organisation_id"] = _organisation(suite, "u001")["id"]
    accounts.append(_account("city_admin", "city2", officers[4]["id"], totp=True))
    for place, role, username in (
        (5, "auditor", "auditor"),
        (6, "security_admin", "security"),
        (7, "system_admin", "system"),
    ):
        accounts.append(_account(role, username, officers[place]["id"], totp=True))
    return accounts


def _organisation(suite: Suite, code: str) -> dict[str, Any]:
    found = suite.call("GET", "/organisations", params={"q": code, "limit": 200})["items"]
    exact: list[dict[str, Any]] = [item for item in found if item["code"] == code]
    if not exact:
        raise LoadFailedError(f"organisation {code} is not there")
    return exact[0]


def _people(suite: Suite, organisation_id: str) -> list[dict[str, Any]]:
    answer = suite.call(
        "GET", "/members", params={"organisation_id": organisation_id, "limit": 200}
    )
    return sorted(answer["items"], key=lambda member: str(member["member_no"]))


def _something_today(base_url: str, document: dict[str, Any]) -> list[str]:
    """Return events that are on now; make them where there are none."""
    by_role = {account["role"]: account for account in reversed(document["accounts"])}
    home = by_role["branch_secretary"]
    suite = _signed_in(base_url, home["username"])
    now = datetime.now(SHANGHAI).replace(second=0, microsecond=0)
    soon = (now + timedelta(hours=1)).isoformat()
    listed = suite.call(
        "GET",
        "/events",
        params={"starts_after": (now - timedelta(days=1)).isoformat(), "limit": 200},
    )["items"]
    running = [
        event["id"]
        for event in listed
        if event["state"] == "published"
        and event["ends_at"] > soon
        and event["starts_at"] <= now.isoformat()
        and event["organisation_id"] == home["organisation_id"]
    ]
    if running:
        return running
    made = []
    for title, category, place, start in (
        ("专题党课：把群众放在心上", "lecture", "机关礼堂", now - timedelta(minutes=5)),
        ("机关青年读书会", "study_session", "图书馆二楼", now - timedelta(minutes=5)),
        ("周末社区志愿服务", "volunteering", "社区服务中心", now + timedelta(days=2)),
        # Of this one the branch is reminded at once.
        ("支部党员大会", "branch_meeting", "三楼会议室", now + timedelta(minutes=50)),
    ):
        body = {
            "title": title,
            "category": category,
            "organisation_id": home["organisation_id"],
            "place": place,
            "starts_at": start.isoformat(),
            "ends_at": (start + timedelta(hours=10)).isoformat(),
        }
        event = suite.call("POST", "/events", json=body)
        suite.call("POST", f"/events/{event['id']}/publish")
        made.append(event["id"])
    return made[:2]


def _wait_until_posted(suite: Suite) -> None:
    """Wait until the city's board has stood still for a moment."""
    root = _organisation(suite, "city")["id"]
    year = datetime.now(SHANGHAI).year
    before, since = None, time.monotonic()
    while time.monotonic() - since < 3:  # noqa: PLR2004 - seconds without change
        time.sleep(_POLL_SECONDS)
        board = suite.call(
            "GET", "/leaderboards", params={"organisation_id": root, "period": str(year)}
        )
        standing = (board["size"], [item["points"] for item in board["items"]])
        if standing != before or not board["size"]:
            before, since = standing, time.monotonic()


def _eventually(action: Callable[[], object]) -> None:
    """Do what depends on news that are still on their way, as soon as it can be done."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            action()
        except LoadFailedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_POLL_SECONDS)
        else:
            return
