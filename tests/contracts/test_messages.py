"""What was ever sent still fits its contract; test_workers.py has the side of the readers.

The examples are messages as they were once sent: a schema that no longer takes one of them has
changed a contract instead of making a new version beside it.
"""

import importlib
import json
import pkgutil
from datetime import datetime
from pathlib import Path

import pytest

import shared.contracts
from shared.clock import SHANGHAI
from shared.contracts import attendance, notices, points, results, roster, study
from shared.contracts.validation import SCHEMAS
from tests.suite import Suite

EXAMPLES = {
    path.name.removesuffix(".json"): json.loads(path.read_text(encoding="utf-8"))
    for path in (Path(__file__).parent / "examples").glob("*.json")
}


def test_every_type_has_a_schema_and_examples() -> None:
    named = {
        value
        for module in pkgutil.iter_modules(shared.contracts.__path__)
        for name, value in vars(importlib.import_module(f"shared.contracts.{module.name}")).items()
        if name.rpartition("_V")[2].isdigit() and isinstance(value, str)
    }
    assert named == SCHEMAS.keys() == EXAMPLES.keys()


@pytest.mark.parametrize("kind", SCHEMAS)
def test_what_was_once_sent_still_fits(kind: str) -> None:
    for example in EXAMPLES[kind]:
        assert SCHEMAS[kind].validate(example) == {}
        assert SCHEMAS[kind].validate(example | {"more": 1}), "nothing unknown is let through"
        for field in example:
            assert SCHEMAS[kind].validate({k: v for k, v in example.items() if k != field})


@pytest.mark.journey
def test_all_that_was_ever_sent_fits(suite: Suite) -> None:
    """The outboxes of a suite that has loaded a city, and checked somebody in, out and off."""
    secretary, member = suite.sign_in("secretary"), suite.newcomer()
    event = suite.hold_event(secretary, category="volunteering")
    code = secretary.get(f"/events/{event['id']}/code")["code"]
    check_in = member.scan(code).json()["check_in"]
    member.post(f"/check-ins/{check_in['id']}/check-out", status=200)
    secretary.post(f"/check-ins/{check_in['id']}/annul", {"reason": "误签"}, status=200)
    result = {"kind": "quiz", "member_ids": [check_in["member_id"]]}
    secretary.post(f"/events/{event['id']}/results", result)
    secretary.post(f"/events/{event['id']}/results/confirm", {}, status=200)
    missed = {"kind": "make_up_study", "level": "lecture", "title": "补学党课"}
    claim = member.post("/claims", missed | {"day": datetime.now(SHANGHAI).date().isoformat()})
    secretary.post(f"/claims/{claim['id']}/review", {"decision": "approve"}, status=200)
    member.receipt(check_in)

    query = "SELECT stream, type, data FROM outbox"
    sent = [row for service in ("points", "events") for row in suite.rows(service, query)]

    streams = {stream for stream, _kind, _data in sent}
    assert streams == {
        attendance.STREAM,
        notices.STREAM,
        points.STREAM,
        results.STREAM,
        roster.STREAM,
        study.STREAM,
    }
    assert {kind for _stream, kind, _data in sent} == SCHEMAS.keys()
    for stream, kind, data in sent:
        assert kind.startswith(f"{stream}.")
        assert SCHEMAS[kind].validate(data) == {}
