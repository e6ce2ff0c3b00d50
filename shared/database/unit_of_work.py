"""One transaction that owns a change and its news."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from sqlalchemy import insert
from sqlalchemy.orm import Session

from shared.clock import Clock
from shared.ids import new_id
from shared.messaging.tables import outbox


class UnitOfWork:
    """A change to the database together with the messages that tell of it.

    Everything rolls back unless `commit` was called: nothing else in the suite commits.
    """

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self.clock = clock
        self._messages: list[dict[str, object]] = []

    def publish(self, stream: str, kind: str, key: str, data: Mapping[str, object]) -> None:
        """Add a message to the outbox; it leaves only if this transaction commits.

        Args:
            stream: where it goes, e.g. ``attendance``.
            kind: the versioned contract, e.g. ``attendance.recorded.v1``.
            key: what it is about; messages of one key concern one member or organisation.
            data: JSON-ready content that fits the contract.
        """
        self._messages.append(
            {"id": new_id(), "stream": stream, "type": kind, "key": key, "data": dict(data)}
        )

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Try a change out: what happens inside is undone again, and none of it is told."""
        told = list(self._messages)
        savepoint = self.session.begin_nested()
        try:
            yield
        finally:
            savepoint.rollback()
            self._messages = told

    def commit(self) -> None:
        if self._messages:
            self.session.execute(insert(outbox), self._messages)
            self._messages = []
        self.session.commit()

    def rollback(self) -> None:
        self._messages = []
        self.session.rollback()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back; what was not committed is rolled back."""
        self._messages = []
        self.session.close()
