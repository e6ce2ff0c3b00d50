"""What the gateway keeps for how long."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from shared.retention import Kept, Rule, rows
from shared.retention.settings import setting
from shared.retention.standing import log, standing

# A secret that was shown and never confirmed is good for half an hour.
_PENDING: Final = timedelta(days=1)


def rules(kept: Kept) -> Sequence[Rule]:
    """Return the rules, as the worker carries them out and the route tells them."""

    def as_sign_ins(table: str, over: str) -> Rule:
        return Rule(table, kept.of("sign_ins"), rows(table, over), setting("sign_ins"))

    return (
        log(kept),
        # What is older is history, and stands where it happened: in the ledger, at the event.
        Rule(
            "notices",
            kept.of("notices"),
            rows("notices", "created_at < :before"),
            setting("notices"),
        ),
        as_sign_ins("sign_ins", "least(revoked_at, expires_at) < :before"),
        as_sign_ins("invitations", "least(used_at, expires_at) < :before"),
        as_sign_ins("enrolment_codes", "expires_at < :before"),
        Rule("pending_factors", _PENDING, rows("pending_factors", "expires_at < :before")),
        *standing(kept),
    )
