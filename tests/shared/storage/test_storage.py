"""A folder and S3 keep files alike; S3 is tried against a server that speaks its protocol."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from minio import Minio
from moto.server import ThreadedMotoServer

from shared.config import Environment, MissingSettingError
from shared.embedded.child import free_port
from shared.ids import new_id
from shared.storage import FolderStorage, S3Storage, Storage, StorageError, storage_from

KEYS = {"S3_ACCESS_KEY": "someone", "S3_SECRET_KEY": "a-long-secret"}


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    Minio(
        f"{host}:{port}", access_key="someone", secret_key="a-long-secret", secure=False
    ).make_bucket("files")
    yield f"{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "s3", "s3 with a prefix"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return storage_from(Environment({"STORAGE": str(tmp_path / "made when needed")}))
    place = f"s3+http://{request.getfixturevalue('s3_server')}/files"
    if "prefix" in request.param:
        place += "/points/attachments"
    return storage_from(Environment({"STORAGE": place, **KEYS}))


def test_what_was_put_is_there_until_it_is_deleted(storage: Storage) -> None:
    first, second = new_id(), new_id()
    contents = {first: b"\x00\xff" * 3_000_000, second: b"x"}
    for name, content in contents.items():
        storage.put(name, content)
    assert {name: storage.get(name) for name in contents} == contents
    storage.delete(first)
    assert (storage.get(first), storage.get(second)) == (None, b"x")


def test_what_is_not_there_is_none_and_as_good_as_deleted(storage: Storage) -> None:
    assert storage.get(new_id()) is None
    storage.delete(new_id())


def test_the_same_name_again_replaces(storage: Storage) -> None:
    name = new_id()
    storage.put(name, b"old")
    storage.put(name, b"new")
    assert storage.get(name) == b"new"


def test_one_prefix_does_not_see_anothers_files(s3_server: str) -> None:
    places = [f"s3+http://{s3_server}/files/{prefix}" for prefix in ("a", "b")]
    here, there = (storage_from(Environment({"STORAGE": p, **KEYS})) for p in places)
    name = new_id()
    here.put(name, b"x")
    assert (here.get(name), there.get(name)) == (b"x", None)


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage, name = FolderStorage(tmp_path), new_id()
    storage.put(name, b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shared.storage.folder.os.fsync", full)
    with pytest.raises(StorageError):
        storage.put(name, b"new")
    assert [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()] == [b"old"]


def test_files_lie_below_the_folder_whatever_the_id(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    for number in (0, 2**128 - 1):
        FolderStorage(folder).put(UUID(int=number), b"x")
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == {
        folder / "00" / ("0" * 32),
        folder / "ff" / ("f" * 32),
    }


def test_a_folder_that_cannot_be_one_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    storage = FolderStorage(tmp_path / "file")
    for attempt in (
        lambda: storage.put(new_id(), b"x"),
        lambda: storage.get(new_id()),
        lambda: storage.delete(new_id()),
    ):
        with pytest.raises(StorageError):
            attempt()


def test_a_server_that_is_away_or_refuses_says_so(s3_server: str) -> None:
    away = f"s3+http://127.0.0.1:{free_port()}/files"
    no_bucket = f"s3+http://{s3_server}/nothing-here"
    for place in (away, no_bucket):
        storage = storage_from(Environment({"STORAGE": place, **KEYS}))
        with pytest.raises(StorageError):
            storage.get(new_id())
        with pytest.raises(StorageError):
            storage.put(new_id(), b"x")


def test_s3_needs_keys_and_a_bucket() -> None:
    with pytest.raises(MissingSettingError, match="S3_ACCESS_KEY"):
        storage_from(Environment({"STORAGE": "s3://s3.example.cn/files"}))
    with pytest.raises(ValueError, match="s3://host/bucket"):
        storage_from(Environment({"STORAGE": "s3://s3.example.cn/", **KEYS}))
    with pytest.raises(MissingSettingError, match="STORAGE"):
        storage_from(Environment({}))
    whole = {"STORAGE": "s3://s3.example.cn/files", **KEYS}
    assert isinstance(storage_from(Environment(whole)), S3Storage)
