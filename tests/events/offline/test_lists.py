"""The list taken along: enough to check people in, little to lose."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import pytest
from apiflask import APIFlask
from hypothesis import given
from hypothesis import strategies as st

from services.events.codes import offline_lists, passes
from services.events.codes.offline_lists import Licence
from services.events.offline import lists
from shared.clock import FixedClock
from shared.ids import new_id
from shared.names import initials, masked
from tests.events.city import City
from tests.events.door import OTHER, MakeEvent, set_state
from tests.events.offline.conftest import Field, pass_of


def test_the_list_names_members_masked_and_searchable_with_their_passes(
    hill: Field, add_member: Callable[[], UUID]
) -> None:
    member = add_member()
    answer = hill.device.take()
    assert answer.headers["Cache-Control"] == "no-store"
    listed = {item["member_id"]: item for item in answer.json["members"]}
    assert set(listed) == {str(m) for m in (*hill.members, member)}
    assert answer.json["complete"] is True
    shown, salt = listed[str(member)], UUID(answer.json["salt"])
    assert (shown["name"], shown["initials"]) == ("李*", "ls")
    assert shown["name_hash"] == sha256(salt.bytes + "李四".encode()).hexdigest()[:4]
    assert shown["pass_digest"] == sha256(pass_of(member).encode()).hexdigest()[:16]
    for secret in ("李四", "张三1", pass_of(member)):
        assert secret not in answer.text
    (session,) = answer.json["sessions"]
    assert session["id"] == str(hill.event.session_id)
    again = {item["member_id"]: item for item in hill.device.take().json["members"]}
    assert again[str(member)]["pass_digest"] == shown["pass_digest"]
    assert hill.device.take().json["salt"] != answer.json["salt"]


def test_guests_are_on_it(hill: Field, city: City) -> None:
    guest = city.join("G1", "/city/u2/b3/")
    hill.execute(
        "INSERT INTO event_guests VALUES (:event, :id, :id, now())", event=hill.event.id, id=guest
    )
    taken = hill.device.take().json
    assert str(guest) in {item["member_id"] for item in taken["members"]}
    assert taken["complete"] is True


def test_where_a_seat_is_needed_it_lists_those_who_have_one(hill: Field) -> None:
    seated, waiting, *_ = hill.members
    hill.execute(
        "INSERT INTO registration_settings (event_id, required) VALUES (:event, true)",
        event=hill.event.id,
    )
    for member, state in ((seated, "registered"), (waiting, "waiting")):
        hill.execute(
            "INSERT INTO registrations (event_id, id, member_id, state, asked_at)"
            " VALUES (:event, :member, :member, :state, now())",
            event=hill.event.id, member=member, state=state,
        )  # fmt: skip
    taken = hill.device.take().json
    assert {item["member_id"] for item in taken["members"]} == {str(seated)}
    assert taken["complete"] is True


def test_those_who_left_are_not_on_it_and_those_with_a_part_are(hill: Field) -> None:
    hill.execute("UPDATE roster_members SET status = 'left' WHERE id = :id", id=hill.members[0])
    hill.execute(
        "UPDATE roster_members SET path = :path WHERE id = :id", path=OTHER, id=hill.members[1]
    )
    hill.execute(
        "UPDATE roster_members SET path = :path WHERE id = :id", path=OTHER, id=hill.members[2]
    )
    hill.execute(
        "INSERT INTO event_roles VALUES (:event, :id, 'lecturer')",
        event=hill.event.id,
        id=hill.members[2],
    )
    listed = {item["member_id"] for item in hill.device.take().json["members"]}
    assert listed == {str(member) for member in hill.members[2:]}


def test_where_more_may_come_than_a_list_holds_it_says_so(
    hill: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_MEMBERS", 7)
    answer = hill.device.take().json
    # As many as it holds of those who are expected.
    assert (answer["complete"], len(answer["members"])) == (False, 7)
    monkeypatch.setattr(lists, "MOST_MEMBERS", 8)
    assert len(hill.device.take().json["members"]) == 8
    hill.execute("UPDATE events SET audience = 'everyone'")
    assert hill.device.take().json["complete"] is False


def test_the_licence_lasts_a_week_beyond_the_last_session_taken(
    hill: Field, clock: FixedClock
) -> None:
    answer = hill.device.take().json
    closes = clock.now() + timedelta(hours=3)
    assert datetime.fromisoformat(answer["expires_at"]) == closes + timedelta(days=7)


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("draft", "event_not_open"),
        ("closed", "event_not_open"),
        ("cancelled", "event_cancelled"),
        ("open", None),
    ],
)
def test_a_list_is_taken_of_what_is_published(
    app: APIFlask, hill: Field, state: str, code: str | None
) -> None:
    set_state(app, hill.event, state)
    answer = hill.device.take()
    assert answer.json.get("code") == code
    assert answer.status_code == (200 if code is None else 409)


@pytest.mark.parametrize(
    ("opens_in", "code"),
    [(timedelta(days=14), None), (timedelta(days=14, seconds=1), "nothing_to_take_along")],
)
def test_a_list_is_taken_at_most_two_weeks_ahead(
    hill: Field, make_event: MakeEvent, clock: FixedClock, opens_in: timedelta, code: str | None
) -> None:
    opens = clock.now() + opens_in
    ends = opens + timedelta(hours=2)
    event = make_event(opens_at=opens, starts_at=opens, ends_at=ends, closes_at=ends)
    device = replace(hill.device, event=event, staff=event.secretary)
    assert device.take().json.get("code") == code


def test_after_its_last_session_there_is_nothing_to_take_along(
    hill: Field, clock: FixedClock
) -> None:
    clock.advance(3 * 3600)
    assert hill.device.take().status_code == 200
    clock.advance(1)
    assert hill.device.take().json["code"] == "nothing_to_take_along"


def test_only_whoever_runs_the_event_takes_its_list(hill: Field) -> None:
    refused = replace(hill.device, staff=new_id()).take()
    assert (refused.status_code, refused.json["code"]) == (403, "not_your_event")


@pytest.mark.parametrize("device", ["", "short", "x" * 65, "设备设备设备设备设备设备设备设备"])
def test_a_device_has_a_name(hill: Field, device: str) -> None:
    assert replace(hill.device, name=device).take().status_code == 422


LICENCES = st.builds(
    Licence,
    st.uuids(),
    st.uuids(),
    st.uuids(),
    st.binary(min_size=8, max_size=8),
    st.integers(0, 2**32 - 1).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
)


@given(LICENCES)
def test_a_token_says_what_was_licensed(licence: Licence) -> None:
    token = offline_lists.issue(b"key", licence)
    assert len(token) == offline_lists.LENGTH
    assert offline_lists.read(b"key", token) == licence
    assert offline_lists.read(b"other", token) is None


@given(LICENCES, st.integers(0, offline_lists.LENGTH - 1), st.characters())
def test_no_other_token_is_taken(licence: Licence, place: int, character: str) -> None:
    token = offline_lists.issue(b"key", licence)
    forged = token[:place] + character + token[place + 1 :]
    assert forged == token or offline_lists.read(b"key", forged) is None


@given(st.uuids(), st.integers(1, 2**24 - 1))
def test_a_pass_names_its_member_and_version(member: UUID, version: int) -> None:
    shown = passes.issue(b"key", member, version)
    assert len(shown) <= 64
    assert passes.read(b"key", shown) == passes.Pass(member, version)
    assert passes.read(b"other", shown) is None
    assert passes.read(b"key", shown[:-1]) is None


@pytest.mark.parametrize(
    ("name", "letters", "hidden"),
    [
        ("张三丰", "zsf", "张*"),
        ("单雄信", "sxx", "单*"),
        ("欧阳修", "oyx", "欧*"),
        ("阿依古丽·买买提", "ayglmmt", "阿*"),
        ("Li Si", "lisi", "L*"),
        ("", "", "*"),
    ],
)
def test_names_are_found_by_initials_and_shown_masked(name: str, letters: str, hidden: str) -> None:
    assert (initials(name), masked(name)) == (letters, hidden)
