"""A file is applied whole or not at all, exactly once, and everybody can see how far it is."""

import io
from collections.abc import Mapping
from dataclasses import replace
from threading import Event, Thread
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import text

from shared.auth import Principal
from shared.database import Database, UnitOfWork
from shared.imports.routes import MAX_FILE
from shared.imports.runner import ImportRunner
from shared.imports.staging import MAX_ROWS
from shared.testing.plugin import TokenFor
from tests.shared.imports.conftest import FRUIT, HEADINGS, IMPORT, apply, fruit, read, send, xlsx


def test_a_good_file_is_queued_and_applied(
    client: FlaskClient, headers: dict[str, str], runner: ImportRunner, database: Database
) -> None:
    answer = send(client, headers, xlsx(HEADINGS, ("苹果", 3), ("梨", None)))
    assert answer.status_code == 202
    assert answer.json["state"] == "queued"
    assert answer.headers["Location"].endswith(f"/api/v1/imports/{answer.json['id']}")
    assert runner.run_once()
    job = read(client, headers, answer.json["id"])
    assert (job["state"], job["summary"], job["errors"]) == ("done", {"created": 2}, [])
    assert (job["total_rows"], job["processed_rows"], job["filename"]) == (2, 2, "水果.xlsx")
    assert fruit(database) == [("梨", None), ("苹果", 3)]
    assert not runner.run_once()


def test_the_file_itself_is_not_kept(
    client: FlaskClient, headers: dict[str, str], runner: ImportRunner, database: Database
) -> None:
    send(client, headers, xlsx(HEADINGS, ("苹果", 3)))
    runner.run_once()
    with database.unit_of_work() as uow:
        assert uow.session.scalar(text("SELECT content FROM imports")) is None


def test_one_bad_row_refuses_the_whole_file_and_every_bad_row_is_named(
    client: FlaskClient, headers: dict[str, str], runner: ImportRunner, database: Database
) -> None:
    content = xlsx(HEADINGS, ("苹果", 3), (None, 1), ("durian", "x"), ("梨", "=1+1"), ("durian", 1))
    import_id = send(client, headers, content).json["id"]
    runner.run_once()
    job = read(client, {**headers, "Accept-Language": "en"}, import_id)
    assert job["state"] == "refused"
    assert job["summary"] == {"bad_rows": 4}
    assert [(e["row"], e["column"], e["code"]) for e in job["errors"]] == [
        (3, "name", "value_missing"),
        (4, "amount", "number_invalid"),
        (4, "name", "fruit_forbidden"),
        (5, "amount", "formula"),
        (6, "name", "fruit_forbidden"),
    ]
    assert job["errors"][2]["message"] == "“durian” is not taken; remove it."
    assert job["errors"][1]["heading"] == "amount"
    chinese = read(client, headers, import_id)["errors"][1]
    assert (chinese["heading"], chinese["message"]) == ("数量", "「x」请改为整数。")
    assert fruit(database) == []


@pytest.mark.parametrize(
    ("rows", "errors"),
    [
        ([("amount",), (1,)], [("name", "heading_missing")]),
        ([("name", "colour"), ("苹果", "red")], [("colour", "heading_unknown")]),
        ([("name", "名称"), ("苹果", "梨")], [("name", "heading_doubled")]),
        ([HEADINGS], [("", "file_empty")]),
        ([], [("name", "heading_missing")]),
    ],
)
def test_wrong_headings_are_told_before_rows_are_read(
    client: FlaskClient,
    headers: dict[str, str],
    runner: ImportRunner,
    rows: list[tuple[object, ...]],
    errors: list[tuple[str, str]],
) -> None:
    import_id = send(client, headers, xlsx(*rows)).json["id"]
    runner.run_once()
    job = read(client, headers, import_id)
    assert job["state"] == "refused"
    assert [(e["column"], e["code"]) for e in job["errors"]] == errors


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\0", b"\xff\xff", b""])
def test_what_is_no_spreadsheet_is_refused_with_a_sentence(
    client: FlaskClient, headers: dict[str, str], runner: ImportRunner, content: bytes
) -> None:
    import_id = send(client, headers, content).json["id"]
    runner.run_once()
    job = read(client, headers, import_id)
    assert job["state"] == "refused"
    assert job["errors"][0]["row"] == 1
    assert job["errors"][0]["message"] != job["errors"][0]["code"]


def test_too_many_rows_are_refused(
    client: FlaskClient, headers: dict[str, str], runner: ImportRunner, database: Database
) -> None:
    content = ("name\n" + "".join(f"f{n}\n" for n in range(MAX_ROWS + 1))).encode()
    import_id = send(client, headers, content, name="f.csv").json["id"]
    runner.run_once()
    job = read(client, headers, import_id)
    assert [e["code"] for e in job["errors"]] == ["rows_too_many"]
    assert fruit(database) == []


def test_all_refusals_of_a_long_list_are_read_page_by_page(
    client: FlaskClient, headers: dict[str, str], runner: ImportRunner
) -> None:
    content = ("name\n" + "durian\n" * 1_100).encode()
    import_id = send(client, headers, content).json["id"]
    runner.run_once()
    assert len(read(client, headers, import_id)["errors"]) == 1_000
    rows: list[int] = []
    url = f"/api/v1/imports/{import_id}/errors?limit=200"
    cursor = ""
    while True:
        answer = client.get(url + cursor, headers=headers).json
        rows += [error["row"] for error in answer["items"]]
        if answer["next_cursor"] is None:
            break
        cursor = f"&cursor={answer['next_cursor']}"
    assert rows == list(range(2, 1_102))


def test_progress_is_seen_while_the_file_is_applied(
    client: FlaskClient, headers: dict[str, str], database: Database
) -> None:
    reached, go_on = Event(), Event()

    def slow(uow: UnitOfWork, principal: Principal, import_id: UUID) -> Mapping[str, int]:
        reached.set()
        assert go_on.wait(20)
        return apply(uow, principal, import_id)

    import_id = send(client, headers, xlsx(HEADINGS, ("苹果", 3))).json["id"]
    runner = ImportRunner(database, [replace(FRUIT, apply=slow)], IMPORT)
    thread = Thread(target=runner.run_once)
    thread.start()
    assert reached.wait(20)
    job = read(client, headers, import_id)
    assert (job["state"], job["total_rows"], job["processed_rows"]) == ("running", 1, 1)
    # Nobody else takes up what somebody is at.
    assert not ImportRunner(database, [FRUIT], IMPORT).run_once()
    go_on.set()
    thread.join()
    assert read(client, headers, import_id)["state"] == "done"
    assert fruit(database) == [("苹果", 3)]


def test_imports_are_seen_by_their_sender_and_by_who_reaches_as_far(
    client: FlaskClient, token_for: TokenFor
) -> None:
    def keeper(path: str) -> dict[str, str]:
        token = token_for(roles=[("member", "/city/"), ("unit_admin", path)])
        return {"Authorization": f"Bearer {token}"}

    sender = keeper("/city/u1/")
    first = send(client, sender, xlsx(HEADINGS, ("苹果", 3))).json
    second = send(client, sender, xlsx(HEADINGS, ("梨", 3))).json
    for path in ("/city/u2/", "/city/u1/b1/"):
        answer = client.get(f"/api/v1/imports/{first['id']}", headers=keeper(path))
        assert (answer.status_code, answer.json["code"]) == (404, "import_unknown")
        assert client.get("/api/v1/imports", headers=keeper(path)).json["items"] == []
    for reader in (sender, keeper("/city/u1/"), keeper("/city/")):
        one = client.get("/api/v1/imports?limit=1", headers=reader).json
        rest = client.get(f"/api/v1/imports?cursor={one['next_cursor']}", headers=reader).json
        items = one["items"] + rest["items"]
        assert [item["id"] for item in items] == [second["id"], first["id"]]
        assert {item["by"]["id"] for item in items} == {first["by"]["id"]}


def test_imports_are_narrowed_by_kind_and_state(
    client: FlaskClient, headers: dict[str, str], runner: ImportRunner
) -> None:
    done = send(client, headers, xlsx(HEADINGS, ("苹果", 3))).json["id"]
    runner.run_once()
    refused = send(client, headers, xlsx(HEADINGS, (None, 1))).json["id"]
    runner.run_once()
    queued = send(client, headers, xlsx(HEADINGS, ("梨", 3))).json["id"]
    for query, found in (
        ("kind=fruit", [queued, refused, done]),
        ("kind=stones", []),
        ("state=done", [done]),
        ("state=refused&kind=fruit", [refused]),
        ("state=queued", [queued]),
        ("state=running", []),
    ):
        items = client.get(f"/api/v1/imports?{query}", headers=headers).json["items"]
        assert [item["id"] for item in items] == found, query
        # No kind of these can be taken back.
        assert not any(item["is_undoable"] for item in items)
    assert client.get("/api/v1/imports?state=lost", headers=headers).status_code == 422


def test_the_reach_is_that_of_the_roles_held_when_the_file_was_sent(
    client: FlaskClient, token_for: TokenFor, runner: ImportRunner
) -> None:
    keeper = {"Authorization": f"Bearer {token_for(roles=[('unit_admin', '/city/u1/')])}"}
    import_id = send(client, keeper, xlsx(HEADINGS, ("苹果", 3))).json["id"]
    runner.run_once()
    assert read(client, keeper, import_id)["errors"][0]["code"] == "out_of_reach"


def test_sending_again_under_one_key_makes_one_import(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    keyed = {**headers, "Idempotency-Key": "k1"}
    file = xlsx(HEADINGS, ("苹果", 3))
    # As browsers do, the client makes up another boundary for each of them.
    first, again = (send(client, keyed, file) for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202), again.text
    assert first.json == again.json
    assert len(client.get("/api/v1/imports", headers=headers).json["items"]) == 1
    other = send(client, keyed, xlsx(HEADINGS, ("苹果", 4)))
    assert (other.status_code, other.json["code"]) == (409, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        ({"kind": "stones", "file": (io.BytesIO(b"x"), "f.csv")}, 422, "import_kind_unknown"),
        ({"kind": "fruit"}, 422, "fields_invalid"),
        ({"file": (io.BytesIO(b"x"), "f.csv")}, 422, "fields_invalid"),
        ({"kind": "fruit", "file": "no file"}, 422, "fields_invalid"),
    ],
)
def test_a_bad_request_queues_nothing(
    client: FlaskClient, headers: dict[str, str], data: dict[str, Any], status: int, code: str
) -> None:
    answer = client.post("/api/v1/imports", data=data, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert client.get("/api/v1/imports", headers=headers).json["items"] == []


def test_a_file_may_be_larger_than_other_requests_and_no_larger_than_that(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    assert send(client, headers, b"a" * (2 * 1024 * 1024)).status_code == 202
    answer = send(client, headers, b"a" * (MAX_FILE + 1))
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


def test_a_template_holds_the_headings_and_is_read_back(
    client: FlaskClient, headers: dict[str, str], runner: ImportRunner, database: Database
) -> None:
    answer = client.get("/api/v1/imports/templates/fruit", headers=headers)
    book = load_workbook(io.BytesIO(answer.data))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["名称*", "数量"]
    sheet.append(["苹果", 3])
    filled = io.BytesIO()
    book.save(filled)
    send(client, headers, filled.getvalue())
    runner.run_once()
    assert fruit(database) == [("苹果", 3)]
    missing = client.get("/api/v1/imports/templates/stones", headers=headers)
    assert (missing.status_code, missing.json["code"]) == (422, "import_kind_unknown")


@pytest.mark.parametrize("cursor", ["WyJ4Il0", "W10", "WzEsMiwzXQ"])
def test_a_made_up_cursor_is_refused(
    client: FlaskClient, headers: dict[str, str], cursor: str
) -> None:
    answer = client.get(f"/api/v1/imports?cursor={cursor}", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (400, "cursor_invalid")
