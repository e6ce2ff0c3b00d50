"""Feeds show their owner's events to whoever knows the address, and stop when they should."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.events.calendar_feeds.ical import Entry, write
from services.events.calendar_feeds.service import MOST
from shared.clock import SHANGHAI, FixedClock
from shared.database import Database
from shared.ids import new_id
from tests.events.catalogue.people import People, Person, refused
from tests.events.city import City

HERE = "/city/u1/b1/"


@pytest.fixture
def member(people: People, city: City) -> Person:
    """A member of the roster, signed in."""
    return people.person(member_id=city.join("P1", HERE))


def feed(by: Person, **body: Any) -> str:
    """Make a feed; return its path."""
    answer = by.post("/me/calendar-feeds", body)
    assert answer.status_code == 201, answer.text
    address: str = answer.json["url"]
    assert address.startswith("http://testserver/api/v1/calendar-feeds/")
    return address.removeprefix("http://testserver")


def read(client: FlaskClient, path: str) -> dict[str, Any]:
    """Return the feed's events by title."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "text/calendar"
    calendar = Calendar.from_ical(answer.data)
    return {str(event["SUMMARY"]): event for event in calendar.walk("VEVENT")}


def test_it_holds_what_its_owner_is_shown_and_no_more(
    people: People, member: Person, client: FlaskClient, city: City
) -> None:
    admin = people.person(("city_admin", "/city/"))
    people.published(admin, HERE, title="本支部")
    people.published(admin, "/city/u1/", title="本单位")
    people.published(admin, "/city/u2/b3/", title="全市", audience="everyone")
    people.published(admin, "/city/u1/b2/", title="别的支部")
    people.made(admin, HERE, title="草稿")
    guest = people.published(admin, "/city/u1/b2/", title="请我讲课")
    part = {"member_id": str(member.id), "role": "lecturer"}
    assert admin.send("PUT", f"/events/{guest['id']}/roles", part).status_code == 200
    assert read(client, feed(member)).keys() == {"本支部", "本单位", "全市", "请我讲课"}
    branch = str(city.organisations[HERE])
    assert read(client, feed(member, organisation_id=branch)).keys() == {"本支部"}
    unit = str(city.organisations["/city/u1/"])
    assert read(client, feed(member, organisation_id=unit)).keys() == {
        "本支部", "本单位", "请我讲课",
    }  # fmt: skip


def test_an_office_shows_nothing_more_to_a_phone(
    people: People, client: FlaskClient, city: City
) -> None:
    secretary = people.person(("branch_secretary", "/city/u1/"), member_id=city.join("P1", HERE))
    people.published(secretary, "/city/u1/b2/", title="别的支部")
    people.made(secretary, HERE, title="草稿")
    assert read(client, feed(secretary)) == {}


def test_a_session_is_told_whole_and_a_cancelled_one_stays_with_a_higher_sequence(
    people: People, member: Person, client: FlaskClient
) -> None:
    secretary = people.secretary()
    event = people.published(
        secretary, title="合办", category="branch_meeting", tags=["lecture"], place="三楼; 东,厅"
    )
    path = feed(member)
    told = read(client, path)["合办"]
    assert told["UID"] == f"{event['sessions'][0]['id']}@events"
    assert told.decoded("DTSTART") == datetime(2026, 11, 24, 14, tzinfo=SHANGHAI)
    assert told["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert told.decoded("DTEND") == datetime(2026, 11, 24, 16, tzinfo=SHANGHAI)
    assert (str(told["LOCATION"]), str(told["STATUS"])) == ("三楼; 东,厅", "CONFIRMED")
    assert [str(c) for c in told["CATEGORIES"].cats] == ["支部党员大会", "党课"]
    secretary.post(f"/events/{event['id']}/cancel", {"reason": "台风"})
    cancelled = read(client, path)["（已取消）合办"]
    assert cancelled["UID"] == told["UID"]
    assert cancelled["STATUS"] == "CANCELLED"
    assert cancelled["SEQUENCE"] > told["SEQUENCE"]
    assert "台风" in str(cancelled["DESCRIPTION"])


def test_the_zone_is_defined_and_the_theme_of_the_year_told(
    people: People, member: Person, client: FlaskClient
) -> None:
    admin = people.person(("city_admin", "/city/"))
    admin.send("PUT", "/year-themes/2026", {"theme": "sports"}, **{"If-Match": '"0"'})
    calendar = Calendar.from_ical(client.get(feed(member, name="我的")).data)
    (zone,) = calendar.walk("VTIMEZONE")
    assert zone["TZID"] == "Asia/Shanghai"
    assert [s.decoded("TZOFFSETTO") for s in zone.walk("STANDARD")] == [timedelta(hours=8)]
    assert str(calendar["X-WR-CALNAME"]) == "我的"
    assert str(calendar["X-WR-CALDESC"]) == "2026 体育年，2027 文化年"


def test_a_phone_that_has_it_already_is_told_so(
    people: People, member: Person, client: FlaskClient
) -> None:
    secretary = people.secretary()
    event = people.published(secretary)
    path = feed(member)
    first = client.get(path)
    assert first.headers["Cache-Control"] == "private, max-age=900"
    match = {"If-None-Match": first.headers["ETag"]}
    again = client.get(path, headers=match)
    assert (again.status_code, again.data) == (304, b"")
    secretary.patch(event["id"], {"title": "新题"}, 2)
    assert client.get(path, headers=match).status_code == 200


def test_the_secret_is_shown_once_and_kept_nowhere(
    member: Person, client: FlaskClient, database: Database, clock: FixedClock
) -> None:
    path = feed(member, name="手机")
    token = path.rpartition("/")[2].removesuffix(".ics")
    assert len(token) >= 43
    (listed,) = member.get("/me/calendar-feeds").json["items"]
    assert (listed["name"], listed["last_used_at"]) == ("手机", None)
    assert token not in str(listed)
    headers = {"Idempotency-Key": "k"}
    second = member.send("POST", "/me/calendar-feeds", {}, **headers).json["url"]
    with database.unit_of_work() as uow:
        tables = uow.session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).all()
        kept = "".join(
            str(uow.session.scalar(text(f"SELECT string_agg(t::text, ';') FROM {t} t")))
            for t in tables
        )
    for secret in (token, second.rpartition("/")[2].removesuffix(".ics")):
        assert secret not in kept
        assert secret.encode().hex() not in kept
    client.get(path)
    used = member.get("/me/calendar-feeds").json["items"][0]["last_used_at"]
    assert datetime.fromisoformat(used) == clock.now()


def gone(answer: TestResponse) -> None:
    refused(answer, 404, "calendar_feed_unknown")


def test_a_revoked_feed_shows_nothing(member: Person, client: FlaskClient) -> None:
    path = feed(member)
    (listed,) = member.get("/me/calendar-feeds").json["items"]
    assert member.send("DELETE", f"/me/calendar-feeds/{listed['id']}").status_code == 204
    gone(client.get(path))
    assert member.get("/me/calendar-feeds").json["items"] == []
    gone(member.send("DELETE", f"/me/calendar-feeds/{listed['id']}"))


@pytest.mark.parametrize("token", ["x", "x" * 43, "%00", "..%2f", "é"])
def test_an_address_nobody_was_given_shows_nothing(client: FlaskClient, token: str) -> None:
    assert client.get(f"/api/v1/calendar-feeds/{token}.ics").status_code == 404


def test_nobody_revokes_or_sees_the_feeds_of_others(people: People, member: Person) -> None:
    feed(member)
    (listed,) = member.get("/me/calendar-feeds").json["items"]
    other = people.person(("city_admin", "/city/"))
    assert other.get("/me/calendar-feeds").json["items"] == []
    gone(other.send("DELETE", f"/me/calendar-feeds/{listed['id']}"))
    assert len(member.get("/me/calendar-feeds").json["items"]) == 1


def test_it_stops_when_its_owner_leaves(
    people: People, member: Person, client: FlaskClient, city: City
) -> None:
    branch, path = str(city.organisations[HERE]), feed(member)
    of_branch = feed(member, organisation_id=branch)
    city.join("P1", "/city/u1/b2/", id=str(member.id), version=2)
    assert client.get(path).status_code == 200
    gone(client.get(of_branch))
    city.join("P1", "/city/u1/b2/", id=str(member.id), status="left", version=3)
    gone(client.get(path))


def test_one_s_own_organisations_alone_are_subscribed_to(
    people: People, member: Person, city: City
) -> None:
    admin = people.person(("unit_admin", "/city/u1/"), member_id=member.id)
    for path in ("/city/u1/b2/", "/city/u2/", "/city/u1/youth/"):
        body = {"organisation_id": str(city.organisations[path])}
        refused(admin.post("/me/calendar-feeds", body), 422, "organisation_not_yours")
    unknown = {"organisation_id": str(new_id())}
    refused(admin.post("/me/calendar-feeds", unknown), 422, "organisation_not_yours")
    own = {"organisation_id": str(city.organisations["/city/u1/"])}
    assert admin.post("/me/calendar-feeds", own).json["name"] == "组织u1"


def test_groups_across_branches_belong_to_it(
    people: People, client: FlaskClient, city: City
) -> None:
    youth = "/city/u1/youth/"
    identity = city.join("P1", HERE, cross_paths=[youth], group_path=f"{HERE}g1/")
    admin = people.person(("city_admin", "/city/"))
    people.published(admin, youth, title="青年组", category="youth_study")
    people.published(admin, f"{HERE}g1/", title="小组会", category="group_meeting")
    assert read(client, feed(people.person(member_id=identity))).keys() == {"青年组", "小组会"}


def test_a_member_has_a_few_feeds_at_the_most(member: Person) -> None:
    for _ in range(MOST):
        feed(member)
    refused(member.post("/me/calendar-feeds", {}), 409, "calendar_feeds_full")
    (first, *_) = member.get("/me/calendar-feeds").json["items"]
    member.send("DELETE", f"/me/calendar-feeds/{first['id']}")
    feed(member)


def test_whoever_reads_too_often_waits_and_others_do_not(
    people: People, member: Person, client: FlaskClient, city: City
) -> None:
    path, other = feed(member), feed(people.person(member_id=city.join("P2", HERE)))
    statuses = [client.get(path).status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]
    refused(client.get(path), 429, "calendar_feed_too_often")
    assert client.get(path).headers["Retry-After"] == "3600"
    assert client.get(other).status_code == 200


TEXTS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=80)


@given(title=TEXTS, place=TEXTS, minutes=st.integers(1, 100_000), sequence=st.integers(0, 10**6))
def test_whatever_people_write_comes_back_as_they_wrote_it(
    title: str, place: str, minutes: int, sequence: int
) -> None:
    starts = datetime(2026, 11, 24, 6, tzinfo=UTC)
    entry = Entry(
        uid=str(UUID(int=7)), sequence=sequence, title=title, starts_at=starts,
        ends_at=starts + timedelta(minutes=minutes), said_at=starts, place=place,
        categories=("党课",), organiser=place, cancelled=False, cancel_reason=None,
    )  # fmt: skip
    document = write("日历", "", [entry])
    assert write("日历", "", [entry]) == document
    assert all(len(line) <= 75 for line in document.split(b"\r\n"))
    (event,) = Calendar.from_ical(document).walk("VEVENT")
    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == (title, place)
    assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(minutes=minutes)
    assert event["SEQUENCE"] == sequence
