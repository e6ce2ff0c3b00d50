"""Files in S3-compatible storage."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error
from urllib3.exceptions import HTTPError

from shared.storage.model import StorageError

_SECONDS: Final = 10.0


class S3Storage:
    """Keeps files as objects of a bucket that is there already.

    Args:
        endpoint: ``host`` or ``host:port``.
        bucket: its name.
        prefix: what objects' names begin with, e.g. ``points/``; may be empty.
        access_key, secret_key: of somebody who may put, get and delete objects there.
        region: naming it saves a question before the first answer.
        secure: TLS.
    """

    def __init__(  # noqa: PLR0913 - what it takes to reach a bucket
        self,
        endpoint: str,
        bucket: str,
        prefix: str,
        *,
        access_key: str,
        secret_key: str,
        region: str,
        secure: bool = True,
    ) -> None:
        self._bucket = bucket
        self._prefix = prefix
        # The client's own defaults wait for five minutes, and longer than anybody at a phone does.
        pool = urllib3.PoolManager(timeout=_SECONDS, retries=urllib3.Retry(2, backoff_factor=0.2))
        self._client = Minio(
            endpoint,
            access_key=access_key,
            secret_key=secret_key,
            region=region,
            secure=secure,
            http_client=pool,
        )

    def put(self, name: UUID, content: bytes) -> None:
        with _answering():
            self._client.put_object(
                self._bucket, self._object(name), io.BytesIO(content), len(content)
            )

    def get(self, name: UUID) -> bytes | None:
        with _answering():
            try:
                response = self._client.get_object(self._bucket, self._object(name))
            except S3Error as error:
                if error.code == "NoSuchKey":
                    return None
                raise
            try:
                return response.read()
            finally:
                response.close()
                response.release_conn()

    def delete(self, name: UUID) -> None:
        with _answering():
            self._client.remove_object(self._bucket, self._object(name))

    def _object(self, name: UUID) -> str:
        return f"{self._prefix}{name}"


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (MinioException, HTTPError) as error:
        raise StorageError(str(error)) from error
