"""One check-in, from what was scanned to what stands in the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from redis import Redis
from sqlalchemy import or_

from services.events.catalogue.models import EventRow, SessionRow
from services.events.catalogue.snapshot import SessionSnapshot, read_snapshots
from services.events.catalogue.visibility import meant_for
from services.events.check_ins import flags, policy, standing
from services.events.check_ins.attempts import Attempts
from services.events.check_ins.marks import arrival_of
from services.events.check_ins.models import CheckInRow
from services.events.check_ins.record import (
    MarkOutcome,
    hold_session,
    record_marks,
)
from services.events.check_ins.refusals import REFUSALS, Refusal
from services.events.check_ins.sessions import FRESH_SECONDS, Sessions
from services.events.check_ins.writer import NewCheckIn, Outcome, Writer
from services.events.codes import claims, digits, rotating, static
from services.events.registrations.service import has_seat
from services.events.rehearsals import scans as rehearsals
from shared.auth import Principal
from shared.clock import Clock
from shared.database import Database, UnitOfWork
from shared.ids import new_id

_DEVICE_BYTES: Final = 8
_SHOWN: Final = timedelta(seconds=rotating.STEP_SECONDS)
# What was no code of ours, or none any more: the only refusals that somebody who guesses collects.
_NO_GOOD: Final = frozenset(
    {"code_invalid", "code_expired", "claim_invalid", "claim_expired", "claim_used"}
)


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
    by another scan, and this is that first check-in. `returned`: the member had left and is back.
    `fenced`: the event asks where the phone is.
    """

    check_in: NewCheckIn | CheckInRow
    event_title: str
    fenced: bool
    replayed: bool = False
    already: bool = False
    returned: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """The session a scan points to, and what it proved to be.

    `nonce` is a claim's, `code_age` a rotating code's, `static_version` a printed code's. `shown_at`
    is when the screen showed a code that is sent late, with the `flags` of that.
    """

    session: SessionSnapshot
    method: str
    nonce: UUID | None = None
    code_age: int | None = None
    static_version: int | None = None
    shown_at: datetime | None = None
    flags: tuple[str, ...] = ()

    def decide(self, principal: Principal, now: datetime) -> Refusal | None:
        if self.static_version is not None:
            return policy.decide_static(self.session, self.static_version, principal, now)
        if self.shown_at is not None:
            until = self.shown_at + _SHOWN
            return policy.decide_then(self.session, principal, self.shown_at, until)
        return policy.decide(self.session, principal, now)


class CheckIns:
    """The door: one a process, safe to call from every request thread."""

    def __init__(self, database: Database, redis: Redis, clock: Clock, key: bytes) -> None:
        self._database = database
        self._digits = Attempts(redis, "digits", most=10, seconds=600)
        self._scans = Attempts(redis, "scans", most=20, seconds=60)
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
        if answer.code in _NO_GOOD and self._scans.too_many(principal.member_id):
            return REFUSALS["too_many_scans"]
        # What was remembered of the session may be old: refuse only on what is true now.
        return self._try(principal, scan, FRESH_SECONDS)

    def _try(self, principal: Principal, scan: Scan, max_age: float) -> Answer | Refusal:
        now = self._clock.now()
        found = self._find(principal, scan, now, max_age)
        if isinstance(found, Refusal):
            return found
        refusal = found.decide(principal, now) or self._seat_wanting(found.session, principal)
        if refusal is not None:
            return refusal
        check_in = NewCheckIn(
            id=new_id(),
            session=found.session,
            member_id=principal.member_id,
            role=found.session.roles.get(principal.member_id, "participant"),
            method=found.method,
            client_ref=scan.client_ref,
            request_hash=scan.request_hash,
            checked_in_at=found.shown_at or now,
            claim_nonce=found.nonce,
            received_at=now if found.shown_at else None,
            flags=found.flags,
            device=device_of(scan.device),
            code_age=found.code_age,
        )
        outcome = self.writer.write(check_in)
        if outcome is Outcome.WRITTEN:
            return Answer(check_in, found.session.event_title, found.session.fenced)
        if outcome is Outcome.STALE:
            return self._try(principal, scan, 0)
        stands = self._standing(check_in)
        return self._try(principal, scan, 0) if isinstance(stands, Outcome) else stands

    def _seat_wanting(self, session: SessionSnapshot, principal: Principal) -> Refusal | None:
        """Return a refusal where a seat is needed and the member has none; asks only there."""
        if session.seat_needed and principal.member_id not in session.roles:
            with self._database.unit_of_work() as uow:
                if not has_seat(uow, session.event_id, principal.member_id):
                    return REFUSALS["no_seat"]
        return None

    def _find(
        self, principal: Principal, scan: Scan, now: datetime, max_age: float
    ) -> _Found | Refusal:
        value = scan.value
        if scan.method == "digits":
            return self._find_by_digits(principal, value, now)
        # A printed code does not age, so that it is its own claim.
        if len(value) == static.LENGTH:
            return self._find_static(value, max_age)
        if scan.method == "code":
            return self._find_by_code(principal, scan, now, max_age)
        claim = claims.read(self._key, value, now)
        if claim is None or claim.expired:
            return REFUSALS["claim_expired" if claim else "claim_invalid"]
        session = self.sessions.get(claim.short_id, max_age)
        return _Found(session, "claim", claim.nonce) if session else REFUSALS["code_invalid"]

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
            return _Found(session, "code", code_age=code.age)
        late = flags.of_late_scan(code.shown_at, scan.scanned_at)
        return _Found(session, "code", code_age=code.age, shown_at=code.shown_at, flags=late)

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

    def _find_static(self, value: str, max_age: float) -> _Found | Refusal:
        code = static.read(self._key, value)
        session = self.sessions.get(code.short_id, max_age) if code else None
        if code is not None and session is not None and session.version < code.version:
            # Switched on since the session was read.
            session = self.sessions.get(code.short_id, 0)
        if code is None or session is None:
            return REFUSALS["code_invalid"]
        return _Found(session, "static", static_version=code.version)

    def _find_by_digits(self, principal: Principal, value: str, now: datetime) -> _Found | Refusal:
        """Look for the digits among the sessions that are open to this member now.

        Tries are counted for each member, never for an address: a hall shares one.
        """
        if self._digits.too_many(principal.member_id):
            return REFUSALS["too_many_attempts"]
        matching = [
            session
            for session in self._open_to(principal, now)
            if digits.matches(self._key, session.short_id, value, now)
        ]
        if len(matching) != 1:
            return REFUSALS["digits_ambiguous" if matching else "digits_wrong"]
        return _Found(matching[0], "digits")

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
            earlier = standing.find_earlier(uow, member_id, scan.client_ref)
        return _again(earlier, scan.request_hash) if earlier is not None else None

    def _standing(self, check_in: NewCheckIn) -> Answer | Refusal | Outcome:
        """Return what stands in a new check-in's way: its own repetition, or an earlier one.

        Where the earlier one is not of somebody who is in (who left, who is in doubt, who was
        ticked by mistake), the arrival is recorded beside it; that finds the session STALE if it
        changed meanwhile.
        """
        session = check_in.session
        with self._database.unit_of_work() as uow:
            earlier = standing.find_earlier(uow, check_in.member_id, check_in.client_ref)
            if earlier is not None:
                return _again(earlier, check_in.request_hash)
            row = standing.of_member(uow, session, check_in.member_id)
            if row is None:
                return REFUSALS["claim_used"]
            # A claim is used up by a check-in, and there is none this time.
            if standing.is_in(session, row) or check_in.claim_nonce is not None:
                annulled = row.state == "annulled"
                if annulled:
                    return _annulled()
                return Answer(row, session.event_title, session.fenced, already=True)
            return _come_again(uow, check_in, row)


def _again(earlier: standing.Earlier, request_hash: bytes) -> Answer | Refusal:
    if earlier.request_hash != request_hash:
        return REFUSALS["client_ref_reused"]
    return Answer(earlier.check_in, earlier.event_title, earlier.fenced, replayed=True)


def _come_again(
    uow: UnitOfWork, check_in: NewCheckIn, row: CheckInRow
) -> Answer | Refusal | Outcome:
    """Record the arrival of somebody who has a check-in and is not in."""
    session = check_in.session
    was, was_out = row.state, row.checked_out_at is not None
    held = hold_session(uow, session.session_id)
    if held.version != session.version:
        return Outcome.STALE
    (recorded,) = record_marks(uow, held, [arrival_of(check_in)])
    if recorded.check_in is None or recorded.outcome is MarkOutcome.ANNULLED:
        return _annulled()
    uow.commit()
    return Answer(
        recorded.check_in,
        session.event_title,
        session.fenced,
        already=was != "annulled",
        returned=was_out,
    )


def _annulled() -> Refusal:
    return REFUSALS["check_in_annulled"]
