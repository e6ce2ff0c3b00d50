"""Long reports: asked for, made beside the services, fetched by who asked, gone after a week."""

import io
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from flask.testing import FlaskClient

from services.points.config import Settings
from services.points.jobs import kinds
from services.points.reports import files, long
from shared.clock import FixedClock
from shared.database import Database
from shared.ids import new_id
from shared.jobs import Job, JobRunner
from shared.storage import FolderStorage, StorageError
from shared.testing.plugin import TokenFor
from tests.points.city import BRANCH, OTHER, UNIT
from tests.points.conftest import Attend
from tests.points.reports.conftest import SECRETARY, UNIT_ADMIN, Enlist

DAY = 24 * 3600


class Asker:
    """Somebody who asks for long reports."""

    def __init__(
        self, client: FlaskClient, token_for: TokenFor, role: tuple[str, str] = UNIT_ADMIN
    ) -> None:
        self._client = client
        self._member = new_id()
        self._sign = lambda: token_for(self._member, roles=[role])

    def call(self, method: str, path: str, language: str = "zh", **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._sign()}", "Accept-Language": language}
        return self._client.open(
            f"/api/v1/report-jobs{path}", method=method, headers=headers, **more
        )

    def ask(self, language: str = "zh", **asked: Any) -> Any:
        body = {"name": "ledger", "organisation_id": str(UNIT), "format": "xlsx"} | asked
        return self.call("POST", "", language, json=body)

    def queue(self, **asked: Any) -> str:
        answer = self.ask(**asked)
        assert answer.status_code == 202, answer.text
        assert answer.json["state"] == "queued"
        assert answer.headers["Location"] == f"/api/v1/report-jobs/{answer.json['id']}"
        return str(answer.json["id"])

    def look(self, job: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.call("GET", f"/{job}").json
        return answer


@pytest.fixture
def asker(client: FlaskClient, token_for: TokenFor, city: Database) -> Asker:
    return Asker(client, token_for)


@pytest.fixture
def runner(city: Database, redis_url: str, storage: FolderStorage, public_keys: Path) -> JobRunner:
    settings = Settings(city.url, redis_url, public_keys, threads=1, storage=storage)
    return JobRunner(city, kinds(settings))


@pytest.fixture
def three(enlist: Enlist, attend: Attend, post: Callable[..., None]) -> UUID:
    """A member with three entries."""
    member = enlist(name="张三")
    post(*(attend(member, day=f"2026-0{month}-10") for month in (1, 2, 3)))
    return member


def test_it_is_made_and_fetched(asker: Asker, runner: JobRunner, three: UUID) -> None:
    job = asker.queue(format="xlsx", **{"from": "2026-02-01", "to": "2026-12-31"})
    assert runner.run_once()
    shown = asker.look(job)
    assert (shown["state"], shown["done"], shown["total"]) == ("done", 2, 2)
    assert shown["expires_at"] == "2026-11-30T01:00:00+00:00"
    answer = asker.call("GET", f"/{job}/file")
    assert answer.status_code == 200
    assert int(answer.headers["Content-Length"]) == len(answer.data) == shown["size"]
    assert "ledger-u001-20260201-20261231.xlsx" in answer.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    rows = list(book["积分明细"].values)[1:]
    assert [row[1] for row in rows] == ["张三", "张三"]


def test_headings_are_in_the_language_asked_in(
    asker: Asker, runner: JobRunner, three: UUID
) -> None:
    job = str(asker.ask("en", format="csv").json["id"])
    assert runner.run_once()
    assert "Member no." in asker.call("GET", f"/{job}/file").data.decode()


def test_whoever_lost_a_jobs_address_finds_it_in_the_list(
    asker: Asker, runner: JobRunner, three: UUID, client: FlaskClient, token_for: TokenFor
) -> None:
    made = asker.queue(format="csv")
    assert runner.run_once()
    waiting = asker.queue(format="xlsx")
    Asker(client, token_for).queue()
    first = asker.call("GET", "?limit=1").json
    rest = asker.call("GET", f"?cursor={first['next_cursor']}").json
    assert [(job["id"], job["state"]) for job in first["items"] + rest["items"]] == [
        (waiting, "queued"),
        (made, "done"),
    ]
    assert rest["next_cursor"] is None
    assert rest["items"] == [asker.look(made)]


def test_every_report_and_form_can_be_a_job(asker: Asker, runner: JobRunner, three: UUID) -> None:
    for name, where, form in (
        ("branch-evidence", BRANCH, "pdf"),
        ("unit-summary", UNIT, "json"),
        ("ledger", UNIT, "csv"),
    ):
        job = asker.queue(name=name, organisation_id=str(where), format=form, year=2026)
        assert runner.run_once()
        answer = asker.call("GET", f"/{job}/file")
        assert answer.status_code == 200
        assert answer.mimetype.endswith(form)


def test_a_large_file_is_kept_in_parts(
    asker: Asker,
    runner: JobRunner,
    three: UUID,
    storage: FolderStorage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(files, "_PART", 100)
    kept: list[int] = []
    put = storage.put
    monkeypatch.setattr(
        FolderStorage, "put", lambda _, name, part: (kept.append(len(part)), put(name, part))
    )
    job = asker.queue(format="csv")
    assert runner.run_once()
    content = asker.call("GET", f"/{job}/file").data
    assert len(kept) > 5
    assert set(kept[:-1]) == {100}
    assert sum(kept) == len(content)
    assert content.decode("utf-8-sig").count("\r\n") == 4


def test_a_job_is_the_askers_alone(
    asker: Asker, client: FlaskClient, token_for: TokenFor, runner: JobRunner, three: UUID
) -> None:
    job, stranger = asker.queue(), Asker(client, token_for)
    runner.run_once()
    for method, path in (("GET", ""), ("GET", "/file"), ("POST", "/cancel")):
        for language, said in (("zh", "没有这个报表任务"), ("en", "no such job")):
            answer = stranger.call(method, f"/{job}{path}", language)
            assert (answer.status_code, answer.json["code"]) == (404, "report_job_unknown")
            assert said in answer.json["detail"]
    assert asker.call("GET", f"/{job}/file").status_code == 200


def test_what_a_report_refuses_its_job_refuses(
    asker: Asker, client: FlaskClient, token_for: TokenFor, runner: JobRunner
) -> None:
    secretary = Asker(client, token_for, SECRETARY)
    for who, asked, code in (
        (secretary, {"organisation_id": str(OTHER)}, "out_of_reach"),
        (asker, {"name": "secrets"}, "report_unknown"),
        (asker, {"organisation_id": str(new_id())}, "organisation_unknown"),
        (asker, {"format": "pdf"}, "report_format_wrong"),
        (asker, {"name": "unit-summary", "organisation_id": str(BRANCH)}, "report_kind_wrong"),
        (asker, {"from": "2026-02-01", "to": "2026-01-01"}, "span_backwards"),
        (asker, {"from": "2001-01-01", "to": "2026-01-01"}, "span_too_long"),
        (asker, {"format": None}, "fields_invalid"),
    ):
        assert who.ask(**asked).json["code"] == code
    assert not runner.run_once()


def test_a_job_that_waits_is_cancelled_at_once(asker: Asker, runner: JobRunner) -> None:
    job = asker.queue()
    assert asker.call("POST", f"/{job}/cancel").json["state"] == "cancelled"
    assert not runner.run_once()
    for language, said in (("zh", "没有完成"), ("en", "not finished")):
        answer = asker.call("GET", f"/{job}/file", language)
        assert (answer.status_code, answer.json["code"]) == (409, "report_job_unfinished")
        assert (answer.json["state"], said in answer.json["detail"]) == ("cancelled", True)


def test_a_job_at_work_is_cancelled_between_rows_and_leaves_nothing(
    asker: Asker,
    runner: JobRunner,
    three: UUID,
    storage: FolderStorage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(long, "_ROWS_BETWEEN", 1)
    job, told, seen = asker.queue(), list[int](), list[str]()
    tell = Job.progress

    def progress(self: Job, done: int, total: int) -> None:
        told.append(done)
        if len(told) == 3:
            seen.append(asker.look(job)["state"])
            asker.call("POST", f"/{job}/cancel")
        tell(self, done, total)

    monkeypatch.setattr(Job, "progress", progress)
    assert runner.run_once()
    assert seen == ["running"]
    assert told == [0, 0, 1], "went on after it was cancelled"
    assert asker.look(job)["state"] == "cancelled"
    assert not list((tmp_path / "storage").rglob("*"))


def test_what_is_done_stays_done(asker: Asker, runner: JobRunner, three: UUID) -> None:
    job = asker.queue()
    runner.run_once()
    assert asker.call("POST", f"/{job}/cancel").json["state"] == "done"
    assert asker.call("GET", f"/{job}/file").status_code == 200


def test_a_file_is_gone_after_seven_days_and_then_removed(
    asker: Asker,
    runner: JobRunner,
    three: UUID,
    city: Database,
    storage: FolderStorage,
    tmp_path: Path,
    clock: FixedClock,
) -> None:
    def sweep() -> int:
        with city.unit_of_work() as uow:
            found = files.remover(storage)(uow, uow.clock.now())
            uow.commit()
        return found

    def left() -> int:
        return sum(path.is_file() for path in (tmp_path / "storage").rglob("*"))

    job = asker.queue()
    runner.run_once()
    clock.advance(7 * DAY - 1)
    assert (sweep(), left()) == (0, 1)
    assert asker.call("GET", f"/{job}/file").status_code == 200
    clock.advance(1)
    for language, said in (("zh", "只保留 7 天"), ("en", "kept for 7 days")):
        answer = asker.call("GET", f"/{job}/file", language)
        assert (answer.status_code, answer.json["code"]) == (410, "report_file_expired")
        assert said in answer.json["detail"]
    assert (sweep(), left()) == (1, 0)
    assert not sweep()
    assert asker.call("GET", f"/{job}/file").status_code == 410


def test_storage_that_is_away_is_waited_for(
    asker: Asker,
    runner: JobRunner,
    three: UUID,
    city: Database,
    storage: FolderStorage,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def away(*_: object) -> None:
        raise StorageError("away")

    job = asker.queue()
    with monkeypatch.context() as broken, caplog.at_level(logging.CRITICAL):
        broken.setattr(FolderStorage, "put", away)
        assert runner.run_once()
    assert asker.look(job)["state"] == "running", "it is tried again"
    assert runner.run_once()
    with monkeypatch.context() as broken:
        broken.setattr(FolderStorage, "get", away)
        for language, said in (("zh", "稍后重试"), ("en", "try again")):
            answer = asker.call("GET", f"/{job}/file", language)
            assert (answer.status_code, answer.json["code"]) == (503, "storage_away")
            assert said in answer.json["detail"]
    assert asker.call("GET", f"/{job}/file").status_code == 200
    clock.advance(7 * DAY)
    with city.unit_of_work() as uow, monkeypatch.context() as broken:
        broken.setattr(FolderStorage, "delete", away)
        assert not files.remover(storage)(uow, uow.clock.now())
    with city.unit_of_work() as uow:
        assert files.remover(storage)(uow, uow.clock.now()), "what could not be removed stays due"


def test_a_key_sent_twice_queues_one_job(
    client: FlaskClient, token_for: TokenFor, city: Database, runner: JobRunner
) -> None:
    headers = {
        "Authorization": f"Bearer {token_for(roles=[UNIT_ADMIN])}",
        "Idempotency-Key": "report-1",
    }
    body = {"name": "ledger", "organisation_id": str(UNIT), "format": "csv"}
    answers = [client.post("/api/v1/report-jobs", json=body, headers=headers) for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert (runner.run_once(), runner.run_once()) == (True, False)
