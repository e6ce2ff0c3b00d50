import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from services.gateway.manage import manage
from shared.database import Database
from tests.gateway.conftest import FIELD_KEY, PASSWORD, TOTP_SECRET, People
from tests.gateway.identity.test_sign_in import sign_in


@pytest.fixture
def run(database: Database, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setenv("FIELD_KEY", FIELD_KEY.decode())

    def command(*arguments: object, stdin: str = "") -> Result:
        return CliRunner().invoke(manage, [str(argument) for argument in arguments], input=stdin)

    return command


def test_an_account_is_made_and_set_anew(run: object, people: People, client: FlaskClient) -> None:
    member = people.member()
    options = ("create-account", "--username", "zhang.san", "--member-id", member)
    made = run(*options, "--password", "-", stdin=f"{PASSWORD}\n")  # type: ignore[operator]
    assert made.exit_code == 0, made.output
    token = sign_in(client).json["refresh_token"]
    assert run(*options, "--password", "another good one").output == made.output  # type: ignore[operator]
    assert sign_in(client).status_code == 401
    assert sign_in(client, password="another good one").status_code == 200
    refreshed = client.post("/api/v1/auth/refresh", json={"refresh_token": token})
    assert refreshed.status_code == 401


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (("--username", "a"), "no username"),
        (("--password", "short"), "too short"),
        (("--totp-secret", "ABC"), "base32"),
    ],
)
def test_what_cannot_be_accepted_is_said(
    run: object, people: People, changes: tuple[str, str], says: str
) -> None:
    options = {"--username": "zhang.san", "--password": PASSWORD, "--totp-secret": TOTP_SECRET}
    options |= dict([changes])
    flat = [part for option in options.items() for part in option]
    result = run("create-account", "--member-id", people.member(), *flat)  # type: ignore[operator]
    assert result.exit_code == 1
    assert says in result.output


def test_a_username_of_another_member_is_refused(run: object, people: People) -> None:
    people.account(people.member(), "zhang.san")
    options = ("--username", "zhang.san", "--member-id", people.member(), "--password", PASSWORD)
    result = run("create-account", *options)  # type: ignore[operator]
    assert result.exit_code == 1
    assert "another member" in result.output


def test_many_accounts_are_made_all_or_none(
    run: object, people: People, client: FlaskClient
) -> None:
    def line(username: str) -> str:
        row = {"username": username, "member_id": str(people.member()), "password": PASSWORD}
        return json.dumps({**row, "totp_secret": None})

    bad = run("create-accounts", stdin=f"{line('zhang.san')}\n{line('x')}\n")  # type: ignore[operator]
    assert bad.exit_code == 1
    assert "line 2" in bad.output
    assert sign_in(client).status_code == 401
    good = run("create-accounts", stdin=f"{line('zhang.san')}\n{line('li.si')}\n")  # type: ignore[operator]
    assert good.exit_code == 0, good.output
    assert sign_in(client).status_code == 200
    assert sign_in(client, username="li.si").status_code == 200


@pytest.mark.parametrize("line", ["[]", "7", "{}", "not json", '{"member_id": "x"}'])
def test_a_line_that_is_no_account_is_named(run: object, line: str) -> None:
    result = run("create-accounts", stdin=f"{line}\n")  # type: ignore[operator]
    assert result.exit_code == 1
    assert "line 1" in result.output


def test_keys_are_made_by_command(run: object, tmp_path: Path) -> None:
    options = ("keys", "--private-key", tmp_path / "p.pem", "--public-keys", tmp_path / "k.json")
    assert run(*options).output == "made\n"  # type: ignore[operator]
    assert run(*options).output == "already there\n"  # type: ignore[operator]
