"""What every place for files can do."""

from typing import Protocol
from uuid import UUID


class StorageError(Exception):
    """The place for files does not answer, or refuses; the same may be tried again later."""


class Storage(Protocol):
    """Small files by id. A file's name is never made of what somebody typed."""

    def put(self, name: UUID, content: bytes) -> None:
        """Keep a file; all of it is there afterwards, or nothing.

        Raises:
            StorageError: it could not be kept.
        """
        ...

    def get(self, name: UUID) -> bytes | None:
        """Return a file's content; None if it is not there.

        Raises:
            StorageError: nobody can say.
        """
        ...

    def delete(self, name: UUID) -> None:
        """Remove a file; one that is not there is as good as removed.

        Raises:
            StorageError: it may still be there.
        """
        ...
