"""The city goes in by the doors people use; loaded again, it is the same city."""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from services.demo.city import SIZES, members
from shared.clock import SHANGHAI
from shared.testing.plugin import ROOT
from tests.session import Json
from tests.suite import Suite

pytestmark = pytest.mark.journey


def _load(suite: Suite, out: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [
            sys.executable, "-m", "services.demo", "load", "--base-url", suite.base_url,
            "--settings", str(suite.var / "env"), "--out", str(out),
        ],
        capture_output=True, text=True, check=False, cwd=ROOT, timeout=240,
    )  # fmt: skip


def test_there_is_an_account_for_each_role(suite: Suite) -> None:
    roles = [account["role"] for account in suite.demo["accounts"]]
    assert roles == [
        *["member"] * 15, "branch_secretary", "unit_admin", "city_admin", "city_admin",
        "system_admin", "security_admin", "auditor",
    ]  # fmt: skip
    home = suite.organisation("u001-b01")["id"]
    assert {a["organisation_id"] for a in suite.demo["accounts"] if a["role"] == "member"} == {home}
    for account in suite.demo["accounts"]:
        administers = account["role"] not in ("member", "branch_secretary")
        assert bool(account["totp_secret"]) is administers
        me = suite.sign_in(account["username"]).get("/me")
        assert me["member_id"] == account["member_id"]


def test_something_is_on_today(suite: Suite) -> None:
    secretary = suite.sign_in("secretary")
    for event in suite.demo["screens"]:
        assert secretary.get(f"/events/{event}/code")["code"]


def test_everybody_is_on_the_roster_and_has_a_past(suite: Suite) -> None:
    numbers = {member.member_no for member in members(SIZES["small"])}
    stored = {number for (number,) in suite.rows("points", "SELECT member_no FROM members")}
    assert numbers <= stored
    ((earned,),) = suite.rows("points", "SELECT count(DISTINCT member_id) FROM ledger_entries")
    assert earned > 150


def test_the_calendar_has_a_theme_a_series_and_a_contest_with_winners(suite: Suite) -> None:
    secretary = suite.sign_in("secretary")
    said = [theme["year"] for theme in secretary.get("/year-themes")["items"] if theme["said"]]
    assert datetime.now(SHANGHAI).year in said
    repeated = secretary.items("/events", q="支部主题党日", organised="true")
    assert len({event["series_id"] for event in repeated}) == 1
    assert 4 <= len(repeated) <= 6
    (contest,) = secretary.items("/events", q="公文写作大赛", organised="true")
    results = secretary.items(f"/events/{contest['id']}/results")
    assert [(result["place"], result["state"]) for result in results] == [
        (place, "confirmed") for place in (1, 2, 3)
    ]
    entries = suite.rows(
        "points",
        "SELECT count(*) FROM ledger_entries e"
        " JOIN facts f ON (f.member_id, f.id) = (e.member_id, e.fact_id)"
        " WHERE e.rule_code = 'C02' AND e.points = 10 AND f.title = '公文写作大赛'",
    )
    assert entries == [(3,)]


def test_a_load_that_broke_off_is_taken_up_again(suite: Suite, tmp_path: Path) -> None:
    """Nothing but the missing page tells it from a finished one: all of it is sent once more."""
    tables = ("members", "organisations", "role_assignments")

    def counts() -> Json:
        return {t: suite.rows("points", f"SELECT count(*) FROM {t}")[0][0] for t in tables}

    before = counts()
    events = suite.rows("events", "SELECT count(*) FROM events WHERE series_id IS NOT NULL")

    loaded = _load(suite, tmp_path / "demo.json")

    assert loaded.returncode == 0, loaded.stderr
    again = json.loads((tmp_path / "demo.json").read_text(encoding="utf-8"))
    assert again["accounts"] == suite.demo["accounts"]
    assert counts() == before
    assert suite.rows("events", "SELECT count(*) FROM events WHERE series_id IS NOT NULL") == events
    suite.prove()


def test_what_goes_wrong_is_told_in_a_sentence(suite: Suite, tmp_path: Path) -> None:
    page = tmp_path / "demo.json"
    page.write_text(json.dumps(suite.demo), encoding="utf-8")
    # Nobody listens there.
    ended = subprocess.run(
        [
            sys.executable, "-m", "services.demo", "load", "--base-url", "http://127.0.0.1:1",
            "--settings", str(suite.var / "env"), "--out", str(page),
        ],
        capture_output=True, text=True, check=False, cwd=ROOT, timeout=60,
    )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: The demo city could not be loaded: ")
    assert "Traceback" not in ended.stderr
