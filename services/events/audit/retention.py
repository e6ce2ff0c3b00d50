"""What the events service keeps for how long."""

from collections.abc import Sequence

from services.events.reviews.service import DEVICES_KEPT, forget_devices
from shared.retention import Kept, Rule, kept_for_good
from shared.retention.standing import PREVIEWS, log, standing

# What points was told is kept as long as what it tells of: the two are compared.
_OUTBOX = "stream = 'notices'"


def rules(kept: Kept) -> Sequence[Rule]:
    """Return the rules, as the worker carries them out and the route tells them."""
    return (
        kept_for_good("check_ins"),
        log(kept),
        Rule("devices", DEVICES_KEPT, forget_devices),
        PREVIEWS,
        *standing(kept, outbox=_OUTBOX),
    )
