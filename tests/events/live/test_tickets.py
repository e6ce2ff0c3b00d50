"""Tickets to an event's figures: ours, of one event, for a day."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.events.codes import live_tickets

KEY = b"a key"
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


@given(st.uuids(), st.timedeltas(timedelta(), live_tickets.LIFETIME - timedelta(seconds=2)))
def test_it_names_its_event_until_it_expires(event: UUID, later: timedelta) -> None:
    ticket = live_tickets.issue(KEY, event, NOW)
    assert live_tickets.read(KEY, ticket, NOW + later) == event
    assert live_tickets.read(KEY, ticket, NOW + live_tickets.LIFETIME) is None


@given(st.data())
def test_no_other_text_is_one(data: st.DataObject) -> None:
    ticket = live_tickets.issue(KEY, UUID(int=1), NOW)
    place = data.draw(st.integers(0, len(ticket) - 1))
    letter = data.draw(st.sampled_from("ABCabc019-_=é ").filter(lambda c: c != ticket[place]))
    assert live_tickets.read(KEY, ticket[:place] + letter + ticket[place + 1 :], NOW) is None
    assert live_tickets.read(KEY, ticket[:place], NOW) is None
    assert live_tickets.read(b"another", ticket, NOW) is None
