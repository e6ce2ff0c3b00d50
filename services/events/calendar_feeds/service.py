"""Feeds: made and revoked by their owner, read by whoever knows the address.

A feed shows what its owner would be shown as a member, nothing that an office lets them see: the
address lies in a phone's settings and on its vendor's servers.
"""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from redis import Redis
from sqlalchemy import ColumnElement, select, text

from services.events.calendar_feeds import refusals
from services.events.calendar_feeds.ical import Entry, write
from services.events.calendar_feeds.models import FeedRow
from services.events.catalogue.access import belonging_paths, paths_above
from services.events.catalogue.categories import CATEGORIES
from services.events.catalogue.models import EventRow, SessionRow
from services.events.catalogue.visibility import meant_to
from services.events.roster_copy.models import DutyCopy, MemberCopy, OrganisationCopy
from services.events.year_themes import service as year_themes
from shared.auth import Principal
from shared.clock import local_day
from shared.database import UnitOfWork
from shared.ids import new_id

MOST: Final = 10
_PER_HOUR: Final = 60
_HOUR: Final = 3600
# What a phone is told of at once.
_BACK: Final = timedelta(days=180)
_AHEAD: Final = timedelta(days=400)
_MOST_ENTRIES: Final = 2_000

# Two new ones at once must not both be the last that is allowed.
_LOCK_OWNER: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:member, 7236007))")


def listing(uow: UnitOfWork, principal: Principal) -> list[FeedRow]:
    """Return the own feeds that are not revoked, oldest first."""
    return list(
        uow.session.scalars(
            select(FeedRow)
            .where(FeedRow.member_id == principal.member_id, FeedRow.revoked_at.is_(None))
            .order_by(FeedRow.id)
        )
    )


def create(
    uow: UnitOfWork, principal: Principal, organisation_id: UUID | None, name: str
) -> tuple[FeedRow, str]:
    """Make a feed; return it and its secret, which is shown this once.

    Raises:
        Unprocessable: `organisation_not_yours`.
        Conflict: `calendar_feeds_full`.
    """
    if organisation_id is not None:
        organisation = uow.session.get(OrganisationCopy, organisation_id)
        if organisation is None or organisation.path not in belonging_paths(principal):
            raise refusals.not_yours()
        name = name or organisation.name
    uow.session.execute(_LOCK_OWNER, {"member": str(principal.member_id)})
    if len(listing(uow, principal)) >= MOST:
        raise refusals.too_many(MOST)
    token = secrets.token_urlsafe(32)
    feed = FeedRow(
        id=new_id(),
        member_id=principal.member_id,
        organisation_id=organisation_id,
        name=name or "我的活动",
        token_digest=_digest(token),
        created_at=uow.clock.now(),
    )
    uow.session.add(feed)
    uow.session.flush()
    return feed, token


def revoke(uow: UnitOfWork, principal: Principal, feed_id: UUID) -> None:
    """End a feed at once.

    Raises:
        NotFound: `calendar_feed_unknown`.
    """
    feed = uow.session.get(FeedRow, feed_id, with_for_update=True)
    if feed is None or feed.member_id != principal.member_id or feed.revoked_at is not None:
        raise refusals.unknown()
    feed.revoked_at = uow.clock.now()
    uow.session.flush()


def read(uow: UnitOfWork, redis: Redis, token: str) -> bytes:
    """Return a feed's calendar.

    Raises:
        NotFound: `calendar_feed_unknown`; also where the owner has left, or left the organisation.
        TooMany: `calendar_feed_too_often`.
    """
    feed = uow.session.scalar(
        select(FeedRow).where(FeedRow.token_digest == _digest(token), FeedRow.revoked_at.is_(None))
    )
    if feed is None:
        raise refusals.unknown()
    _count(redis, feed.id)
    owner = uow.session.get(MemberCopy, feed.member_id)
    if owner is None or owner.status == "left":
        raise refusals.unknown()
    own = [owner.path, *owner.cross_paths, *([owner.group_path] if owner.group_path else [])]
    belongs = paths_above(own)
    duties = uow.session.scalars(select(DutyCopy.role).where(DutyCopy.member_id == owner.id))
    meant = meant_to(owner.id, belongs, ["member", *duties])
    conditions: list[ColumnElement[bool]] = [EventRow.published_at.is_not(None) & meant]
    if feed.organisation_id is not None:
        if feed.organisation is None or feed.organisation.path not in belongs:
            raise refusals.unknown()
        conditions.append(EventRow.organisation_path.startswith(feed.organisation.path))
    feed.last_used_at = uow.clock.now()
    return write(feed.name, _theme(uow), _entries(uow, conditions))


def _entries(uow: UnitOfWork, conditions: Iterable[object]) -> Iterable[Entry]:
    now = uow.clock.now()
    rows = uow.session.execute(
        select(SessionRow, EventRow)
        .join(EventRow, EventRow.id == SessionRow.event_id)
        .where(
            *conditions,  # type: ignore[arg-type] # column expressions
            SessionRow.ends_at > now - _BACK,
            EventRow.starts_at > now - _BACK - timedelta(days=366),
            EventRow.starts_at < now + _AHEAD,
        )
        .order_by(SessionRow.starts_at, SessionRow.id)
        .limit(_MOST_ENTRIES)
    )
    for session, event in rows:
        yield Entry(
            uid=f"{session.id}@events",
            sequence=event.version - 1,
            title=f"{event.title}（{session.title}）" if session.title else event.title,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            said_at=event.created_at,
            place=event.place,
            categories=tuple(
                CATEGORIES[code].name.zh for code in dict.fromkeys((event.category, *event.tags))
            ),
            organiser=event.organisation.name if event.organisation else "",
            cancelled=event.state == "cancelled",
            cancel_reason=event.cancel_reason,
        )


def _theme(uow: UnitOfWork) -> str:
    """Say what this year and the next are about."""
    year = local_day(uow.clock.now()).year
    themes = year_themes.themes(uow, (year, year + 1))
    return "，".join(f"{t['year']} {t['name'].zh}" for t in themes if t["name"])


def _count(redis: Redis, feed_id: UUID) -> None:
    """Count a reading; by feed, never by address: many phones share one."""
    counter = f"calendar-feed:{feed_id}"
    times = int(redis.incr(counter))
    if times == 1:
        redis.expire(counter, _HOUR)
    if times > _PER_HOUR:
        raise refusals.too_often(_HOUR)


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
