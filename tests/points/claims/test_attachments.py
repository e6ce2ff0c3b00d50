"""Attachments: what is taken, who reads it, and when it goes."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

from services.points.claims.attachments import policy, sweeper
from services.points.claims.attachments.sweeper import AttachmentSweeper
from shared.clock import FixedClock
from shared.ids import new_id
from shared.storage import FolderStorage, StorageError
from tests.points.claims.conftest import SERVICE, Branch

Refused = Callable[..., Any]
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
DAY = 86_400


def image(kind: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, kind)
    return file.getvalue()


def form(content: bytes, name: str = "photo.jpg") -> dict[str, Any]:
    return {"data": {"file": (io.BytesIO(content), name)}}


def brought(branch: Branch, who: UUID | None = None, content: bytes = PDF) -> str:
    answer = branch.call(who or branch.member, "POST", "/attachments", **form(content))
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


@pytest.fixture
def sweep(branch: Branch, storage: FolderStorage) -> Callable[[], int]:
    return AttachmentSweeper(branch.database, storage).sweep


@pytest.mark.parametrize(
    ("content", "media_type", "ending"),
    [
        (image("JPEG"), "image/jpeg", "jpg"),
        (image("PNG"), "image/png", "png"),
        (image("WEBP"), "image/webp", "webp"),
        (PDF, "application/pdf", "pdf"),
    ],
)
def test_a_file_comes_back_as_it_came(
    branch: Branch, content: bytes, media_type: str, ending: str
) -> None:
    # The name it came with tells nothing.
    answer = branch.call(branch.member, "POST", "/attachments", **form(content, "x.exe"))
    assert (answer.status_code, answer.json["media_type"]) == (201, media_type)
    assert answer.json["size"] == len(content)
    read = branch.call(branch.member, "GET", f"/attachments/{answer.json['id']}")
    assert (read.status_code, read.data, read.mimetype) == (200, content, media_type)
    assert read.headers["Content-Disposition"] == (
        f'attachment; filename="{answer.json["id"]}.{ending}"'
    )
    assert read.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        image("GIF"),
        b"PK\x03\x04" + b"\0" * 60,
        b"MZ" + b"\0" * 60,
        "申报材料".encode(),
    ],
)
def test_other_files_are_refused_whatever_they_are_called(
    branch: Branch, storage: FolderStorage, refused: Refused, content: bytes
) -> None:
    for language in ("en", "zh"):
        answer = branch.call(
            branch.member,
            "POST",
            "/attachments",
            headers={"Accept-Language": language},
            **form(content),
        )
        expected = (415, "attachment_type_unsupported")
        assert (answer.status_code, answer.json["code"]) == expected, answer.text
    assert branch.rows("SELECT * FROM attachments") == []
    assert not storage._folder.exists()


def test_five_megabytes_are_the_most(branch: Branch) -> None:
    most = PDF + b"\0" * (policy.MAX_SIZE - len(PDF))
    brought(branch, content=most)
    over = branch.call(branch.member, "POST", "/attachments", **form(most + b"\0"))
    assert (over.status_code, over.json["code"]) == (413, "attachment_too_large")
    far = branch.call(branch.member, "POST", "/attachments", **form(most + b"\0" * 200_000))
    assert (far.status_code, far.json["code"]) == (413, "too_large")
    none = branch.call(branch.member, "POST", "/attachments", data={})
    assert (none.status_code, none.json["code"]) == (422, "fields_invalid")


def test_a_repeated_upload_is_kept_once(branch: Branch, storage: FolderStorage) -> None:
    answers = [
        branch.call(
            branch.member, "POST", "/attachments", **form(PDF), headers={"Idempotency-Key": "k"}
        )
        for _ in range(2)
    ]
    assert answers[0].json == answers[1].json
    assert sum(path.is_file() for path in storage._folder.rglob("*")) == 1


def test_only_who_reviews_the_claim_reads_its_file(branch: Branch, refused: Refused) -> None:
    attachment = brought(branch)
    address = f"/attachments/{attachment}"
    for nobody in (branch.loner, branch.leader, branch.secretary, branch.unit_admin):
        refused(404, "attachment_unknown", nobody, "GET", address)
    branch.claim(attachment_id=attachment)
    for reader in (branch.member, branch.leader, branch.secretary, branch.unit_admin):
        assert branch.call(reader, "GET", address).data == PDF
    refused(404, "attachment_unknown", branch.loner, "GET", address)
    refused(404, "attachment_unknown", branch.member, "GET", f"/attachments/{new_id()}")


def test_a_file_belongs_to_one_claim_of_its_owner(branch: Branch, refused: Refused) -> None:
    attachment = brought(branch)
    body = SERVICE | {"attachment_id": attachment, "title": "另一次"}
    refused(404, "attachment_unknown", branch.loner, "POST", "/claims", body)
    branch.claim(attachment_id=attachment)
    refused(409, "attachment_taken", branch.member, "POST", "/claims", body)


def test_a_returned_claims_file_is_replaced(
    branch: Branch, clock: FixedClock, sweep: Callable[[], int], refused: Refused
) -> None:
    first, second, other = (brought(branch) for _ in range(3))
    branch.claim(day="2026-11-12", attachment_id=other)
    claim = branch.claim(attachment_id=first)
    branch.review(branch.leader, claim, "return", "照片不清楚")
    address = f"/claims/{claim['id']}"
    refused(
        409, "attachment_taken", branch.member, "PATCH", address,
        {"attachment_id": other}, headers={"If-Match": '"2"'},
    )  # fmt: skip
    changed = branch.call(
        branch.member, "PATCH", address, {"attachment_id": second}, headers={"If-Match": '"2"'}
    )
    assert changed.json["attachment_id"] == second
    clock.advance(8 * DAY)
    assert sweep() == 1
    refused(410, "attachment_gone", branch.member, "GET", f"/attachments/{first}")
    assert branch.call(branch.member, "GET", f"/attachments/{second}").status_code == 200


def test_files_go_when_their_time_is_over(
    branch: Branch,
    clock: FixedClock,
    sweep: Callable[[], int],
    storage: FolderStorage,
    refused: Refused,
) -> None:
    open_one, closed_one, unclaimed = (brought(branch) for _ in range(3))
    branch.claim(day="2026-11-12", attachment_id=open_one)
    claim = branch.forwarded(attachment_id=closed_one)
    clock.advance(2 * DAY)
    branch.review(branch.secretary, claim, "approve")
    clock.advance(5 * DAY - 1)
    assert sweep() == 0
    clock.advance(1)
    assert sweep() == 1
    refused(410, "attachment_gone", branch.member, "GET", f"/attachments/{unclaimed}")
    late = SERVICE | {"day": "2026-11-17", "attachment_id": unclaimed}
    refused(410, "attachment_gone", branch.member, "POST", "/claims", late)
    clock.advance(85 * DAY - 1)
    assert sweep() == 0
    clock.advance(1)
    assert sweep() == 1
    refused(410, "attachment_gone", branch.member, "GET", f"/attachments/{closed_one}")
    # Nobody has reviewed the third, however long it has been waiting.
    assert branch.call(branch.member, "GET", f"/attachments/{open_one}").data == PDF
    rows = branch.rows("SELECT id::text FROM attachments WHERE deleted_at IS NOT NULL")
    assert {row[0] for row in rows} == {closed_one, unclaimed}
    assert sum(path.is_file() for path in storage._folder.rglob("*")) == 1


def test_a_returned_claims_file_goes_when_nobody_takes_it_up_again(
    branch: Branch, clock: FixedClock, sweep: Callable[[], int], refused: Refused
) -> None:
    file = brought(branch)
    claim = branch.claim(attachment_id=file)
    clock.advance(4 * DAY)
    branch.review(branch.leader, claim, "return", "照片不清楚")
    clock.advance(90 * DAY - 1)
    assert sweep() == 0
    clock.advance(1)
    assert sweep() == 1
    refused(410, "attachment_gone", branch.member, "GET", f"/attachments/{file}")
    again = branch.call(branch.member, "POST", f"/claims/{claim['id']}/resubmit")
    assert again.status_code == 200, "what was claimed can still be said"


def test_many_go_in_batches_and_what_fails_stays_due(
    branch: Branch, clock: FixedClock, storage: FolderStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [brought(branch) for _ in range(5)]
    clock.advance(7 * DAY)
    monkeypatch.setattr(sweeper, "_BATCH", 2)
    delete = storage.delete

    def fail_one(name: UUID) -> None:
        if str(name) == files[1]:
            raise StorageError("away")
        delete(name)

    monkeypatch.setattr(storage, "delete", fail_one)
    sweep = AttachmentSweeper(branch.database, storage).sweep
    assert (sweep(), sweep()) == (4, 0)
    monkeypatch.setattr(storage, "delete", delete)
    assert sweep() == 1


def test_what_a_claim_is_taking_is_not_swept(
    branch: Branch, clock: FixedClock, sweep: Callable[[], int]
) -> None:
    attachment = brought(branch)
    clock.advance(7 * DAY)
    with branch.database.unit_of_work() as uow:
        uow.session.connection().exec_driver_sql("SELECT * FROM attachments FOR UPDATE")
        assert sweep() == 0
    branch.claim(attachment_id=attachment)
    assert sweep() == 0


def test_a_lost_file_is_gone_and_storage_that_is_away_is_not(
    branch: Branch, storage: FolderStorage, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    attachment = brought(branch)

    def away(*_: Any) -> None:
        raise StorageError("away")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "get", away)
        patch.setattr(storage, "put", away)
        refused(503, "storage_away", branch.member, "GET", f"/attachments/{attachment}")
        answer = branch.call(branch.member, "POST", "/attachments", **form(PDF))
        assert (answer.status_code, answer.json["code"]) == (503, "storage_away")
    assert len(branch.rows("SELECT * FROM attachments")) == 1
    storage.delete(UUID(attachment))
    refused(410, "attachment_gone", branch.member, "GET", f"/attachments/{attachment}")


def test_who_the_roster_does_not_know_brings_nothing(branch: Branch) -> None:
    answer = branch.call(new_id(), "POST", "/attachments", **form(PDF))
    assert (answer.status_code, answer.json["code"]) == (404, "member_unknown")


def test_the_policy_counts_back_from_now() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert policy.cutoffs(now) == (now - timedelta(days=90), now - timedelta(days=7))
