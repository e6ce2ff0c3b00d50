"""Who reviews check-ins: whoever runs the event, which `catalogue.access.may_run` decides for each.

Reading the list shows other people's data, so it is audited.
"""

from typing import Final

from shared.auth import Permission

REVIEWS_READ: Final = Permission(
    "reviews.read", frozenset({"member"}), audited=True, without_office=True
)
REVIEWS_CONFIRM: Final = Permission("reviews.confirm", frozenset({"member"}))
HEADCOUNTS_KEEP: Final = Permission("headcounts.keep", frozenset({"member"}))
