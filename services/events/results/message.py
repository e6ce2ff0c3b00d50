"""The news of one member's share in a result: ``results.recorded.v1``."""

from datetime import datetime
from typing import cast

from services.events.results.models import ResultRow, ShareRow
from shared.contracts import results as contract
from shared.database import UnitOfWork


def tell(uow: UnitOfWork, result: ResultRow, share: ShareRow, reason: str | None) -> None:
    """Tell how a share of a confirmed result stands now, by a revision newer than before."""
    share.revision += 1
    counts_at = cast("datetime", result.counts_at)  # set when it was confirmed
    uow.publish(
        contract.STREAM,
        contract.RECORDED_V1,
        str(share.member_id),
        {
            "result_id": str(share.id),
            "event_id": str(result.event_id),
            "member_id": str(share.member_id),
            "kind": result.kind,
            "level": result.level,
            "place": result.place,
            "title": result.title,
            "occurred_at": counts_at.isoformat(),
            "state": share.state,
            "reason": reason,
            "revision": share.revision,
        },
    )
