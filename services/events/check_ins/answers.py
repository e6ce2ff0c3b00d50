"""What became of a check-in, as responses."""

from typing import Any

import orjson
from flask import Response

from services.events.check_ins.present import show_answer, show_seen
from services.events.check_ins.refusals import Refusal
from services.events.check_ins.service import Answer
from services.events.check_ins.staff import Seen


def of_phone(answer: Answer | Refusal) -> Response:
    """Answer a scan: 201 for a new check-in, 200 for one that stands."""
    if isinstance(answer, Refusal):
        raise answer.to_problem()
    return json_of(show_answer(answer), 200 if answer.already else 201)


def of_staff(answer: Seen | Refusal) -> Response:
    """Answer staff, with the name to compare with the face; statuses as for a scan."""
    if isinstance(answer, Refusal):
        raise answer.to_problem()
    return json_of(show_seen(answer), 200 if answer.already else 201)


def json_of(body: dict[str, Any], status: int = 200) -> Response:
    """Return a finished answer; the schema, which documents it, would take it apart again."""
    return Response(orjson.dumps(body), status, mimetype="application/json")
