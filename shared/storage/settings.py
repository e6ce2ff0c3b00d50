"""Which place for files a process uses."""

from pathlib import Path
from urllib.parse import urlsplit

from shared.config import Environment
from shared.storage.folder import FolderStorage
from shared.storage.model import Storage
from shared.storage.s3 import S3Storage


def storage_from(environment: Environment) -> Storage:
    """Return the place that ``STORAGE`` names.

    A folder's path; or ``s3://host:port/bucket/prefix`` with ``S3_ACCESS_KEY``, ``S3_SECRET_KEY``
    and, where it is not ``us-east-1``, ``S3_REGION``. ``s3+http://…`` goes without TLS.

    Raises:
        MissingSettingError: one of them is not set.
        ValueError: the address names no bucket.
    """
    place = environment.text("STORAGE")
    address = urlsplit(place)
    if address.scheme not in ("s3", "s3+http"):
        return FolderStorage(Path(place))
    bucket, _, prefix = address.path.strip("/").partition("/")
    if not address.netloc or not bucket:
        message = f"STORAGE must read s3://host/bucket, not {place}"
        raise ValueError(message)
    return S3Storage(
        address.netloc,
        bucket,
        f"{prefix}/" if prefix else "",
        access_key=environment.text("S3_ACCESS_KEY"),
        secret_key=environment.text("S3_SECRET_KEY"),
        region=environment.text("S3_REGION", "us-east-1"),
        secure=address.scheme == "s3",
    )
