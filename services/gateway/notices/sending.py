"""Sends notices through WeChat: at most once each, never at night unless urgent.

A notice is marked as `sending`, and its consent taken, before WeChat is asked; the answer is noted
afterwards. Whatever dies in between leaves a notice that is `sending`: whether it was sent nobody
can know, so it is never sent again, and called `unknown` after a while. It is in the inbox anyway.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from typing import Final
from uuid import UUID

from sqlalchemy.exc import OperationalError

from services.gateway.identity import openids
from services.gateway.identity.fields import FieldKey
from services.gateway.notices import statements
from services.gateway.notices.quiet_hours import QuietHours
from services.gateway.notices.templates import Templates
from services.gateway.notices.wechat import Outcome, SubscriptionMessages
from shared.crash import crash_point
from shared.database import Database

_log = logging.getLogger(__name__)

_IDLE_SECONDS: Final = 2.0
# After WeChat could not take something; the others would fare no better.
_AWAY_SECONDS: Final = 30.0
_AT_ONCE: Final = 8
# Two rounds of threads that wait their longest end before the worker is killed for being slow.
_BATCH: Final = 2 * _AT_ONCE
_JUDGED_AT_ONCE: Final = 2000
_UNKNOWN_AFTER: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Claimed:
    member_id: UUID
    key: str
    template: str
    data: dict[str, str]
    account_id: UUID
    openid_sealed: bytes


class Sender:
    """Worker loop; several may run beside each other."""

    def __init__(
        self,
        database: Database,
        messages: SubscriptionMessages,
        openid_key: FieldKey,
        templates: Templates,
        quiet_hours: QuietHours,
    ) -> None:
        self._database = database
        self._messages = messages
        self._key = openid_key
        self._templates = templates
        self._quiet_hours = quiet_hours
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="wechat")

    def run(self, stop: Event) -> None:
        """Send until told to stop; while a server is away, wait and try again."""
        pause = 0.0
        while not stop.wait(pause):
            try:
                outcomes = self.send_once()
                pause = 0.0 if outcomes else _IDLE_SECONDS
                if any(outcome.state == "later" for outcome in outcomes):
                    pause = _AWAY_SECONDS
            except OperationalError as error:
                _log.warning("notices wait for the database: %s", error)
                pause = _AWAY_SECONDS

    def send_once(self) -> list[Outcome]:
        """Send one batch of what is due; return what became of each, nothing where none was."""
        claimed = self._claim()
        crash_point("notices_before_send")
        outcomes = list(self._threads.map(self._send, claimed))
        crash_point("notices_after_send")
        self._note(claimed, outcomes)
        return outcomes

    def _claim(self) -> list[_Claimed]:
        with self._database.unit_of_work() as uow:
            now = uow.clock.now()
            uow.session.execute(statements.GIVE_UP, {"before": now - _UNKNOWN_AFTER})
            due = {"now": now, "quiet": self._quiet_hours.hold(now)}
            judged = {"limit": _JUDGED_AT_ONCE, "templates": list(self._templates)}
            uow.session.execute(statements.DROP, due | judged)
            rows = uow.session.execute(statements.CLAIM, due | {"limit": _BATCH}).all()
            uow.commit()
        return [_Claimed(*row) for row in rows]

    def _send(self, claimed: _Claimed) -> Outcome:
        try:
            openid = openids.unseal(self._key, claimed.account_id, claimed.openid_sealed)
        except ValueError:
            _log.exception("an openid cannot be read; was OPENID_KEY changed?")
            return Outcome("refused", "openid_unreadable")
        return self._messages.send(openid, self._templates[claimed.template], claimed.data)

    def _note(self, claimed: Sequence[_Claimed], outcomes: Sequence[Outcome]) -> None:
        with self._database.unit_of_work() as uow:
            now = uow.clock.now()
            for notice, outcome in zip(claimed, outcomes, strict=True):
                later = outcome.state == "later"
                values = {
                    "member_id": notice.member_id,
                    "key": notice.key,
                    "state": "due" if later else outcome.state,
                    "error": outcome.error,
                    "send_at": now + timedelta(seconds=outcome.wait if later else 0),
                }
                uow.session.execute(statements.NOTE, values)
                if outcome.consent != "used":
                    values = {
                        "account_id": notice.account_id,
                        "template": notice.template,
                        "gone": outcome.consent == "gone",
                    }
                    uow.session.execute(statements.GIVE_BACK, values)
            uow.commit()
