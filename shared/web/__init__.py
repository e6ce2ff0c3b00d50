"""What every service's HTTP side has in common; the only part of `shared` that knows Flask."""

from shared.web.app import create_service
from shared.web.context import (
    Suite,
    current_clock,
    current_principal,
    current_redis,
    current_suite,
    current_uow,
)
from shared.web.etags import check_if_match, check_if_match_where_sent, etag
from shared.web.guards import requires, transactional, transactional_secretly
from shared.web.pages import CursorIn, after_id, after_moment, page, page_of, read_cursor
from shared.web.schemas import Points, Schema, reason

__all__ = [
    "CursorIn",
    "Points",
    "Schema",
    "Suite",
    "after_id",
    "after_moment",
    "check_if_match",
    "check_if_match_where_sent",
    "create_service",
    "current_clock",
    "current_principal",
    "current_redis",
    "current_suite",
    "current_uow",
    "etag",
    "page",
    "page_of",
    "read_cursor",
    "reason",
    "requires",
    "transactional",
    "transactional_secretly",
]
