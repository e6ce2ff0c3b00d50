"""The first administrator is made from the command line, and only while there is none."""

import json

import pytest
from click.testing import CliRunner, Result

from services.points.manage import manage
from shared.contracts.roster import MEMBERS_V1, ORGANISATIONS_V1
from shared.database import Database
from tests.points.roster.conftest import City


@pytest.fixture
def bootstrapped(database: Database) -> Result:
    return bootstrap(database)


def bootstrap(database: Database, member_no: str = "A1") -> Result:
    arguments = ["bootstrap", "--member-no", member_no, "--member-name", "管理员"]
    return CliRunner().invoke(manage, arguments, env={"DATABASE_URL": database.url})


def test_doing_it_again_changes_nothing(database: Database, bootstrapped: Result) -> None:
    again = bootstrap(database)
    assert (bootstrapped.exit_code, again.exit_code) == (0, 0)
    assert json.loads(again.output) == json.loads(bootstrapped.output)


def test_all_members_are_told_of_anew_as_newer_than_before(city: City) -> None:
    city.member("1", "b1")
    city.forget_outbox()
    told = CliRunner().invoke(manage, ["tell-roster"], env={"DATABASE_URL": city.database.url})
    assert json.loads(told.output) == {"members": 2}
    assert {e["member_no"]: e["version"] for e in city.outbox(MEMBERS_V1)} == {"A1": 3, "1": 2}
    assert {e["member_no"]: len(e["roles"]) for e in city.outbox(MEMBERS_V1)} == {"A1": 1, "1": 0}


def test_what_it_made_is_published(city: City) -> None:
    assert city.outbox(ORGANISATIONS_V1)[0]["path"] == "/city/"
    first = [e for e in city.outbox(MEMBERS_V1) if e["member_no"] == "A1"][-1]
    assert first["roles"] == [{"role": "city_admin", "path": "/city/"}]


def test_it_gives_nobody_else_the_role_while_somebody_holds_it(city: City) -> None:
    member = city.member("2", "b1")
    assert bootstrap(city.database, "2").exit_code == 0
    assert city.admin.get(f"/members/{member}").json["roles"] == []
