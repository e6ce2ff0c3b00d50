"""The quick way to read a check-in's body never reads anything but what the schema would."""

from typing import Any
from uuid import uuid4

import orjson
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from services.events.check_ins.plain import read_plain_scan
from services.events.check_ins.schemas import ScanIn
from services.events.check_ins.service import Scan

UUIDS = st.uuids().map(str)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-9, 9),
    st.text(max_size=70),
    st.lists(st.text(), max_size=3),
)
BODIES = st.one_of(
    st.fixed_dictionaries(
        {"code": st.text(max_size=70) | ODD, "client_ref": UUIDS | st.text(max_size=40) | ODD},
        optional={"claim": ODD, "digits": ODD, "other": ODD},
    ),
    st.dictionaries(st.sampled_from(["code", "client_ref", "claim", "digits"]), ODD),
    ODD,
)


def read_by_schema(data: Any) -> Scan | None:
    try:
        loaded = ScanIn().load(data)
    except (ValidationError, TypeError, ValueError):
        return None
    return Scan("code", loaded["code"], loaded["client_ref"]) if "code" in loaded else None


@given(BODIES)
def test_it_agrees_with_the_schema_or_leaves_the_body_to_it(data: Any) -> None:
    read = read_plain_scan(orjson.dumps(data))
    assert read is None or read == read_by_schema(data)


@given(st.text(min_size=1, max_size=64), UUIDS)
def test_it_reads_what_phones_send(code: str, client_ref: str) -> None:
    data = {"code": code, "client_ref": client_ref}
    assert read_plain_scan(orjson.dumps(data)) == read_by_schema(data)


@given(st.binary(max_size=60))
def test_no_bytes_make_it_fail(body: bytes) -> None:
    assert read_plain_scan(body) is None


def test_other_ways_to_check_in_are_left_to_the_schema() -> None:
    ref = str(uuid4())
    late = {"code": "x", "scanned_at": "2026-11-23T09:00:00+08:00"}
    for way in ({"digits": "123456"}, {"claim": "x"}, {"code": "x", "digits": "123456"}, late):
        assert read_plain_scan(orjson.dumps(way | {"client_ref": ref})) is None
