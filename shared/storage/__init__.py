"""Files kept outside the database: in a local folder, or in S3-compatible storage."""

from shared.storage.folder import FolderStorage
from shared.storage.model import Storage, StorageError
from shared.storage.s3 import S3Storage
from shared.storage.settings import storage_from

__all__ = ["FolderStorage", "S3Storage", "Storage", "StorageError", "storage_from"]
