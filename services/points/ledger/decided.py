"""Posting what people have decided: approved claims, adjustments, appeals, imports."""

from collections.abc import Sequence

from services.points.ledger.posting import post
from services.points.ledger.recorded import RecordedFact
from services.points.rules.timeline import TIMELINE
from shared.database import UnitOfWork


def post_decided(uow: UnitOfWork, recorded: Sequence[RecordedFact]) -> int:
    """Record facts that an approved decision stands behind; return the number of new entries.

    All in the caller's transaction: the decision and its entries are there together or not at all.
    Such facts enter closed months as well. To undo one, record it again with a higher revision and
    the state ``annulled``.
    """
    return post(uow, recorded, TIMELINE.hold(uow), decided=True)
