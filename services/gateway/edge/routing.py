"""Which service owns which path: the one table behind the edge and the merged API document.

A path belongs to the longest prefix that it starts with; all others under /api belong to the gateway.
"""

from __future__ import annotations

from typing import Final

GATEWAY: Final = "gateway"

OWNERS: Final[dict[str, tuple[str, ...]]] = {
    "events": (
        "/api/v1/cadence",
        "/api/v1/calendar-feeds",
        "/api/v1/check-ins",
        "/api/v1/code-claims",
        "/api/v1/event-audit",
        "/api/v1/event-categories",
        "/api/v1/event-imports",
        "/api/v1/event-messages",
        "/api/v1/event-retention",
        "/api/v1/event-series",
        "/api/v1/events",
        "/api/v1/live-attendance",
        "/api/v1/me/calendar-feeds",
        "/api/v1/me/check-ins",
        "/api/v1/me/pass",
        "/api/v1/record-book",
        "/api/v1/year-themes",
        "/api/v1/me/study-hours",
        "/api/v1/study-hours",
        "/api/v1/me/registrations",
        "/api/v1/pass-cards",
    ),
    # Only what would else go with a shorter prefix of somebody else's: /me/pass.
    GATEWAY: ("/api/v1/me/password",),
    "points": (
        "/api/v1/adjustments",
        "/api/v1/appeals",
        "/api/v1/attachments",
        "/api/v1/audit",
        "/api/v1/board-policies",
        "/api/v1/calendar-days",
        "/api/v1/claims",
        "/api/v1/held-facts",
        "/api/v1/imports",
        "/api/v1/leaderboards",
        "/api/v1/me/ledger",
        "/api/v1/me/points",
        "/api/v1/me/preferences",
        "/api/v1/me/receipts",
        "/api/v1/me/statements",
        "/api/v1/me/year",
        "/api/v1/members",
        "/api/v1/objections",
        "/api/v1/organisations",
        "/api/v1/points-messages",
        "/api/v1/points-retention",
        "/api/v1/proofs",
        "/api/v1/report-jobs",
        "/api/v1/reports",
        "/api/v1/role-assignments",
        "/api/v1/rule-sets",
        "/api/v1/rules",
        "/api/v1/simulations",
        "/api/v1/statements",
        "/api/v1/unit-leaderboards",
        "/api/v1/waiting",
    ),
}

UPLOADS: Final = frozenset({"/api/v1/imports", "/api/v1/event-imports", "/api/v1/attachments"})
"""Paths that take a file: 64 MB instead of 1 MB, and a minute to answer."""

LIVE: Final = "/api/v1/live-attendance"
"""What people watch for minutes: a process of its own answers, so that no check-in waits for them."""

SECRET: Final = frozenset({"/api/v1/calendar-feeds"})
"""Paths that hold a secret: what lies beneath them is written into no log."""


def owner(path: str) -> str:
    """The service that answers a path under /api/v1, as nginx's longest prefix would choose it."""
    matches = [
        (len(prefix), service)
        for service, prefixes in OWNERS.items()
        for prefix in prefixes
        if path.startswith(prefix)
    ]
    return max(matches, default=(0, GATEWAY))[1]
