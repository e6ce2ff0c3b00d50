"""What the gateway keeps for how long."""

from collections.abc import Sequence

from shared.retention import Kept, Rule, rows
from shared.retention.settings import setting
from shared.retention.standing import standing


def rules(kept: Kept) -> Sequence[Rule]:
    """Return the rules, as the worker carries them out and the route tells them."""
    sign_ins = kept.of("sign_ins"), setting("sign_ins")
    return (
        # What is older is history, and stands where it happened: in the ledger, at the event.
        Rule(
            "notices",
            kept.of("notices"),
            rows("notices", "created_at < :before"),
            setting("notices"),
        ),
        Rule(
            "sign_ins",
            sign_ins[0],
            rows("sign_ins", "least(revoked_at, expires_at) < :before"),
            sign_ins[1],
        ),
        Rule(
            "invitations",
            sign_ins[0],
            rows("invitations", "least(used_at, expires_at) < :before"),
            sign_ins[1],
        ),
        *standing(kept),
    )
