"""The tables every service's database has for its messages and for idempotent requests.

`MESSAGING_V1_UP` and `MESSAGING_V1_DOWN` are what a service's first migration executes, V2 a later
one. They never change: a later shape is a V3 beside them.
"""

from sqlalchemy import Column, DateTime, Integer, LargeBinary, MetaData, Table, Text, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

outbox = Table(
    "outbox",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("stream", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("published_at", DateTime(timezone=True)),
)

inbox = Table(
    "inbox",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("message_id", Uuid, primary_key=True),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("consumer", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("message", LargeBinary, nullable=False),
    Column("error", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("failed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("redriven_at", DateTime(timezone=True)),
    Column("set_aside_at", DateTime(timezone=True)),
    Column("set_aside_reason", Text),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("owner", Uuid, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_hash", LargeBinary, nullable=False),
    Column("status", Integer),
    Column("headers", JSONB),
    Column("body", LargeBinary),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

MESSAGING_V1_UP = (
    """
    CREATE TABLE outbox (
        id uuid PRIMARY KEY,
        stream text NOT NULL,
        type text NOT NULL,
        key text NOT NULL,
        data jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        published_at timestamptz
    )
    """,
    # The relay reads only what has not left yet, which is next to nothing.
    "CREATE INDEX outbox_waiting ON outbox (id) WHERE published_at IS NULL",
    """
    CREATE TABLE inbox (
        consumer text NOT NULL,
        message_id uuid NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (consumer, message_id)
    )
    """,
    """
    CREATE TABLE dead_letters (
        id uuid PRIMARY KEY,
        consumer text NOT NULL,
        stream text NOT NULL,
        message bytea NOT NULL,
        error text NOT NULL,
        attempts integer NOT NULL CHECK (attempts > 0),
        failed_at timestamptz NOT NULL DEFAULT now(),
        redriven_at timestamptz
    )
    """,
    """
    CREATE TABLE idempotency_keys (
        owner uuid NOT NULL,
        key text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
        request_hash bytea NOT NULL,
        status integer,
        headers jsonb,
        body bytea,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (owner, key)
    )
    """,
)

MESSAGING_V1_DOWN = (
    "DROP TABLE idempotency_keys",
    "DROP TABLE dead_letters",
    "DROP TABLE inbox",
    "DROP TABLE outbox",
)

# Dead letters that somebody has decided on, and what is needed to show them.
MESSAGING_V2_UP = (
    """
    ALTER TABLE dead_letters
        ADD COLUMN set_aside_at timestamptz,
        ADD COLUMN set_aside_reason text,
        ADD CONSTRAINT dead_letters_set_aside_check
            CHECK ((set_aside_at IS NULL) = (set_aside_reason IS NULL))
    """,
    # Counted every few seconds, while somebody watches; most have been sent again long ago.
    "CREATE INDEX dead_letters_open ON dead_letters (consumer) WHERE redriven_at IS NULL",
    # The letters of one message: those that failed again after they had been sent again.
    "CREATE INDEX dead_letters_by_message ON dead_letters (consumer, sha256(message))",
)

MESSAGING_V2_DOWN = (
    "DROP INDEX dead_letters_by_message",
    "DROP INDEX dead_letters_open",
    """
    ALTER TABLE dead_letters
        DROP CONSTRAINT dead_letters_set_aside_check,
        DROP COLUMN set_aside_reason,
        DROP COLUMN set_aside_at
    """,
)
