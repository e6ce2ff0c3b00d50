"""One check-in, from what was scanned to what stands in the database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from redis import Redis
from sqlalchemy import or_, select

from services.events.catalogue.models import EventRow, SessionRow
from services.events.catalogue.snapshot import SessionSnapshot, read_snapshots
from services.events.catalogue.visibility import meant_for
from services.events.check_ins import flags, merging, policy
from services.events.check_ins.models import CheckInRow
from services.events.check_ins.refusals import REFUSALS, Refusal
from services.events.check_ins.sessions import FRESH_SECONDS, Sessions
from services.events.check_ins.writer import NewCheckIn, Outcome, Writer
from services.events.codes import claims, digits, rotating
from services.events.registrations.service import has_seat
from services.events.rehearsals import scans as rehearsals
from shared.auth import Principal
from shared.clock import Clock
from shared.database import Database
from shared.ids import new_id

_TRIES: Final = 10
_TRIES_SECONDS: Final = 600
_DEVICE_BYTES: Final = 8
_SHOWN: Final = timedelta(seconds=rotating.STEP_SECONDS)


@dataclass(frozen=True, slots=True)
class Scan:
    """What a phone sends: one of a code, a claim or six digits, and its own reference.

    `scanned_at` is the phone's word for when it scanned a code that it sends later.
    """

    method: str
    value: str
    client_ref: UUID
    device: str | None = None
    scanned_at: datetime | None = None

    @property
    def request_hash(self) -> bytes:
        return sha256(f"{self.method}:{self.value}".encode()).digest()


def device_of(installation: str | None) -> bytes | None:
    """Return what tells one installation of the app from others, and nothing else about it."""
    return sha256(installation.encode()).digest()[:_DEVICE_BYTES] if installation else None


@dataclass(frozen=True, slots=True)
class Answer:
    """A check-in that stands.

    `replayed`: this very request had been answered before. `already`: the member was here already
    by another scan, and this is that first check-in. `fenced`: the event asks where the phone is.
    """

    check_in: NewCheckIn | CheckInRow
    event_title: str
    fenced: bool
    replayed: bool = False
    already: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """The session a scan points to, the claim's nonce if it was one, the code's age if it was.

    `shown_at` is when the screen showed a code that is sent late, with the `flags` of that.
    """

    session: SessionSnapshot
    nonce: UUID | None = None
    code_age: int | None = None
    shown_at: datetime | None = None
    flags: tuple[str, ...] = ()


class CheckIns:
    """The door: one a process, safe to call from every request thread."""

    def __init__(self, database: Database, redis: Redis, clock: Clock, key: bytes) -> None:
        self._database = database
        self._redis = redis
        self._clock = clock
        self._key = key
        self.sessions = Sessions(database)
        self.writer = Writer(database)

    def check_in(self, principal: Principal, scan: Scan) -> Answer | Refusal:
        """Check the member in, or say why not.

        What this request had been answered before stands before any rule: a repetition is never
        refused for its own success, nor for having become late.
        """
        answer = self._try(principal, scan, FRESH_SECONDS * 60)
        if not isinstance(answer, Refusal):
            return answer
        earlier = self._repetition(principal.member_id, scan)
        if earlier is not None or scan.method == "digits":
            return earlier or answer
        # What was remembered of the session may be old: refuse only on what is true now.
        return self._try(principal, scan, FRESH_SECONDS)

    def _try(self, principal: Principal, scan: Scan, max_age: float) -> Answer | Refusal:
        now = self._clock.now()
        found = self._find(principal, scan, now, max_age)
        if isinstance(found, Refusal):
            return found
        refusal = self._decide(found, principal, now)
        if refusal is not None:
            return refusal
        check_in = NewCheckIn(
            id=new_id(),
            session=found.session,
            member_id=principal.member_id,
            role=found.session.roles.get(principal.member_id, "participant"),
            method=scan.method,
            client_ref=scan.client_ref,
            request_hash=scan.request_hash,
            checked_in_at=found.shown_at or now,
            claim_nonce=found.nonce,
            received_at=now if found.shown_at else None,
            flags=found.flags,
            device=device_of(scan.device),
            code_age=found.code_age,
        )
        return self._write(check_in, lambda: self._try(principal, scan, 0))

    def _write(
        self, check_in: NewCheckIn, decide_again: Callable[[], Answer | Refusal]
    ) -> Answer | Refusal:
        """Write a check-in and return what stands then.

        `decide_again` is called where the session changed since policy looked at it.
        """
        outcome = self.writer.write(check_in)
        if outcome is Outcome.STANDS:
            return self._standing(check_in) or decide_again()
        if outcome is Outcome.STALE:
            return decide_again()
        return Answer(check_in, check_in.session.event_title, check_in.session.fenced)

    def _decide(self, found: _Found, principal: Principal, now: datetime) -> Refusal | None:
        """Let policy decide; who has a seat is asked only where one is needed."""
        session = found.session
        if found.shown_at is None:
            refusal = policy.decide(session, principal, now)
        else:
            until = found.shown_at + _SHOWN
            refusal = policy.decide_then(session, principal, found.shown_at, until)
        if refusal is None and session.seat_needed and principal.member_id not in session.roles:
            with self._database.unit_of_work() as uow:
                if not has_seat(uow, session.event_id, principal.member_id):
                    return REFUSALS["no_seat"]
        return refusal

    def _find(
        self, principal: Principal, scan: Scan, now: datetime, max_age: float
    ) -> _Found | Refusal:
        if scan.method == "digits":
            return self._find_by_digits(principal, scan.value, now)
        if scan.method == "code":
            return self._find_by_code(principal, scan, now, max_age)
        claim = claims.read(self._key, scan.value, now)
        if claim is None or claim.expired:
            return REFUSALS["claim_expired" if claim else "claim_invalid"]
        session = self.sessions.get(claim.short_id, max_age)
        return _Found(session, claim.nonce) if session else REFUSALS["code_invalid"]

    def _find_by_code(
        self, principal: Principal, scan: Scan, now: datetime, max_age: float
    ) -> _Found | Refusal:
        code = rotating.read(self._key, scan.value, now)
        if code is None:
            return self._rehearse(principal, scan.value, now)
        if code.expired and scan.scanned_at is None:
            return REFUSALS["code_expired"]
        if now - code.shown_at > flags.LATEST:
            return REFUSALS["scan_too_old"]
        session = self.sessions.get(code.short_id, max_age)
        if session is None:
            return REFUSALS["code_invalid"]
        if not code.expired or scan.scanned_at is None:
            return _Found(session, code_age=code.age)
        late = flags.of_late_scan(code.shown_at, scan.scanned_at)
        return _Found(session, code_age=code.age, shown_at=code.shown_at, flags=late)

    def _rehearse(self, principal: Principal, value: str, now: datetime) -> Refusal:
        """Note a scan of a rehearsal's code, which is none of ours otherwise."""
        code = rotating.read(rehearsals.key_of(self._key), value, now)
        session = self.sessions.get(code.short_id) if code and not code.expired else None
        if session is None:
            return REFUSALS["code_invalid"]
        with self._database.unit_of_work() as uow:
            rehearsals.record(uow, session.session_id, principal.member_id)
            uow.commit()
        return REFUSALS["rehearsal"]

    def _find_by_digits(self, principal: Principal, value: str, now: datetime) -> _Found | Refusal:
        """Look for the digits among the sessions that are open to this member now.

        Tries are counted for each member, never for an address: a hall shares one.
        """
        counter = f"digits:{principal.member_id}"
        tries = int(self._redis.incr(counter))
        if tries == 1:
            self._redis.expire(counter, _TRIES_SECONDS)
        if tries > _TRIES:
            return REFUSALS["too_many_attempts"]
        matching = [
            session
            for session in self._open_to(principal, now)
            if digits.matches(self._key, session.short_id, value, now)
        ]
        if len(matching) != 1:
            return REFUSALS["digits_ambiguous" if matching else "digits_wrong"]
        return _Found(matching[0])

    def _open_to(self, principal: Principal, now: datetime) -> list[SessionSnapshot]:
        with self._database.unit_of_work() as uow:
            return read_snapshots(
                uow,
                EventRow.state.in_(("published", "open")),
                SessionRow.closes_at >= now,
                or_(SessionRow.opens_at <= now, EventRow.state == "open"),
                meant_for(principal),
            )

    def _repetition(self, member_id: UUID, scan: Scan) -> Answer | Refusal | None:
        """Return the answer an earlier request with this client_ref was given, if there was one."""
        with self._database.unit_of_work() as uow:
            row = uow.session.execute(
                select(CheckInRow, EventRow)
                .join(EventRow, EventRow.id == CheckInRow.event_id)
                .where(CheckInRow.member_id == member_id, CheckInRow.client_ref == scan.client_ref)
            ).first()
        if row is None:
            return None
        if row[0].request_hash != scan.request_hash:
            return REFUSALS["client_ref_reused"]
        return Answer(row[0], row[1].title, row[1].geofence is not None, replayed=True)

    def _standing(self, check_in: NewCheckIn) -> Answer | Refusal | None:
        """Return what stands in a new check-in's way: its own repetition, or an earlier one.

        One that waits to be confirmed becomes what needs no confirmation. None if the session changed
        meanwhile.
        """
        title, fenced = check_in.session.event_title, check_in.session.fenced
        with self._database.unit_of_work() as uow:
            rows = uow.session.scalars(
                select(CheckInRow).where(
                    or_(
                        (CheckInRow.member_id == check_in.member_id)
                        & (CheckInRow.client_ref == check_in.client_ref),
                        (CheckInRow.member_id == check_in.member_id)
                        & (CheckInRow.session_id == check_in.session.session_id),
                    )
                )
            ).all()
            repeated = next((r for r in rows if r.client_ref == check_in.client_ref), None)
            if repeated is not None:
                if repeated.request_hash != check_in.request_hash:
                    return REFUSALS["client_ref_reused"]
                return Answer(repeated, title, fenced, replayed=True)
            if not rows or rows[0].state == "annulled":
                return REFUSALS["check_in_annulled" if rows else "claim_used"]
            if rows[0].state == "present":
                return Answer(rows[0], title, fenced, already=True)
            met = merging.meet(uow, rows[0], check_in)
        if isinstance(met, CheckInRow):
            return Answer(met, title, fenced, already=bool(check_in.flags))
        return met

    def tick(
        self, session: SessionSnapshot, member_id: UUID, role: str, reason: str, by: UUID
    ) -> Answer | Refusal:
        """Check somebody in at the desk: the equal path for those without a phone."""
        now = self._clock.now()
        refusal = policy.decide_at_desk(session, now)
        if refusal is not None:
            return refusal
        check_in = NewCheckIn(
            id=new_id(),
            session=session,
            member_id=member_id,
            role=role,
            method="desk",
            client_ref=new_id(),
            request_hash=b"",
            checked_in_at=now,
            reason=reason,
            recorded_by=by,
        )

        def decide_again() -> Answer | Refusal:
            fresh = self.sessions.get(session.short_id, 0)
            if fresh is None:
                return REFUSALS["event_not_open"]
            return self.tick(fresh, member_id, role, reason, by)

        return self._write(check_in, decide_again)
