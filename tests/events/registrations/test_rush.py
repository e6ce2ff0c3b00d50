"""Many ask for few seats at one moment, over HTTP, of real processes: never a seat too many.

``python -m tests.bench seats`` does the same fifty times, with five hundred for a hundred seats.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from redis import Redis

from shared.auth import TokenSigner
from shared.database import Database
from tests.bench import seats
from tests.bench.check_in import sign

Serve = Callable[[str], AbstractContextManager[int]]


@pytest.fixture
def serve(
    database: Database, redis_url: str, redis_client: Redis, public_keys: Path, tmp_path: Path
) -> Serve:
    return lambda app: seats.service(database.url, redis_url, public_keys, tmp_path, app)


def test_two_hundred_who_rush_for_forty_seats_take_forty(
    serve: Serve, database: Database, signer: TokenSigner
) -> None:
    tokens = sign(signer, 200)
    with serve("services.events.wsgi:app") as port:
        for _ in range(3):
            rush = seats.rush(database.url, port, tokens, 40)
            assert rush.statuses == {201: 200}
            assert rush.seated == 40
            # Each was told the place it had then: the list grew by one each time.
            assert sorted(rush.places) == list(range(1, 161))


def test_without_its_guards_the_same_rush_gives_seats_that_are_not_there(
    serve: Serve, database: Database, signer: TokenSigner
) -> None:
    """The harness really races: what stands in its way are the guards, not luck."""
    seats.unguard(database.url)
    with serve("tests.bench.unguarded:app") as port:
        rush = seats.rush(database.url, port, sign(signer, 100), 20)
    assert rush.seated > 20


def test_where_nobody_holds_the_seats_the_database_still_refuses_one_too_many(
    serve: Serve, database: Database, signer: TokenSigner
) -> None:
    with serve("tests.bench.unguarded:app") as port:
        rush = seats.rush(database.url, port, sign(signer, 60), 12)
    assert rush.seated == 12
