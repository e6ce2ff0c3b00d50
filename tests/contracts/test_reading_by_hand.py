"""The ledger reads attendance by hand, for speed, and takes exactly what the schema takes."""

from typing import Any

import pytest

from services.points.ledger.attendance import read
from shared.contracts.attendance import RECORDED_V1
from shared.contracts.validation import SCHEMAS
from tests.contracts.test_messages import EXAMPLES
from tests.contracts.wire import Data, broken

MINIMAL, FULL = EXAMPLES[RECORDED_V1]
# Each is something somewhere; none is what the schema would turn into something else, as it does
# with "7" for a number: the ledger is stricter there, and nobody sends it.
VALUES: tuple[Any, ...] = (
    None, "", "text", "participant", "unit", "annulled", 0, 1, -1, [], ["text"], [7], {},
    "01a1f000-0000-7000-8000-00000000000a", "2026-11-21T09:30:00+08:00", "2026-11-21T01:30:00Z",
    "2026-11-21T09:30:00", "2026-11-21", "2026-13-21T09:30:00Z",
)  # fmt: skip


def takes(data: Data) -> bool:
    try:
        read(data)
    except (ValueError, TypeError, AttributeError):
        return False
    return True


@pytest.mark.parametrize("field", SCHEMAS[RECORDED_V1].fields)
def test_each_field_takes_what_the_schema_takes(field: str) -> None:
    schema = SCHEMAS[RECORDED_V1]
    differing = [
        value
        for value in VALUES
        if takes(FULL | {field: value}) != (schema.validate(FULL | {field: value}) == {})
    ]
    assert differing == []


def test_whole_messages_are_taken_and_broken_ones_are_not() -> None:
    assert takes(MINIMAL)
    assert takes(FULL)
    taken = [place for place, data in broken(RECORDED_V1, FULL).items() if takes(data)]
    assert taken == []


def test_what_is_read_is_what_the_schema_reads() -> None:
    for data in (MINIMAL, FULL):
        loaded, recorded = SCHEMAS[RECORDED_V1].load(data), read(data)
        fact = recorded.fact
        assert (fact.id, fact.member_id) == (loaded["check_in_id"], loaded["member_id"])
        assert fact.group == str(loaded["event_id"])
        assert (fact.kind, list(fact.tags)) == (loaded["category"], loaded["tags"])
        assert fact.occurred_at == loaded["occurred_at"]
        for name in ("role", "minutes", "level"):
            assert getattr(fact, name) == loaded[name]
        for name in ("title", "state", "reason", "revision"):
            assert getattr(recorded, name) == loaded[name]
