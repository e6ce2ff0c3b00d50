"""The bare SQL of a check-in: one row and its message in one transaction, one after the other."""

from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from shared.embedded import PostgresServer
from shared.ids import new_id
from tests.bench import cpu

ROWS = 4000

_TABLES = """
    CREATE TABLE attended (id uuid PRIMARY KEY, session_id uuid, member_id uuid, at timestamptz,
        UNIQUE (session_id, member_id));
    CREATE TABLE told (id uuid PRIMARY KEY, data jsonb)
"""
_WRITE = """
    WITH attended AS (
        INSERT INTO attended VALUES (%s, %s, %s, now()) ON CONFLICT DO NOTHING RETURNING id
    ) INSERT INTO told SELECT id, '{"kind": "lecture"}' FROM attended
"""


def measure() -> float:
    """Return µs of PostgreSQL's CPU for each insert."""
    with TemporaryDirectory() as folder, PostgresServer(Path(folder) / "data") as server:
        postmaster = int((server.data / "postmaster.pid").read_text().split()[0])
        url = f"postgresql://postgres@127.0.0.1:{server.port}/postgres"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_TABLES)
            session, before = new_id(), cpu.seconds(postmaster)
            for _ in range(ROWS):
                connection.execute(_WRITE, [new_id(), session, new_id()], prepare=True)
            return 1e6 * (cpu.seconds(postmaster) - before) / ROWS
