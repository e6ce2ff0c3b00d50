"""The addresses of messages, the same for every service."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from shared.jobs.waiting import waiting
from shared.messaging import letters
from shared.messaging.monitor import Reader, observe
from shared.messaging.permissions import DEAD_LETTERS, MESSAGES_READ
from shared.messaging.schemas import (
    DeadLetterOut,
    DeadLettersIn,
    DeadLettersPage,
    MessagesOut,
    RedriveIn,
    RedrivenOut,
    SetAsideIn,
)
from shared.web import (
    after_id,
    current_redis,
    current_uow,
    page,
    requires,
    transactional,
)


def messages_blueprint(
    name: str, prefix: str, readers: Sequence[Reader], queues: Sequence[str] = ()
) -> APIBlueprint:
    """Return the routes by which people look after a service's messages.

    Args:
        name: of the blueprint.
        prefix: e.g. ``/api/v1/points-messages``.
        readers: as which the service's worker reads.
        queues: which queues of long work it has.
    """
    blueprint = APIBlueprint(name, __name__, url_prefix=prefix, tag="messages")

    @blueprint.get("")
    @requires(MESSAGES_READ)
    @blueprint.output(MessagesOut)
    def get_messages() -> dict[str, Any]:
        """How far messages and long work have come; may be asked every few seconds."""
        uow = current_uow()
        return observe(uow, current_redis(), readers) | {"work": waiting(uow, queues)}

    @blueprint.get("/dead-letters")
    @requires(DEAD_LETTERS)
    @blueprint.input(DeadLettersIn, location="query")
    @blueprint.output(DeadLettersPage)
    def get_dead_letters(query_data: dict[str, Any]) -> dict[str, Any]:
        """List messages that could not be applied, newest first."""
        limit, before = query_data.pop("limit"), after_id(query_data.pop("cursor"))
        rows = letters.page(current_uow(), query_data, before, limit + 1)
        return page(rows, limit, lambda row: [row["id"]])

    @blueprint.post("/dead-letters/redrive")
    @requires(DEAD_LETTERS)
    @transactional
    @blueprint.input(RedriveIn)
    @blueprint.output(RedrivenOut)
    def post_redrive_all(json_data: dict[str, Any]) -> dict[str, int]:
        """Send all that wait, of a reader or stream, to their streams again."""
        return {"sent": letters.redrive_waiting(current_uow(), current_redis(), **json_data)}

    @blueprint.post("/dead-letters/<uuid:letter_id>/redrive")
    @requires(DEAD_LETTERS)
    @transactional
    @blueprint.output(DeadLetterOut)
    def post_redrive(letter_id: UUID) -> dict[str, Any]:
        """Send a message to its stream again, once what stopped it is mended."""
        letters.redrive(current_uow(), current_redis(), letter_id)
        return letters.get(current_uow(), letter_id)

    @blueprint.post("/dead-letters/<uuid:letter_id>/set-aside")
    @requires(DEAD_LETTERS)
    @transactional
    @blueprint.input(SetAsideIn)
    @blueprint.output(DeadLetterOut)
    def post_set_aside(letter_id: UUID, json_data: dict[str, Any]) -> dict[str, Any]:
        """Note that a message will never be applied; it is kept, and can still be sent again."""
        letters.set_aside(current_uow(), letter_id, json_data["reason"])
        return letters.get(current_uow(), letter_id)

    return blueprint
