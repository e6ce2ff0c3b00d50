"""When a member begins or ceases to be scored, what has happened since follows."""

from collections.abc import Sequence
from uuid import UUID

from services.points.ledger.posting import rescore_judged
from services.points.rules.timeline import TIMELINE, await_postings
from shared.contracts import roster as contract
from shared.database import UnitOfWork
from shared.messaging.envelope import Envelope


class MembershipPosting:
    """Handler of stream ``roster`` within points: posts what a changed membership changes.

    A fact of the very moment may have been posted before the change was to be seen.
    """

    def __call__(self, uow: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
        members = {
            UUID(member["id"])
            for envelope in envelopes
            if envelope.type == contract.MEMBERS_V1
            for member in envelope.data["members"]
        }
        if members:
            await_postings(uow)
            rescore_judged(uow, sorted(members), TIMELINE.get(uow))
