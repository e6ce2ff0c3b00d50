"""Files in a local folder."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import UUID

from shared.storage.model import StorageError


class FolderStorage:
    """Keeps files below a folder, which is made when the first one comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: UUID, content: bytes) -> None:
        path = self._path(name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Written beside and renamed in: nobody ever reads half a file, not even after a crash.
            with NamedTemporaryFile(dir=path.parent, delete=False) as file:
                try:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                    Path(file.name).replace(path)
                except OSError:
                    Path(file.name).unlink(missing_ok=True)
                    raise
        except OSError as error:
            raise StorageError(f"could not write below {self._folder}") from error

    def get(self, name: UUID) -> bytes | None:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageError(f"could not read below {self._folder}") from error

    def delete(self, name: UUID) -> None:
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f"could not remove below {self._folder}") from error

    def _path(self, name: UUID) -> Path:
        # The last digits of an id are random, the first are not: so the files spread evenly.
        return self._folder / name.hex[-2:] / name.hex
