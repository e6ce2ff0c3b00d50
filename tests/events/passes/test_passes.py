"""The member's pass: one's own, renewed at will, and printed for those without a phone."""

from typing import Any
from uuid import UUID

import pypdfium2
import pytest
import zxingcpp
from flask.testing import FlaskClient
from sqlalchemy import text

from services.events.passes import service
from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from shared.testing.plugin import TokenFor
from tests.events.catalogue.people import People
from tests.events.city import City
from tests.events.ways import Ways


@pytest.fixture
def city(database: Database, clock: FixedClock) -> City:
    return City(database, clock)


def own(ways: Ways, member: UUID) -> Any:
    return ways.client.get("/api/v1/me/pass", headers=ways.door.headers(member))


def test_everyone_on_the_roster_has_one(ways: Ways) -> None:
    member = ways.member(name="欧阳春", member_no="D0007")
    answer = own(ways, member)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert answer.json["pass"] == ways.pass_of(member)
    assert (answer.json["name"], answer.json["member_no"]) == ("欧阳春", "D0007")
    assert answer.json["svg"].startswith("<svg")
    assert own(ways, member).json == answer.json
    for nobody in (new_id(), ways.member(status="left")):
        assert (own(ways, nobody).status_code, own(ways, nobody).json["code"]) == (404, "no_pass")


def test_renewed_each_time_it_is_another(ways: Ways) -> None:
    member, other = ways.member(), ways.member()
    before, seen = own(ways, other).json, {own(ways, member).json["pass"]}
    for _ in range(3):
        answer = ways.client.post("/api/v1/me/pass/renew", headers=ways.door.headers(member))
        assert answer.status_code == 200
        assert own(ways, member).json == answer.json
        seen.add(answer.json["pass"])
    assert len(seen) == 4
    assert own(ways, other).json == before


def sheet(client: FlaskClient, person: Any, organisation: object) -> Any:
    return person.get(f"/pass-cards?organisation_id={organisation}")


def read_codes(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.render(scale=3).to_pil() for page in document]
    return [code.text for page in pages for code in zxingcpp.read_barcodes(page)]


def read_text(pdf: bytes) -> str:
    return "\n".join(p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(pdf))


def test_cards_carry_the_passes_of_the_branch(ways: Ways, city: City, token_for: TokenFor) -> None:
    members = [city.join(f"D{n:04d}", "/city/u1/b1/", name=f"党员甲{n}") for n in range(11)]
    left = city.join("D9999", "/city/u1/b1/", status="left")
    neighbour = city.join("D8888", "/city/u1/b2/")
    ways.client.post("/api/v1/me/pass/renew", headers=ways.door.headers(members[0]))
    secretary = People(ways.client, token_for, city).person(("branch_secretary", "/city/u1/b1/"))
    answer = sheet(ways.client, secretary, city.organisations["/city/u1/b1/"])
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    wanted = {ways.pass_of(members[0], 2), *map(ways.pass_of, members[1:])}
    codes = read_codes(answer.data)
    assert len(codes) == 11
    assert set(codes) == wanted
    shown = read_text(answer.data)
    assert "党员甲10" in shown
    assert "D0010" in shown
    assert "组织b1" in shown
    assert ways.pass_of(left) not in codes
    assert ways.pass_of(neighbour) not in codes
    with ways.database.unit_of_work() as uow:
        acts = uow.session.execute(
            text("SELECT organisation_id, action FROM audit_log WHERE action LIKE 'GET%'")
        ).all()
    assert [tuple(act) for act in acts] == [(city.organisations["/city/u1/b1/"], "GET /pass-cards")]


def test_cards_are_for_whoever_looks_after_the_organisation(
    ways: Ways, city: City, token_for: TokenFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_member = city.join("D1", "/city/u1/b1/", cross_paths=["/city/u1/youth/"])
    guest = city.join("D2", "/city/u2/b3/", cross_paths=["/city/u1/youth/"])
    people = People(ways.client, token_for, city)
    secretary = people.person(("branch_secretary", "/city/u1/b1/"))
    unit = people.person(("unit_admin", "/city/u1/"))
    for path in ("/city/u1/b2/", "/city/u1/", "/city/u2/b3/"):
        refused = sheet(ways.client, secretary, city.organisations[path])
        assert (refused.status_code, refused.json["code"]) == (403, "out_of_reach")
    unknown = sheet(ways.client, unit, new_id())
    assert (unknown.status_code, unknown.json["code"]) == (404, "organisation_unknown")
    group = sheet(ways.client, unit, city.organisations["/city/u1/youth/"])
    assert read_codes(group.data) == [ways.pass_of(own_member)], "not those of another unit's"
    assert ways.pass_of(guest) not in read_codes(group.data)
    empty = sheet(ways.client, unit, city.organisations["/city/u1/b2/"])
    assert (empty.status_code, read_codes(empty.data)) == (200, [])
    monkeypatch.setattr(service, "MOST_CARDS", 0)
    many = sheet(ways.client, unit, city.organisations["/city/u1/"])
    assert (many.status_code, many.json["code"]) == (422, "too_many_cards")


@pytest.mark.parametrize(
    "name", ["李", "买买提·吐尔逊·阿布都热西提·买买提江", "𠮷" * 30, "a" * 200]
)
def test_no_name_keeps_a_card_from_being_read(
    ways: Ways, city: City, token_for: TokenFor, name: str
) -> None:
    member = city.join("D1", "/city/u1/b1/", name=name)
    unit = People(ways.client, token_for, city).person(("unit_admin", "/city/u1/"))
    answer = sheet(ways.client, unit, city.organisations["/city/u1/b1/"])
    assert read_codes(answer.data) == [ways.pass_of(member)]
