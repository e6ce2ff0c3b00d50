"""Errors, idempotency, pages and edits look the same whichever service answers."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from apiflask import APIBlueprint, APIFlask
from marshmallow import ValidationError, fields
from redis import Redis
from sqlalchemy import text

from shared.auth import PUBLIC, Permission, TokenVerifier
from shared.auth.keys import read_jwks
from shared.clock import FixedClock
from shared.database import Database
from shared.errors import Conflict
from shared.testing.plugin import MakeDatabase, TokenFor
from shared.text import Text
from shared.web import (
    CursorIn,
    Points,
    Schema,
    Suite,
    check_if_match,
    create_service,
    current_uow,
    etag,
    page,
    page_of,
    requires,
    transactional,
)

WRITE = Permission("test.write", frozenset({"member"}))


class NoteIn(Schema):
    words = fields.String(required=True)


class NoteOut(Schema):
    id = fields.Integer()
    words = fields.String()


blueprint = APIBlueprint("notes", __name__, url_prefix="/api/v1")


@blueprint.post("/notes")
@requires(WRITE)
@transactional
@blueprint.input(NoteIn)
@blueprint.output(NoteOut, status_code=201)
def post_note(json_data: dict[str, str]) -> dict[str, object]:
    row = (
        current_uow()
        .session.execute(
            text("INSERT INTO notes (words) VALUES (:words) RETURNING id, words"), json_data
        )
        .one()
    )
    if row.words == "refuse":
        raise Conflict("note_refused", Text("不行。", "Not this one."))
    return {"id": row.id, "words": row.words}


@blueprint.get("/notes")
@requires(PUBLIC)
@blueprint.input(CursorIn, location="query")
@blueprint.output(page_of(NoteOut))
def get_notes(query_data: dict[str, object]) -> dict[str, object]:
    after = query_data["cursor"][0] if query_data["cursor"] else 0  # type: ignore[index]
    rows = (
        current_uow()
        .session.execute(
            text("SELECT id, words FROM notes WHERE id > :after ORDER BY id LIMIT :limit"),
            {"after": after, "limit": query_data["limit"] + 1},  # type: ignore[operator]
        )
        .all()
    )
    return page(rows, query_data["limit"], lambda row: [row.id])  # type: ignore[arg-type]


@blueprint.put("/notes/one")
@requires(PUBLIC)
def put_note() -> tuple[dict[str, str], int, dict[str, str]]:
    check_if_match(3)
    return {"edited": "yes"}, 200, etag(4)


@blueprint.get("/broken")
@requires(PUBLIC)
def get_broken() -> dict[str, str]:
    message = "the secret inside"
    raise RuntimeError(message)


@pytest.fixture
def database(make_database: MakeDatabase) -> Database:
    database = make_database("messaging")
    with database.unit_of_work() as uow:
        uow.session.execute(text("CREATE TABLE notes (id serial PRIMARY KEY, words text)"))
        uow.commit()
    return database


@pytest.fixture
def app(database: Database, redis_client: Redis, public_keys: Path, clock: FixedClock) -> APIFlask:
    verifier = TokenVerifier(read_jwks(public_keys))
    return create_service(
        Suite("notes", database, redis_client, verifier, clock, None), [blueprint]
    )


def count(database: Database) -> int:
    with database.unit_of_work() as uow:
        return int(uow.session.scalar(text("SELECT count(*) FROM notes")) or 0)


def test_a_problem_is_told_in_the_language_asked_for(app: APIFlask, token_for: TokenFor) -> None:
    client = app.test_client()
    headers = {"Authorization": f"Bearer {token_for()}"}
    body = {"words": "refuse"}
    chinese = client.post("/api/v1/notes", json=body, headers=headers)
    english = client.post(
        "/api/v1/notes", json=body, headers={**headers, "Accept-Language": "en-GB,en;q=0.9"}
    )
    assert (chinese.status_code, chinese.json["code"]) == (409, "note_refused")
    assert (chinese.json["detail"], english.json["detail"]) == ("不行。", "Not this one.")
    assert chinese.mimetype == "application/problem+json"


def test_a_refusal_changes_nothing(app: APIFlask, database: Database, token_for: TokenFor) -> None:
    headers = {"Authorization": f"Bearer {token_for()}"}
    app.test_client().post("/api/v1/notes", json={"words": "refuse"}, headers=headers)
    assert count(database) == 0


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{not json", "application/json", 400),
        (b"words=x", "application/x-www-form-urlencoded", 422),
        (b"{}", "application/json", 422),
        (b'{"words": 3}', "application/json", 422),
        (b'{"words": "x", "wrods": "y"}', "application/json", 422),
        (b'["words"]', "application/json", 422),
        (b'{"words": "a\\u0000b"}', "application/json", 400),
    ],
)
def test_bad_input_gets_a_clear_refusal(
    app: APIFlask, database: Database, token_for: TokenFor, body: bytes, kind: str, status: int
) -> None:
    headers = {"Authorization": f"Bearer {token_for()}", "Content-Type": kind}
    answer = app.test_client().post("/api/v1/notes", data=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.json["code"]
    assert count(database) == 0


def test_the_unexpected_leaks_nothing(app: APIFlask) -> None:
    answer = app.test_client().get("/api/v1/broken")
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    assert "secret" not in answer.text
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/"])
def test_an_unknown_address_is_a_problem_too(app: APIFlask, path: str) -> None:
    answer = app.test_client().get(path)
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_the_same_key_is_carried_out_once(
    app: APIFlask, database: Database, token_for: TokenFor
) -> None:
    headers = {"Authorization": f"Bearer {token_for()}", "Idempotency-Key": "k1"}
    client = app.test_client()
    first = client.post("/api/v1/notes", json={"words": "a"}, headers=headers)
    again = client.post("/api/v1/notes", json={"words": "a"}, headers=headers)
    other = client.post("/api/v1/notes", json={"words": "b"}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (other.status_code, other.json["code"]) == (409, "idempotency_key_reused")
    assert count(database) == 1


def test_a_refused_request_leaves_its_key_free(
    app: APIFlask, database: Database, token_for: TokenFor
) -> None:
    headers = {"Authorization": f"Bearer {token_for()}", "Idempotency-Key": "k2"}
    client = app.test_client()
    assert (
        client.post("/api/v1/notes", json={"words": "refuse"}, headers=headers).status_code == 409
    )
    assert client.post("/api/v1/notes", json={"words": "a"}, headers=headers).status_code == 201
    assert count(database) == 1


@pytest.mark.parametrize("key", ["", "k" * 201, "k\t1", "ключ"])
def test_a_key_that_is_none_is_refused(
    app: APIFlask, database: Database, token_for: TokenFor, key: str
) -> None:
    as_sent = key.encode().decode("latin-1")
    headers = {"Authorization": f"Bearer {token_for()}", "Idempotency-Key": as_sent}
    answer = app.test_client().post("/api/v1/notes", json={"words": "a"}, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (400, "idempotency_key_invalid")
    assert count(database) == 0


def test_what_the_database_cannot_hold_is_the_askers_to_mend(
    app: APIFlask, database: Database, token_for: TokenFor
) -> None:
    headers = {"Authorization": f"Bearer {token_for()}"}
    answer = app.test_client().post("/api/v1/notes", json={"words": "a\0b"}, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (400, "value_invalid")
    assert count(database) == 0


def test_one_key_in_parallel_is_carried_out_once(
    app: APIFlask, database: Database, token_for: TokenFor
) -> None:
    headers = {"Authorization": f"Bearer {token_for()}", "Idempotency-Key": "k3"}

    def post(_: int) -> tuple[int, object]:
        answer = app.test_client().post("/api/v1/notes", json={"words": "a"}, headers=headers)
        return answer.status_code, answer.json["id"]

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(post, range(24)))
    assert len(answers) == 1
    assert count(database) == 1


def test_pages_follow_each_other_without_gap_or_repetition(
    app: APIFlask, token_for: TokenFor
) -> None:
    client = app.test_client()
    headers = {"Authorization": f"Bearer {token_for()}"}
    for number in range(7):
        client.post("/api/v1/notes", json={"words": str(number)}, headers=headers)
    seen: list[str] = []
    cursor = None
    while True:
        query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        answer = client.get("/api/v1/notes", query_string=query).json
        seen += [item["words"] for item in answer["items"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert seen == [str(number) for number in range(7)]
    bad = client.get("/api/v1/notes", query_string={"cursor": "nonsense"})
    assert (bad.status_code, bad.json["code"]) == (400, "cursor_invalid")


@pytest.mark.parametrize(
    ("header", "status"), [(None, 428), ('"2"', 412), ('"3"', 200), ('"3", "9"', 200)]
)
def test_an_edit_says_which_version_it_was_made_of(
    app: APIFlask, header: str | None, status: int
) -> None:
    headers = {"If-Match": header} if header else {}
    assert app.test_client().put("/api/v1/notes/one", headers=headers).status_code == status


@pytest.mark.parametrize(
    ("outside", "tenths"), [(2, 20), (0.5, 5), (2.5, 25), (-3, -30), (0, 0), (0.1, 1), (1.1, 11)]
)
def test_points_are_tenths_inside_and_numbers_outside(outside: float, tenths: int) -> None:
    field = Points()
    assert field.deserialize(outside) == tenths
    assert field.serialize("x", {"x": tenths}) == outside


@pytest.mark.parametrize("bad", [0.25, "2", True, float("nan"), float("inf"), None, [], 1e400])
def test_what_is_no_tenth_is_refused(bad: object) -> None:
    with pytest.raises(ValidationError):
        Points().deserialize(bad)
